// What is asked for at one moment is read, or done, by one call; what is asked for later, or elsewhere, by another.
import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { inHelpings, together } from './together.ts';

// Only its identity matters here.
const somewhere = (): { database: Database } => ({ database: {} as Database });

function openShelf() {
  const asked: string[][] = [];
  const find = together(async (_ctx: { database: Database }, keys: string[]) => {
    asked.push(keys);
    if (keys.includes('broken')) throw new Error('the shelf fell down');
    return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, `book ${key}`]));
  });
  return { asked, find };
}

test('what is asked for at one moment is read once, each key once', async () => {
  const { asked, find } = openShelf();
  const here = somewhere();
  const answers = await Promise.all([find(here, 'a'), find(here, 'b'), find(here, 'a'), find(here, 'absent')]);
  expect(answers).toEqual(['book a', 'book b', 'book a', null]);
  expect(asked).toEqual([['a', 'b', 'absent']]);
});

test('nothing is kept: who asks later is given what is there then', async () => {
  const { asked, find } = openShelf();
  const here = somewhere();
  await find(here, 'a');
  await find(here, 'a');
  expect(asked).toEqual([['a'], ['a']]);
});

test('two transactions do not read for each other', async () => {
  const { asked, find } = openShelf();
  await Promise.all([find(somewhere(), 'a'), find(somewhere(), 'b')]);
  expect(asked).toEqual([['a'], ['b']]);
});

test('a reading that fails fails for all who asked, and for nobody after them', async () => {
  const { find } = openShelf();
  const here = somewhere();
  const results = await Promise.allSettled([find(here, 'a'), find(here, 'broken')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await find(here, 'a')).toBe('book a');
});

function openKitchen(most = 3) {
  const cooked: string[][] = [];
  const cook = inHelpings(
    async (_ctx: { database: Database }, dishes: string[]) => {
      cooked.push(dishes);
      await new Promise((resolve) => setImmediate(resolve));
      if (dishes.includes('burnt')) throw new Error('the pan is on fire');
      return dishes.map((dish) => `warm ${dish}`);
    },
    { most },
  );
  return { cooked, cook };
}

test('what is to be done at one moment is done together, in order, so many at a time', async () => {
  const { cooked, cook } = openKitchen();
  const here = somewhere();
  const answers = await Promise.all(['a', 'b', 'a', 'c', 'd'].map((dish) => cook(here, dish)));
  expect(answers).toEqual(['warm a', 'warm b', 'warm a', 'warm c', 'warm d']);
  expect(cooked).toEqual([
    ['a', 'b', 'a'],
    ['c', 'd'],
  ]);
});

test('what comes while others are served waits and is served next', async () => {
  const { cooked, cook } = openKitchen();
  const here = somewhere();
  const first = cook(here, 'a');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await Promise.all([first, cook(here, 'b'), cook(here, 'c')])).toEqual(['warm a', 'warm b', 'warm c']);
  expect(cooked).toEqual([['a'], ['b', 'c']]);
});

test('a helping that fails is served one by one: only what cannot be done fails', async () => {
  const { cook } = openKitchen();
  const here = somewhere();
  const results = await Promise.allSettled(['a', 'burnt', 'c'].map((dish) => cook(here, dish)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await cook(here, 'd')).toBe('warm d');
});
