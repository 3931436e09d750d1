// A moment: its age in few characters, the whole date on hover and for machines.
import { locale } from '#web/lib/i18n.ts';
import { fullTime, now, shortAge } from '#web/lib/time.ts';

/** The age of an ISO time; with `isFull` the date and time. */
export function Time({ at, isFull = false }: { at: string; isFull?: boolean }) {
  const full = fullTime(at, locale.value);
  return (
    <time dateTime={at} title={full}>
      {isFull ? full : shortAge(at, now.value, locale.value)}
    </time>
  );
}
