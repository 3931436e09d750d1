// One contract for both queues.
import pino from 'pino';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createDatabase, stores } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import { migratePostgresQueue, openPostgresQueue } from './postgres.ts';
import type { Job, Queue } from './queue.ts';
import { openRedisQueue } from './redis.ts';

const log = pino({ level: 'silent' });
const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const twoTries = { tries: 2, pauseMs: 10 };

async function openStore(redis: boolean): Promise<() => Queue> {
  if (redis) {
    const prefix = `queue-test-${Math.random().toString(36).slice(2)}`;
    return () => openRedisQueue(inject('redisUrl'), prefix, log, { patience: twoTries });
  }
  const database = await createDatabase();
  closers.push(() => database.drop());
  await migratePostgresQueue(database.url);
  return () => openPostgresQueue(database.url, log, { patience: twoTries });
}

function open(make: () => Queue): Queue {
  const queue = make();
  closers.push(() => queue.close(1000));
  return queue;
}

const job = (number: string, payload = {}): Job => ({
  id: `${number}-timelines`,
  subscriber: 'timelines',
  event: 'post.created',
  eventId: number,
  payload,
});

describe.each(stores())('the queue on $store', ({ redis }) => {
  test('runs each job once with what it was given', async () => {
    const queue = open(await openStore(redis));
    const seen: Job[] = [];
    queue.work('interactive', 4, async (done) => void seen.push(done));
    await queue.add('interactive', [job('1', { postId: '7' }), job('2'), job('3')]);
    await until(() => seen.length === 3);
    expect(seen.find(({ eventId }) => eventId === '1')).toEqual(job('1', { postId: '7' }));
    await until(async () => (await queue.depth()).interactive.active === 0);
    expect((await queue.depth()).interactive).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  test('an id that is already queued is not queued again', async () => {
    const queue = open(await openStore(redis));
    await queue.add('slow', [job('1'), job('1')]);
    await queue.add('slow', [job('1')]);
    expect((await queue.depth()).slow.waiting).toBe(1);
  });

  test('jobs wait for a worker that comes later, from another opening of the same store', async () => {
    const store = await openStore(redis);
    const first = store();
    await first.add('inbox', [job('1')]);
    await first.close();
    const seen: string[] = [];
    open(store).work('inbox', 1, async ({ id }) => void seen.push(id));
    await until(() => seen.length === 1);
  });

  test('a job that fails is tried again', async () => {
    const queue = open(await openStore(redis));
    let tries = 0;
    queue.work('interactive', 1, async () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
    });
    await queue.add('interactive', [job('1')]);
    await until(() => tries === 2);
    await until(async () => (await queue.depth()).interactive.active === 0);
    expect(await queue.deadLetters(10)).toEqual([]);
  });

  test('a job that keeps failing becomes a dead letter, which an admin can run again', async () => {
    const queue = open(await openStore(redis));
    let broken = true;
    let ran = 0;
    queue.work('inbox', 1, async () => {
      if (broken) throw new Error('the other side is broken');
      ran += 1;
    });
    await queue.add('inbox', [job('1')]);
    await until(async () => (await queue.deadLetters(10)).length === 1);
    expect((await queue.deadLetters(10))[0]).toMatchObject({
      lane: 'inbox',
      id: '1-timelines',
      subscriber: 'timelines',
      event: 'post.created',
      attempts: 2,
      error: 'the other side is broken',
    });
    await queue.add('inbox', [job('1')]);
    expect((await queue.depth()).inbox).toMatchObject({ waiting: 0, failed: 1 });
    broken = false;
    expect(await queue.retry('1-timelines')).toBe(1);
    await until(() => ran === 1);
    await until(async () => (await queue.deadLetters(10)).length === 0);
  });

  test('a lane does not wait for another lane', async () => {
    const queue = open(await openStore(redis));
    let release = (): void => {};
    queue.work('slow', 1, () => new Promise((resolve) => (release = resolve)));
    let ran = false;
    queue.work('interactive', 1, async () => {
      ran = true;
    });
    await queue.add('slow', [job('1')]);
    await queue.add('interactive', [job('2')]);
    await until(() => ran);
    await until(async () => (await queue.depth()).slow.active === 1);
    release();
  });
});
