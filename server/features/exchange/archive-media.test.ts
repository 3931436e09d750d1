// The pictures, films and sounds in an archive: whole, beside the documents that name them, and read one piece at a time.
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { makeUpload, type UploadWishes } from '#server/testing/uploads.ts';
import { ownFiles } from './queries/archive.ts';

let server: TestServer;
let alice: Person;
let made = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  made += 1;
  alice = await signUp(server, `alice${made}`);
});

const upload = (wishes: UploadWishes = {}, owner = alice): Promise<string> =>
  makeUpload(server.ctx, owner.accountId, wishes);
const show = async (mediaIds: string[]) =>
  (await alice.api('POST', '/api/v1/statuses', { media_ids: mediaIds, visibility: 'private' })).body;

/** The files of a new archive by their names. */
async function archived(): Promise<Map<string, Buffer>> {
  await alice.api('POST', '/api/exports/archive');
  await server.settle();
  const { state, url } = (await alice.api('GET', '/api/exports/archive')).body;
  expect(state).toBe('ready');
  const content = Buffer.from(await (await fetch(url)).arrayBuffer());
  const zip = await fromBufferPromise(content, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  return files;
}

test('are whole, each once, and the documents name them by their place', async () => {
  const picture = await upload({ description: 'A rook', content: Buffer.alloc(3_000_000, 'rook') });
  const film = await upload({ kind: 'video', content: Buffer.from('film') });
  const unshown = await upload();
  const bob = await signUp(server, `bob${made}`);
  const other = await upload({}, bob);
  await bob.api('POST', '/api/v1/statuses', { media_ids: [other] });
  await show([picture, film]);
  const files = await archived();
  const names = [...files.keys()].filter((name) => name.startsWith('media/')).toSorted();
  expect(names).toEqual([
    `media/${picture}/a-random-name/original.webp`,
    `media/${film}/a-random-name/original.mp4`,
    `media/${film}/a-random-name/small.webp`,
  ]);
  expect(files.get(names[0] ?? '')?.equals(Buffer.alloc(3_000_000, 'rook'))).toBe(true);
  expect(names.join()).not.toContain(unshown);
  const { orderedItems } = JSON.parse(files.get('outbox.json')?.toString() ?? '');
  expect(orderedItems[0].object.attachment).toMatchObject([
    { type: 'Document', url: names[0], name: 'A rook' },
    { type: 'Document', url: names[1], icon: { url: names[2] } },
  ]);
});

test('of which one is gone leave the archive whole', async () => {
  const [gone, kept] = [await upload(), await upload()];
  await show([gone, kept]);
  await server.ctx.files.delete(`media/${gone}/a-random-name/original.webp`);
  const files = await archived();
  expect(files.get(`media/${gone}/a-random-name/original.webp`)).toHaveLength(0);
  expect(files.get(`media/${kept}/a-random-name/original.webp`)?.toString()).toBe(`a picture of ${alice.accountId}`);
});

test('are found a page at a time', async () => {
  await show([await upload(), await upload()]);
  const pages = async (): Promise<number[]> => {
    const sizes = [];
    for await (const page of ownFiles(server.ctx, alice.accountId)) sizes.push(page.length);
    return sizes;
  };
  expect(await pages()).toEqual([2]);
  expect(await statementsOf(server.ctx, pages)).toBe(1);
});
