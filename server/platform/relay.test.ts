// The outbox and its relay, on both queues: what was committed is done, what was rolled back is not, and nothing is forgotten.
import { sql } from 'kysely';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { openTestContext, stores, type TestContext, type TestOptions } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import { finishJob, startRelay, type Relay, type Routing } from './relay.ts';

let opened: TestContext | undefined;
let relay: Relay | undefined;
afterEach(async () => {
  await relay?.stop();
  await opened?.close();
  relay = opened = undefined;
});

const routing: Routing = new Map([
  [
    'post.created',
    new Map([
      ['timelines', 'interactive'],
      ['preview', 'slow'],
    ] as const),
  ],
  ['post.edited', new Map([['timelines', 'interactive']] as const)],
]);

async function openRelay(options: TestOptions, sweepMs?: number) {
  opened = await openTestContext(options);
  const { ctx } = opened;
  const start = async (): Promise<Relay> => {
    relay = await startRelay({
      database: ctx.database,
      queue: ctx.queue,
      routing,
      log: ctx.log,
      clock: ctx.clock,
      pollMs: 20,
      ...(sweepMs === undefined ? {} : { sweepMs }),
    });
    return relay;
  };
  const ran: string[] = [];
  const work = (): void => {
    for (const lane of ['interactive', 'slow'] as const) {
      ctx.queue.work(lane, 4, async (job) => {
        ran.push(`${job.event} ${job.subscriber} ${String(job.payload['postId'])}`);
        await finishJob(ctx.database, job.eventId, job.subscriber);
      });
    }
  };
  const left = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from outbox_events`.execute(
      ctx.database.read,
    );
    return rows[0]?.count ?? 0;
  };
  const emit = (postId: string, dueAt?: Date) =>
    ctx.database.write((tx) => tx.emit('post.created', { postId, accountId: '1' }, dueAt));
  return { ctx, start, work, ran, left, emit };
}

describe.each(stores())('the outbox with its queue on $store', ({ redis }) => {
  test('each subscriber of an event runs once, then the event is gone', async () => {
    const { start, work, ran, left, emit } = await openRelay({ redis });
    await start();
    work();
    await emit('7');
    await until(async () => (await left()) === 0);
    expect(ran.toSorted()).toEqual(['post.created preview 7', 'post.created timelines 7']);
  });

  test('what was rolled back never happened', async () => {
    const { ctx, start, work, ran, left, emit } = await openRelay({ redis });
    await start();
    work();
    const failing = ctx.database.write(async (tx) => {
      await tx.emit('post.created', { postId: 'lost', accountId: '1' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await emit('kept');
    await until(async () => (await left()) === 0);
    expect(ran.some((line) => line.includes('lost'))).toBe(false);
  });

  test('events that were written while no relay ran are found by the next one', async () => {
    const { start, work, ran, emit } = await openRelay({ redis });
    await emit('1');
    await emit('2');
    work();
    await start();
    await until(() => ran.length === 4);
  });

  test('an event with a due date waits for it', async () => {
    let now = new Date('2026-03-01T12:00:00Z');
    const { start, work, ran, left, emit } = await openRelay({ redis, clock: () => now });
    await start();
    work();
    await emit('later', new Date('2026-03-01T13:00:00Z'));
    await emit('now');
    await until(() => ran.length === 2);
    expect(ran.every((line) => line.endsWith('now'))).toBe(true);
    await until(async () => (await left()) === 1);
    now = new Date('2026-03-01T13:00:01Z');
    await until(async () => (await left()) === 0);
    expect(ran).toHaveLength(4);
  });

  test('an event nobody subscribes to does not stay', async () => {
    const { ctx, start, left } = await openRelay({ redis });
    await start();
    await ctx.database.write((tx) => tx.emit('account.opened', { accountId: '1' }));
    await until(async () => (await left()) === 0);
  });

  test('two relays do not run anything twice', async () => {
    const { ctx, start, work, ran, left, emit } = await openRelay({ redis });
    const second = await startRelay({
      database: ctx.database,
      queue: ctx.queue,
      routing,
      log: ctx.log,
      clock: ctx.clock,
      pollMs: 5,
    });
    await start();
    work();
    for (let index = 0; index < 30; index += 1) await emit(String(index));
    await until(async () => (await left()) === 0);
    await second.stop();
    expect(ran).toHaveLength(60);
    expect(new Set(ran).size).toBe(60);
  });

  test('a queue that forgets its jobs is refilled from the outbox', async () => {
    const { ctx, start, work, ran, left, emit } = await openRelay({ redis }, 300);
    await start();
    await emit('1');
    await until(
      async () => (await ctx.queue.depth()).interactive.waiting === 1 && (await ctx.queue.depth()).slow.waiting === 1,
    );
    if (redis) {
      const client = new Redis(inject('redisUrl'));
      const keys = await client.keys(`${ctx.config.redisPrefix}*`);
      await client.del(...keys);
      client.disconnect();
    } else {
      await sql`delete from bullmq.job`.execute(ctx.database.read);
    }
    work();
    await until(async () => (await left()) === 0);
    expect(ran.toSorted()).toEqual(['post.created preview 1', 'post.created timelines 1']);
  });
});
