// Times as people say them: "now", "5m", "3h", "2d", then the date.
import { signal } from '@preact/signals';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The present in ms; moves every half minute, so that shown ages stay true. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), MINUTE / 2);

/** The age of a moment, short; from a week on its date, with the year when that is another one. */
export function shortAge(iso: string, at: number, locale: string): string {
  const then = new Date(iso);
  const age = Math.max(0, at - then.getTime());
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(Math.floor(value));
  if (age < MINUTE)
    return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' }).format(0, 'second');
  if (age < HOUR) return unit(age / MINUTE, 'minute');
  if (age < DAY) return unit(age / HOUR, 'hour');
  if (age < 7 * DAY) return unit(age / DAY, 'day');
  const isThisYear = then.getFullYear() === new Date(at).getFullYear();
  return then.toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** The moment in full, for titles and the page of one post. */
export function fullTime(iso: string, locale: string): string {
  return new Date(iso).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The month of an ISO time in words: "March 2026". */
export function monthAndYear(iso: string, locale: string): string {
  return new Date(iso).toLocaleDateString(locale, { month: 'long', year: 'numeric' });
}

/** A length of time in words, in its largest whole unit up to days: "3 days", "1 hour"; never less than a minute. */
export function lengthInWords(ms: number, locale: string): string {
  const [size, unit] = ms >= DAY ? [DAY, 'day'] : ms >= HOUR ? [HOUR, 'hour'] : [MINUTE, 'minute'];
  const count = Math.max(1, Math.floor(ms / size));
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
