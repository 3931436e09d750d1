// The badge on a picture that its author described: pressed, it shows the words.
import { useId, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { placeBeside } from '#web/ui/Menu.tsx';
import styles from './AltBadge.module.css';

/** The badge with the words behind it. */
export function AltBadge({ text }: { text: string }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const words = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={styles.badge}
        popoverTarget={id}
        aria-label={t('media.readDescription')}
        title={t('media.readDescription')}
      >
        {t('media.alt')}
      </button>
      <div
        ref={words}
        id={id}
        popover="auto"
        role="region"
        aria-label={t('media.description')}
        tabIndex={0}
        class={styles.words}
        dir="auto"
        onToggle={(event) => {
          if (event.newState !== 'open' || !words.current || !button.current) return;
          placeBeside(words.current, button.current);
          words.current.focus({ preventScroll: true });
        }}
      >
        {text}
      </div>
    </>
  );
}
