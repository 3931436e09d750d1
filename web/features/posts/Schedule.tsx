// When a post shall go out: the browser's own field for times, and the way back to "at once".
import { CalendarClock, X } from 'lucide-preact';
import { useId } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { now } from '#web/lib/time.ts';
import { IconButton } from '#web/ui/Button.tsx';
import { earliest, isTooSoon } from './schedule-time.ts';
import styles from './Schedule.module.css';

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** It shall go out at once; absent where that is no choice. */
  onAtOnce?: () => void;
}

/** The line under the text. */
export function Schedule({ value, onChange, onAtOnce }: Props) {
  const id = useId();
  const isWrong = isTooSoon(value, now.value);
  return (
    <div class={styles.line}>
      <CalendarClock size={18} aria-hidden class={styles.sign} />
      <label for={id}>{t('compose.goesOut')}</label>
      <input
        id={id}
        class={styles.time}
        type="datetime-local"
        value={value}
        min={earliest(now.value)}
        aria-invalid={isWrong || undefined}
        aria-describedby={isWrong ? `${id}-problem` : undefined}
        // A field that is half typed says nothing: then the last time stays.
        onInput={(event) => event.currentTarget.value && onChange(event.currentTarget.value)}
      />
      {onAtOnce && (
        <IconButton label={t('compose.atOnce')} onClick={onAtOnce}>
          <X size={18} aria-hidden />
        </IconButton>
      )}
      {isWrong && (
        <p id={`${id}-problem`} class={styles.problem} role="status">
          {t('compose.tooSoon')}
        </p>
      )}
    </div>
  );
}
