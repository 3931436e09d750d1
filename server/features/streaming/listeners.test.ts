// Asking about the tokens of ten thousand connections is spread evenly, and leaves nobody out.
import { expect, test } from 'vitest';
import { subscriptionFor, type Subscription } from './policy.ts';
import { keepListeners, turns, type Listener } from './routes/listeners.ts';

const connect = (accountId: string): [Listener, Subscription] => {
  const viewer = {
    accountId,
    role: 'user' as const,
    scopes: ['read'],
    tokenId: accountId,
    appId: null,
    sessionId: null,
  };
  return [{ viewer, send: () => {}, end: () => {} }, subscriptionFor({ stream: 'user' }, viewer) as Subscription];
};

const openMany = (count: number) => {
  const listeners = keepListeners();
  const all = Array.from({ length: count }, (_, index) => connect(String(index)));
  for (const one of all) listeners.add(...one);
  return { listeners, all: all.map(([listener]) => listener) };
};

test.each([3, 1200, 12_000])('of %i connections each has its turn once a round, few at a time', (count) => {
  const { listeners, all } = openMany(count);
  const round = (): Listener[][] => Array.from({ length: turns }, () => [...listeners.nextTurn()]);
  const first = round();
  expect(new Set(first.flat())).toEqual(new Set(all));
  expect(first.flat().length).toBe(count);
  expect(Math.max(...first.map((part) => part.length))).toBeLessThanOrEqual(Math.max(500, count / turns));
  expect(first.filter((part) => part.length > 0).length).toBe(Math.min(turns, Math.ceil(count / 500)));
  expect(round()).toEqual(first);
});

test('between two turns of a connection there is always a round, whoever comes and goes', () => {
  const { listeners, all } = openMany(1200);
  const late = all.at(-1)!;
  const turnsUntilLate = (): number => {
    for (let count = 1; ; count += 1) if ([...listeners.nextTurn()].includes(late)) return count;
  };
  turnsUntilLate();
  for (const listener of all.slice(0, 1100)) listeners.leave(listener);
  for (const one of Array.from({ length: 600 }, (_, index) => connect(`new ${index}`))) listeners.add(...one);
  expect(turnsUntilLate()).toBe(turns);
  listeners.leave(late);
  expect(Array.from({ length: turns }, () => [...listeners.nextTurn()]).flat()).not.toContain(late);
});
