// So many in one turn of the event loop, and whoever waits for something else gets in between.
import { expect, test } from 'vitest';
import { createPace } from './turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('as many begin in one turn as may, the others in the next ones, in their order', async () => {
  const mayBegin = createPace(2);
  const begun: number[] = [];
  const begin = async (number: number): Promise<void> => {
    await mayBegin();
    begun.push(number);
  };
  const all = [1, 2, 3, 4, 5].map(begin);
  await Promise.resolve();
  expect(begun).toEqual([1, 2]);
  await turn();
  // Whoever comes later does not come first.
  all.push(begin(6));
  expect(begun).toEqual([1, 2, 3, 4]);
  await turn();
  expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
  await Promise.all(all);
});

test('after a turn of rest nobody waits', async () => {
  const mayBegin = createPace(1);
  for (let round = 0; round < 3; round += 1) {
    let begun = false;
    void mayBegin().then(() => (begun = true));
    await Promise.resolve();
    expect(begun).toBe(true);
    await turn();
    await turn();
  }
});
