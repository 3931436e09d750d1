// How values are read that others write in more than one way.
import { afterEach, expect, test } from 'vitest';
import { asDate } from './json.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test.each([
  ['2026-11-22T03:00:00Z', '2026-11-22T03:00:00.000Z'],
  ['2026-11-22T03:00:00.123456+00:00', '2026-11-22T03:00:00.123Z'],
  ['2026-11-22T04:00:00+01:00', '2026-11-22T03:00:00.000Z'],
  ['2026-11-22T03:00:00.123456', '2026-11-22T03:00:00.123Z'],
  ['2026-11-22T03:00', '2026-11-22T03:00:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['soon', null],
  ['T3', null],
])('%s is the same moment wherever this machine is', (written, moment) => {
  process.env['TZ'] = 'America/St_Johns';
  expect(new Date('2026-11-22T00:00:00').getTimezoneOffset()).not.toBe(0);
  expect(asDate(written)?.toISOString() ?? null).toBe(moment);
});
