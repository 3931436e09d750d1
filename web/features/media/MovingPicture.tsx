// A silent film that repeats, as a moving picture would. It moves only while one can see it, and only for people who want that.
import { useSignal } from '@preact/signals';
import { Pause, Play } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { heldAt } from './layout.ts';
import { Placeholder } from './Placeholder.tsx';
import { describe } from './Picture.tsx';
import { mayMove } from './preferences.ts';
import styles from './MovingPicture.module.css';

interface Props {
  media: MediaAttachment;
  /** Shows all of it instead of filling its place. */
  isWhole?: boolean;
}

/** Fills the nearest positioned element around it. */
export function MovingPicture({ media, isWhole = false }: Props) {
  const film = useRef<HTMLVideoElement>(null);
  /** What its reader wants; until they press, what they usually want. */
  const wanted = useSignal(mayMove());
  const isMoving = useSignal(false);
  useEffect(() => {
    const element = film.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting && wanted.peek()) void element.play().catch(() => {});
      else element.pause();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [media.url]);
  const toggle = () => {
    wanted.value = !isMoving.peek();
    if (wanted.value) void film.current?.play().catch(() => {});
    else film.current?.pause();
  };
  return (
    <>
      <Placeholder hash={media.blurhash} />
      <video
        ref={film}
        class={`${styles.film} ${isWhole ? styles.whole : ''}`}
        src={media.url ?? undefined}
        poster={media.preview_url ?? undefined}
        loop
        muted
        playsInline
        preload={wanted.value ? 'metadata' : 'none'}
        aria-label={describe(media)}
        style={{ objectPosition: isWhole ? undefined : heldAt(media.meta?.focus) }}
        onPlay={() => (isMoving.value = true)}
        onPause={() => (isMoving.value = false)}
      />
      <button
        type="button"
        class={styles.toggle}
        aria-label={isMoving.value ? t('media.stopMoving') : t('media.startMoving')}
        title={isMoving.value ? t('media.stopMoving') : t('media.startMoving')}
        onClick={toggle}
      >
        {isMoving.value ? (
          <Pause size={14} fill="currentColor" aria-hidden />
        ) : (
          <Play size={14} fill="currentColor" aria-hidden />
        )}
        {t('media.gif')}
      </button>
    </>
  );
}
