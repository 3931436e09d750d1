// What waits: tables that are empty one moment and full the next. However empty they were when their statements first ran,
// work is found by indexes when there is much of it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccount } from '#server/features/accounts/service/create.ts';
import { claim, type ClaimLimits } from '#server/platform/fediverse/courier/claim.ts';
import { record } from '#server/platform/fediverse/courier/record.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { sql } from '#server/platform/database.ts';
import { writeEvents } from '#server/platform/outbox.ts';
import { claimDue, type Routing } from '#server/platform/relay/claim.ts';
import { finishJobs } from '#server/platform/relay/finish.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';

const routing: Routing = new Map([['post.created', new Map([['note', 'interactive']])]]);
const many = 1000;

let opened: TestContext;
let senderId: string;
beforeAll(async () => {
  opened = await openTestContext({ origin: 'http://localhost:1' });
  senderId = await opened.ctx.database.write((tx) => createAccount(tx, opened.ctx, { username: 'alice' }));
});
afterAll(() => opened.close());

/** Does something on every connection that the pool may have. */
async function everywhere(work: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: opened.ctx.database.pool.options.max }, work));
}

/** As a server is whose tables were looked after while nothing waited, and that has asked for work since. */
async function emptied(table: string, look: () => Promise<unknown>): Promise<void> {
  await opened.ctx.database.pool.query(`delete from ${table}`);
  await opened.ctx.database.pool.query(`vacuum analyze ${table}`);
  await everywhere(look);
}

/** How many rows of a table were read by reading it from its beginning, since it was made. */
async function readThrough(table: string): Promise<number> {
  const { pool } = opened.ctx.database;
  await everywhere(() => pool.query('select pg_stat_force_next_flush()'));
  const { rows } = await pool.query('select seq_tup_read::int as count from pg_stat_user_tables where relname = $1', [
    table,
  ]);
  return rows[0].count;
}

function limits(free: number): ClaimLimits {
  const now = new Date();
  const leasedUntil = new Date(now.getTime() + 60_000);
  return { now, leasedUntil, free, freeUnproven: free, lookedAt: free * 4, inFlight: new Map(), held: [] };
}

it('deliveries are taken and written down without reading all that waits', async () => {
  const { database } = opened.ctx;
  await emptied('deliveries', async () => {
    await claim(database, limits(50));
    await record(database, [], new Date());
  });
  await writeOutgoing(
    database.read,
    {
      cause: 'letter',
      activity: { id: 'http://localhost:1/ap/activities/letter', type: 'Create' },
      senderId,
      orderingKey: 'letter',
      inboxes: sql`select 'https://host' || place || '.example/inbox' as inbox_url from generate_series(1, ${many}) as place`,
    },
    new Date(),
  );
  const before = await readThrough('deliveries');
  let taken = 0;
  for (;;) {
    const claimed = await claim(database, limits(50));
    if (claimed.length === 0) break;
    taken += claimed.length;
    const outcome = {
      state: 'delivered',
      status: 202,
      error: null,
      dueAt: null,
      isHostFault: false,
      pauseUntil: null,
    } as const;
    const results = claimed.map(({ id, host, isProven, isQuestion }) => ({ id, host, isProven, isQuestion, outcome }));
    await record(
      database,
      results.map((result) => ({ ...result, learnt: null, isTry: true })),
      new Date(),
    );
  }
  expect(taken).toBe(many);
  expect((await readThrough('deliveries')) - before).toBeLessThan(many);
});

it('events are taken and finished without reading all that waits', async () => {
  const { database } = opened.ctx;
  const take = () => claimDue(database, routing, 'interactive', new Date(), 50);
  await emptied('outbox_events', async () => {
    await take();
    await finishJobs(database, []);
  });
  const event = { name: 'post.created', payload: { postId: '1' }, dueAt: new Date() } as const;
  await writeEvents(database.read, Array(many).fill(event), new Date());
  const before = await readThrough('outbox_events');
  let taken = 0;
  for (;;) {
    const events = await take();
    if (events.length === 0) break;
    taken += events.length;
    await finishJobs(
      database,
      events.map(({ id }) => ({ eventId: id, subscriber: 'note' })),
    );
  }
  expect(taken).toBe(many);
  expect((await readThrough('outbox_events')) - before).toBeLessThan(many);
  expect((await database.pool.query('select from outbox_events')).rowCount).toBe(0);
});
