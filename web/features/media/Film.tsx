// A film in the browser's own player. Nothing but its poster is fetched before somebody presses play.
import { useSignal } from '@preact/signals';
import { Play } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { clock, feedFilm, playAlone } from './film.ts';
import { Picture } from './Picture.tsx';
import styles from './Film.module.css';

interface Props {
  media: MediaAttachment;
  /** Plays as soon as it is there: where somebody opened it to see it. */
  isEager?: boolean;
}

/** The browser's controls over the film; fed when it is first to play. */
export function FilmPlayer({ media, isEager = false }: Props) {
  const player = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = player.current;
    if (!element) return;
    const stop = feedFilm(element, media);
    if (isEager) void element.play().catch(() => {});
    return () => {
      stop();
      element.pause();
    };
  }, [media.url, media.hls_url]);
  return (
    // Its words, where its author wrote some, are its name; a track of captions is not part of what servers send.
    <video
      ref={player}
      class={styles.player}
      poster={media.preview_url ?? undefined}
      controls
      playsInline
      preload="metadata"
      aria-label={media.description || t('media.undescribed.video')}
      onPlay={(event) => playAlone(event.currentTarget)}
    />
  );
}

/** The length of a film or sound, at the corner of its picture. */
export function Length({ media }: { media: MediaAttachment }) {
  const seconds = media.meta?.original?.duration;
  return seconds ? (
    <span class={styles.length} aria-hidden>
      {clock(seconds)}
    </span>
  ) : null;
}

/** The still of a film with a button that starts it. */
export function Film({ media }: { media: MediaAttachment }) {
  const isStarted = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isStarted.value) frame.current?.querySelector('video')?.focus({ preventScroll: true });
  }, [isStarted.value]);
  return (
    <div ref={frame} class={styles.film}>
      {isStarted.value ? (
        <FilmPlayer media={media} isEager />
      ) : (
        <button
          type="button"
          class={styles.start}
          aria-label={t('media.play', { name: media.description || t('media.undescribed.video') })}
          onClick={() => (isStarted.value = true)}
        >
          <Picture media={media} src={media.preview_url} alt="" />
          <span class={styles.sign} aria-hidden>
            <Play size={26} fill="currentColor" />
          </span>
        </button>
      )}
      {/* Beside the button, whose name says what it plays. */}
      {!isStarted.value && <Length media={media} />}
    </div>
  );
}
