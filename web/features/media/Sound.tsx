// A sound with its cover and its waveform, along which one moves through it.
import { useSignal } from '@preact/signals';
import { AudioLines, Pause, Play } from 'lucide-preact';
import { useId, useMemo, useRef } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { clock, playAlone } from './film.ts';
import { Picture } from './Picture.tsx';
import styles from './Sound.module.css';

const BARS = 40;
/** Silence is a thin line, so that one sees where the sound is. */
const LEAST = 6;

/** As many as are drawn, each as loud as the loudest that it stands for. */
function barsOf(waveform: readonly number[]): number[] {
  return Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar / BARS) * waveform.length);
    return Math.max(
      LEAST,
      ...waveform.slice(from, Math.max(from + 1, Math.floor(((bar + 1) / BARS) * waveform.length))),
    );
  });
}

function Bars({ waveform, share }: { waveform: readonly number[] | undefined; share: number }) {
  const clip = useId();
  const path = useMemo(() => {
    const width = 100 / BARS;
    return barsOf(waveform ?? [])
      .map((one, place) => {
        const height = Math.max(LEAST, Math.min(100, one)) * 0.92;
        return `M${((place + 0.5) * width).toFixed(2)} ${(50 - height / 2).toFixed(1)}V${(50 + height / 2).toFixed(1)}`;
      })
      .join('');
  }, [waveform]);
  return (
    <svg class={styles.bars} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
      <clipPath id={clip}>
        <rect x="0" y="0" width={share * 100} height="100" />
      </clipPath>
      <path d={path} class={styles.ahead} />
      <path d={path} class={styles.heard} clip-path={`url(#${clip})`} />
    </svg>
  );
}

/** The player. Nothing of the sound is fetched before somebody presses play. */
export function Sound({ media }: { media: MediaAttachment }) {
  const player = useRef<HTMLAudioElement>(null);
  const isPlaying = useSignal(false);
  const isBroken = useSignal(false);
  const at = useSignal(0);
  const length = useSignal(media.meta?.original?.duration ?? 0);
  const name = media.description || t('media.undescribed.audio');
  const share = length.value ? Math.min(1, at.value / length.value) : 0;
  const toggle = () => {
    if (isPlaying.peek()) player.current?.pause();
    else player.current?.play().catch(() => (isBroken.value = true));
  };
  return (
    <div class={styles.sound} role="group" aria-label={name}>
      <div class={styles.cover}>
        {media.preview_url ? <Picture media={media} alt="" /> : <AudioLines size={26} aria-hidden />}
      </div>
      <div class={styles.main}>
        <p class={styles.name} dir="auto" title={name}>
          {isBroken.value ? t('media.notLoaded') : name}
        </p>
        <div class={styles.line}>
          <button
            type="button"
            class={styles.play}
            aria-label={isPlaying.value ? t('media.pause', { name }) : t('media.play', { name })}
            onClick={toggle}
          >
            {isPlaying.value ? (
              <Pause size={18} fill="currentColor" aria-hidden />
            ) : (
              <Play size={18} fill="currentColor" aria-hidden />
            )}
          </button>
          <div class={styles.wave}>
            <Bars waveform={media.meta?.waveform} share={share} />
            <input
              type="range"
              class={styles.seek}
              min={0}
              max={Math.max(1, Math.floor(length.value))}
              step={1}
              value={Math.floor(at.value)}
              aria-label={t('media.position')}
              aria-valuetext={t('media.positionOf', { at: clock(at.value), length: clock(length.value) })}
              onInput={(event) => {
                at.value = Number(event.currentTarget.value);
                if (player.current) player.current.currentTime = at.value;
              }}
            />
          </div>
          <span class={styles.time} aria-hidden>
            {clock(at.value || length.value)}
          </span>
        </div>
      </div>
      <audio
        ref={player}
        src={media.url ?? undefined}
        preload="none"
        onPlay={(event) => {
          isPlaying.value = true;
          isBroken.value = false;
          playAlone(event.currentTarget);
        }}
        onPause={() => (isPlaying.value = false)}
        onEnded={() => (at.value = 0)}
        onTimeUpdate={(event) => (at.value = event.currentTarget.currentTime)}
        onDurationChange={(event) => {
          const { duration } = event.currentTarget;
          if (Number.isFinite(duration)) length.value = duration;
        }}
        onError={() => (isBroken.value = true)}
      />
    </div>
  );
}
