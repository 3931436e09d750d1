// What goes by itself: uploads that no post ever showed, and all of an account that is deleted.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeOwnAccount } from '#server/features/accounts/service/remove.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { runDue, schedule } from '#server/schedule.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { uploadPicture } from '#server/testing/pictures.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { loadMedia } from './queries.ts';
import { attachMedia } from './service/attach.ts';

let server: TestServer;
let now = new Date('2027-01-01T12:00:00Z');

beforeAll(async () => {
  server = await openTestServer({ clock: () => now });
});
afterAll(() => server.close());

async function storedKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of server.ctx.files.list('')) keys.push(key);
  return keys;
}

/** A post of that person that shows an upload; the id of the upload. */
async function showOne({ accountId }: Person): Promise<string> {
  const { ctx } = server;
  const mediaIds = [await uploadPicture(ctx, accountId)];
  const postId = await createPost(ctx, { accountId, source: 'Look', visibility: 'public' });
  await ctx.database.write((tx) => attachMedia(ctx, tx, { accountId, postId, mediaIds }));
  return mediaIds[0] ?? '';
}

it('an upload that no post shows goes after a day, with its files; a shown one stays', async () => {
  const { ctx } = server;
  const alice = await signUp(server, 'alice');
  const [loose, shown] = [await uploadPicture(ctx, alice.accountId), await showOne(alice)];
  const purge = async (): Promise<string[]> => {
    await runDue(ctx, { purge: schedule['delete uploads that no post shows'] ?? { everyMs: 0, run: async () => {} } });
    await server.settle();
    return (await loadMedia(ctx, [loose, shown])).map(({ id }) => id);
  };
  now = new Date(now.getTime() + 23 * 3_600_000);
  expect(await purge()).toEqual([loose, shown]);
  now = new Date(now.getTime() + 2 * 3_600_000);
  expect(await purge()).toEqual([shown]);
  expect((await storedKeys()).filter((key) => key.startsWith(`media/${loose}/`))).toEqual([]);
  expect(await storedKeys()).toHaveLength(2);
});

it('a deleted account takes all along, also what its posts show', async () => {
  const { ctx } = server;
  const bob = await signUp(server, 'bob');
  const before = await storedKeys();
  const ids = [await showOne(bob), await uploadPicture(ctx, bob.accountId)];
  expect((await storedKeys()).length).toBe(before.length + 4);
  await ctx.database.write((tx) => removeOwnAccount(ctx, tx, bob.accountId));
  await server.settle();
  expect(await loadMedia(ctx, ids)).toEqual([]);
  expect((await storedKeys()).toSorted()).toEqual(before.toSorted());
});
