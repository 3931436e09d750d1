// The suite of faults works: the table says what is met and missed, one that breaks is missed, and the list is whole.
import { expect, test } from 'vitest';
import { finding, share, type Fault } from './fault.ts';
import { faults } from './list.ts';
import type { Rig } from './rig.ts';
import { runFaults } from './run.ts';
import { drawTable } from './table.ts';

const rig = { redis: null, scale: 1, folder: '', say: () => {} } as unknown as Rig;

test('a run tells what each fault promises and what was measured', async () => {
  const chosen: Fault[] = [
    { id: 'R1', title: 'first', run: async () => [finding('lost', 0, { is: 0 }), share('well', 98, 100, 99)] },
    { id: 'R2', title: 'second', run: () => Promise.reject(new Error('it broke')) },
    { id: 'R3', title: 'third', needsRedis: true, run: async () => [] },
  ];
  const rows = await runFaults(rig, chosen);
  expect(rows.map(({ id, measured, isMet }) => [id, measured, isMet])).toEqual([
    ['R1', '0', true],
    ['R1', '98 % of 100', false],
    ['R2', 'Error: it broke', false],
    ['R3', 'no redis-server here', false],
  ]);
  const lines = drawTable(rows).split('\n');
  expect(lines[2]).toMatch(/^R1 +first +lost: 0 +0 +met$/);
  expect(lines[3]).toMatch(/^ +well ≥ 99 % +98 % of 100 +MISSED$/);
});

test('quiet ones are run beside each other, after all others, and stand at their place in the table', async () => {
  const order: string[] = [];
  const { promise: bothBegun, resolve } = Promise.withResolvers<void>();
  const quiet = (id: string): Fault => ({
    id,
    title: id,
    isQuiet: true,
    async run() {
      order.push(id);
      if (order.length === 3) resolve();
      await bothBegun;
      return [finding('done', 1, { is: 1 })];
    },
  });
  const loud: Fault = { id: 'R2', title: 'R2', run: async () => (order.push('R2'), [finding('done', 1, { is: 1 })]) };
  const rows = await runFaults(rig, [quiet('R1'), loud, quiet('R3')]);
  expect(order).toEqual(['R2', 'R1', 'R3']);
  expect(rows.map(({ id }) => id)).toEqual(['R1', 'R2', 'R3']);
});

test('a bound is kept or not', () => {
  expect(finding('p95', 0.5, { atMost: 1 }, ' s')).toEqual({ promise: 'p95 ≤ 1 s', measured: '0.5 s', isMet: true });
  expect(finding('effects', 2, { is: 1 }).isMet).toBe(false);
});

test('each fault of the list is there once, in order', () => {
  const ids = faults.map(({ id }) => Number(id.slice(1)));
  expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => one - other));
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 19, 20, 21, 22, 23, 24, 25, 34, 39, 40]);
});
