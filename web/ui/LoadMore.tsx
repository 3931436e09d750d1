// The foot of an endless list: loads as it comes near the window, and can be pressed.
import { useEffect, useRef } from 'preact/hooks';
import { failureText } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { Button } from './Button.tsx';
import styles from './LoadMore.module.css';

interface Props {
  onMore: () => void;
  isLoading: boolean;
  /** Why the last attempt failed; then only the button tries again. */
  failure: unknown;
}

const AHEAD_PX = 900;

/** Calls `onMore` when the foot comes within a screen of the window, and when it is pressed. */
export function LoadMore({ onMore, isLoading, failure }: Props) {
  const foot = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  latest.current = onMore;
  useEffect(() => {
    if (failure || isLoading || !foot.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: `${AHEAD_PX}px`,
    });
    observer.observe(foot.current);
    return () => observer.disconnect();
  }, [failure, isLoading]);
  return (
    <div ref={foot} class={styles.foot}>
      {failure ? <p role="alert">{failureText(failure)}</p> : null}
      <Button look="quiet" isBusy={isLoading} onClick={onMore}>
        {isLoading ? t('common.loading') : failure ? t('common.retry') : t('common.more')}
      </Button>
    </div>
  );
}
