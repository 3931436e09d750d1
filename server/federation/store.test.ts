// Activities that come at one moment are stored together: each once, and none is harmed by another.
import { afterEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { storeActivity, type Received } from './store.ts';

let opened: TestContext | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function open() {
  opened = await openTestContext();
  const { ctx } = opened;
  const count = async (): Promise<{ activities: number; events: number }> => {
    const { rows } = await sql<{ activities: number; events: number }>`select
      (select count(*)::int from inbox_activities) as activities,
      (select count(*)::int from outbox_events where name = 'activity.received') as events`.execute(ctx.database.read);
    return rows[0] ?? { activities: 0, events: 0 };
  };
  return { ctx, count };
}

const activity = (name: string, body = '{}'): Received => ({
  actorUri: 'https://far.example/users/ada',
  activityUri: `https://far.example/activities/${name}`,
  body,
  carrierUri: null,
});

test('each that comes is stored once with its event, however often and at whatever moment it comes', async () => {
  const { ctx, count } = await open();
  const names = Array.from({ length: 150 }, (_, index) => String(index));
  const answers = await Promise.all([...names, ...names, '3', '3'].map((name) => storeActivity(ctx, activity(name))));
  expect(answers.filter(Boolean)).toHaveLength(150);
  expect(await storeActivity(ctx, activity('3'))).toBe(false);
  expect(await count()).toEqual({ activities: 150, events: 150 });
});

test('one that cannot be stored fails alone', async () => {
  const { ctx, count } = await open();
  const results = await Promise.allSettled(
    [activity('a'), activity('b'), activity('c', 'a text with \0 in it'), activity('d')].map((one) =>
      storeActivity(ctx, one),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await count()).toEqual({ activities: 3, events: 3 });
});

test('when the database is away all are told, after one attempt each helping', async () => {
  const { ctx } = await open();
  let attempts = 0;
  const away = {
    ...ctx,
    database: {
      ...ctx.database,
      prepared: () => {
        attempts += 1;
        return Promise.reject(Object.assign(new Error('the server is starting up'), { code: '57P03' }));
      },
    },
  };
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => storeActivity(away, activity(String(index)))),
  );
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(attempts).toBe(1);
});
