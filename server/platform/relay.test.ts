// The outbox and its relay, on both queues: what was committed is done, what was rolled back is not, and nothing is forgotten.
import { sql } from 'kysely';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { openTestContext, stores, type TestContext, type TestOptions } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import { startRelay, type Relay, type RelayOptions, type Routing } from './relay.ts';
import { finishJobs } from './relay/finish.ts';

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

const concurrency = { interactive: 4, inbox: 4 };

async function openRelay(options: TestOptions, sweepMs?: number) {
  opened = await openTestContext(options);
  const { ctx } = opened;
  const ran: string[] = [];
  const run: RelayOptions['run'] = async (job) =>
    void ran.push(`${job.event} ${job.subscriber} ${String(job.payload['postId'])}`);
  const start = async (others: Partial<RelayOptions> = {}): Promise<Relay> => {
    const { database, queue, log, clock } = ctx;
    const sweep = sweepMs === undefined ? {} : { sweepMs };
    relay = await startRelay({
      database,
      queue,
      routing,
      log,
      clock,
      run,
      concurrency,
      pollMs: 20,
      ...sweep,
      ...others,
    });
    return relay;
  };
  const work = (): void => {
    for (const lane of ['interactive', 'inbox', 'slow'] as const) {
      ctx.queue.work(lane, 4, async (job) => {
        await run(job);
        await finishJobs(ctx.database, [job]);
      });
    }
  };
  const left = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from outbox_events`.execute(
      ctx.database.read,
    );
    return rows[0]?.count ?? 0;
  };
  const dispatched = async (): Promise<number> => {
    const { rows } = await sql`select from outbox_events where dispatched_at is not null`.execute(ctx.database.read);
    return rows.length;
  };
  const emit = (postId: string, dueAt?: Date) =>
    ctx.database.write((tx) => tx.emit('post.created', { postId, accountId: '1' }, dueAt));
  return { ctx, start, work, run, ran, left, dispatched, emit };
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
    const { start, work, ran, left, emit } = await openRelay({ redis });
    const second = await start({ pollMs: 5 });
    await start();
    work();
    for (let index = 0; index < 30; index += 1) await emit(String(index));
    await until(async () => (await left()) === 0);
    await second.stop();
    expect(ran).toHaveLength(60);
    expect(new Set(ran).size).toBe(60);
  });

  test('short work is done at once, work that may wait is the queue’s', async () => {
    const { ctx, start, ran, left, emit } = await openRelay({ redis });
    await start();
    await emit('7');
    await until(() => ran.length === 1);
    await until(async () => (await ctx.queue.depth()).slow.waiting === 1);
    expect(ran).toEqual(['post.created timelines 7']);
    expect(await left()).toBe(1);
  });

  test('short work that fails is tried again by the queue', async () => {
    const { start, work, ran, left, emit } = await openRelay({ redis });
    await start({
      run: () => Promise.reject(new Error('not now')),
    });
    work();
    await emit('7');
    await until(async () => (await left()) === 0);
    expect(ran.toSorted()).toEqual(['post.created preview 7', 'post.created timelines 7']);
  });

  test('what a killed process had in hand is offered to the queue', async () => {
    const { start, work, ran, left, dispatched, emit } = await openRelay({ redis }, 300);
    let die = (): void => {};
    const isDead = new Promise<never>((_, reject) => (die = () => reject(new Error('killed'))));
    const dying = await start({ run: () => isDead, sweepMs: 60_000 });
    await emit('7');
    await until(async () => (await dispatched()) === 1);
    await start();
    work();
    await until(async () => (await left()) === 0);
    expect(ran.toSorted()).toEqual(['post.created preview 7', 'post.created timelines 7']);
    die();
    await dying.stop();
  });

  test('work that takes long is not begun a second time', async () => {
    const { start, ran, left, emit, run } = await openRelay({ redis }, 200);
    let release = (): void => {};
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    await start({
      routing: new Map([['post.created', new Map([['timelines', 'interactive']] as const)]]),
      run: async (job) => {
        begun += 1;
        await isReleased;
        await run(job);
      },
    });
    await emit('7');
    await until(() => begun === 1);
    const stillThere = Date.now() + 600;
    await until(() => Date.now() > stillThere);
    release();
    await until(async () => (await left()) === 0);
    expect({ begun, ran: ran.length }).toEqual({ begun: 1, ran: 1 });
  });

  test('news of others waits while our own people’s fill the room', async () => {
    const { ctx, start, run, ran, emit } = await openRelay({ redis });
    for (let index = 0; index < 40; index += 1) {
      await sql`insert into outbox_events (name, payload, lane, due_at, created_at)
        values ('post.edited', ${JSON.stringify({ postId: 'theirs' })}::jsonb, 'inbox', now() - interval '1 hour', now())`.execute(
        ctx.database.read,
      );
    }
    for (let index = 0; index < 40; index += 1) await emit('ours');
    await start({ run, concurrency: { interactive: 2, inbox: 2 } });
    await until(() => ran.length === 80);
    const places = ran.flatMap((line, place) => (line.endsWith('theirs') ? [place] : []));
    expect(places[0]).toBeGreaterThanOrEqual(16);
  });

  test('news of others are not begun while they have no share, and are when they have one', async () => {
    const { ctx, start, ran, emit } = await openRelay({ redis });
    await sql`insert into outbox_events (name, payload, lane, due_at, created_at)
      values ('post.edited', '{"postId": "theirs"}'::jsonb, 'inbox', now() - interval '1 hour', now())`.execute(
      ctx.database.read,
    );
    await emit('ours');
    let share = 0;
    const started = await start({ inboxShare: () => share });
    await until(() => ran.includes('post.created timelines ours'));
    started.wake();
    await emit('ours too');
    await until(() => ran.includes('post.created timelines ours too'));
    expect(ran).not.toContain('post.edited timelines theirs');
    share = 0.25;
    await until(() => ran.includes('post.edited timelines theirs'));
  });

  test('a relay that stops gives back what it had not begun', async () => {
    const { ctx, start, ran, emit } = await openRelay({ redis });
    let release = (): void => {};
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    for (let index = 0; index < 6; index += 1) await emit(String(index));
    const first = await start({
      routing: new Map([['post.created', new Map([['timelines', 'interactive']] as const)]]),
      concurrency: { interactive: 1, inbox: 1 },
      run: async () => {
        begun += 1;
        await isReleased;
      },
    });
    await until(() => begun === 1);
    const stopped = first.stop();
    release();
    await stopped;
    const { rows } = await sql`select from outbox_events where dispatched_at is null`.execute(ctx.database.read);
    expect({ begun, left: rows.length }).toEqual({ begun: 1, left: 5 });
    expect(ran).toEqual([]);
  });

  test('a relay that stops does not wait for ever for what is under way', async () => {
    const { ctx, start, emit } = await openRelay({ redis });
    await emit('1');
    let begun = 0;
    const endless = await start({
      stopMs: 50,
      run: () => {
        begun += 1;
        return new Promise(() => {});
      },
    });
    await until(() => begun === 1);
    await endless.stop();
    const { rows } = await sql`select from outbox_events`.execute(ctx.database.read);
    expect(rows).toHaveLength(1);
  });

  test('a subscriber that a newer version no longer has does not keep its event', async () => {
    const { start, work, left, emit } = await openRelay({ redis }, 200);
    const older = await start({ run: () => Promise.reject(new Error('killed before it was done')) });
    await emit('7');
    await until(async () => (await left()) === 1);
    await older.stop();
    work();
    await start({ routing: new Map([['post.created', new Map()]]) });
    await until(async () => (await left()) === 0);
  });

  test('a queue that forgets its jobs is refilled from the outbox', async () => {
    const { ctx, start, work, ran, left, emit } = await openRelay({ redis }, 300);
    await start({ run: () => Promise.reject(new Error('not now')) });
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
