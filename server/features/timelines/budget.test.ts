// What a home page costs the database, by the door, in a process that knows nothing yet and in one that does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import pino from 'pino';
import { buildApp } from '#server/app.ts';
import { openContext } from '#server/context.ts';
import { signUp } from '#server/testing/people.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** A page of every kind of post: plain ones, a boost, a poll, a quote, an answer. */
async function fillHome(): Promise<string> {
  const [reader, author, other] = await Promise.all(['reader', 'author', 'other'].map((name) => signUp(server, name)));
  if (!reader || !author || !other) throw new Error('nobody came');
  await reader.api('POST', `/api/v1/accounts/${author.accountId}/follow`);
  const write = async (status: string, more: object = {}): Promise<string> =>
    (await author.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
  const boosted = await other.api('POST', '/api/v1/statuses', { status: 'boost me #birds' });
  await author.api('POST', `/api/v1/statuses/${boosted.body.id}/reblog`);
  const poll = await write('which?', { poll: { options: ['this', 'that'], expires_in: 3600 } });
  await write('see this', { quoted_status_id: poll });
  await write('and so on', { in_reply_to_id: poll });
  await write('look', { media_ids: [await makeUpload(server.ctx, author.accountId)] });
  for (let count = 0; count < 20; count += 1) await write(`${count} for @reader`);
  await server.settle();
  return reader.token;
}

test('a home page is one statement when its texts are kept, two when posts quote others, and at most eight at first', async () => {
  const token = await fillHome();
  const { config, secrets } = server.ctx;
  const log = pino({ level: 'silent' });
  const ctx = await openContext({ config, secrets, log, databaseUrl: server.databaseUrl });
  const app = await buildApp(ctx);
  await app.ready();
  const cost = async (query: string, count: number): Promise<number> => {
    const before = ctx.database.statements();
    const answer = await app.inject({
      url: `/api/v1/timelines/home?${query}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.json()).toHaveLength(count);
    return ctx.database.statements() - before;
  };
  try {
    const cold = await cost('limit=40', 25);
    expect(cold).toBeLessThanOrEqual(8);
    expect(await cost('limit=40', 25)).toBe(2);
    // The latest twenty quote nothing.
    expect(await cost('limit=20', 20)).toBe(1);
  } finally {
    await app.close();
    await ctx.close();
  }
});
