// Ages in few characters.
import { expect, test } from 'vitest';
import { lengthInWords, shortAge } from './time.ts';

const at = Date.parse('2026-03-20T12:00:00.000Z');
const age = (iso: string, locale = 'en-GB') => shortAge(iso, at, locale);

test('within a minute it is now, also when the clocks differ', () => {
  expect(age('2026-03-20T11:59:30.000Z')).toBe('now');
  expect(age('2026-03-20T12:00:09.000Z')).toBe('now');
});

test('minutes, hours and days are counted down, not rounded up', () => {
  expect([age('2026-03-20T11:01:00.000Z'), age('2026-03-20T00:30:00.000Z'), age('2026-03-14T13:00:00.000Z')]).toEqual([
    '59m',
    '11h',
    '5d',
  ]);
});

test('from a week on it is the date, with the year when that is another', () => {
  expect(age('2026-03-05T12:00:00.000Z')).toBe('5 Mar');
  expect(age('2025-12-24T12:00:00.000Z')).toBe('24 Dec 2025');
});

test('a length of time is told in its largest whole unit', () => {
  const hour = 3_600_000;
  expect([7 * 24 * hour, 47 * hour, 90 * 60_000, 20_000].map((ms) => lengthInWords(ms, 'en-GB'))).toEqual([
    '7 days',
    '1 day',
    '1 hour',
    '1 minute',
  ]);
  expect(lengthInWords(3 * 24 * hour, 'de')).toBe('3 Tage');
});
