// Turns: how many may go at once, that hosts take turns, and that those who give up leave no trace.
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

/** Lets promises that are already decided run their course. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('no more go at once than in all and to one host are allowed', async () => {
  const slots = createSlots({ total: 3, perHost: 2, waiting: 100 });
  const order: string[] = [];
  const go = async (host: string): Promise<() => void> => {
    const release = await slots.acquire(host, never);
    order.push(host);
    return release;
  };
  const first = await go('a');
  await go('a');
  void go('a');
  const other = await go('b');
  void go('c');
  await settled();
  expect(order).toEqual(['a', 'a', 'b']);
  other();
  await settled();
  expect(order).toEqual(['a', 'a', 'b', 'c']);
  first();
  first();
  await settled();
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a']);
});

test('a host with many waiting does not keep the others back', async () => {
  const slots = createSlots({ total: 1, perHost: 1, waiting: 1000 });
  const order: string[] = [];
  const run = async (host: string): Promise<void> => {
    const release = await slots.acquire(host, never);
    order.push(host);
    release();
  };
  const hold = await slots.acquire('x', never);
  const all = [...Array.from({ length: 50 }, () => run('busy')), run('b'), run('c')];
  hold();
  await Promise.all(all);
  expect(order.indexOf('b')).toBeLessThan(3);
  expect(order.indexOf('c')).toBeLessThan(4);
  expect(order).toHaveLength(52);
});

test('whoever gives up while waiting is skipped and takes no slot', async () => {
  const slots = createSlots({ total: 1, perHost: 1, waiting: 10 });
  const release = await slots.acquire('a', never);
  const giveUp = new AbortController();
  const waiting = slots.acquire('a', giveUp.signal);
  const patient = slots.acquire('a', never);
  giveUp.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  release();
  (await patient)();
  (await slots.acquire('a', never))();
  await expect(slots.acquire('a', giveUp.signal)).rejects.toThrow('enough');
});

test('when too many wait, the next is refused at once', async () => {
  const slots = createSlots({ total: 1, perHost: 1, waiting: 1 });
  const release = await slots.acquire('a', never);
  const waiting = slots.acquire('b', never);
  await expect(slots.acquire('c', never)).rejects.toMatchObject({
    reason: 'busy',
    retryable: true,
    faultOfHost: false,
  });
  release();
  (await waiting)();
});

test('closing refuses those who wait and those who come', async () => {
  const slots = createSlots({ total: 1, perHost: 1, waiting: 10 });
  await slots.acquire('a', never);
  const waiting = slots.acquire('a', never);
  slots.close();
  await expect(waiting).rejects.toMatchObject({ reason: 'closed' });
  await expect(slots.acquire('b', never)).rejects.toMatchObject({ reason: 'closed' });
});
