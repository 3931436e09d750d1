// Times as the browser's field writes them.
import { expect, test } from 'vitest';
import { earliest, firstChoice, isTooSoon, toField } from './schedule-time.ts';

const now = new Date(2027, 2, 28, 23, 58, 12).getTime();

test('a moment is written in local time, to the minute', () => {
  expect(toField(new Date(2027, 0, 5, 9, 7, 59))).toBe('2027-01-05T09:07');
});

test('a choice begins in an hour, at a round minute, and is far enough away', () => {
  expect(firstChoice(now)).toBe('2027-03-29T01:00');
  expect(isTooSoon(firstChoice(now), now)).toBe(false);
  expect(isTooSoon(earliest(now), now)).toBe(false);
});

test.each(['', 'nonsense', '2027-03-28T23:00', '2027-03-29T00:02'])('%j is too soon', (field) => {
  expect(isTooSoon(field, now)).toBe(true);
});
