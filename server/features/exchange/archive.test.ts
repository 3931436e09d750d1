// The archive of one's account: what it holds, who may fetch it and for how long, and what happens when it cannot be written.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { buffer } from 'node:stream/consumers';
import { readNote } from '#server/features/posts/activitypub/note-read.ts';
import { signOutEverywhere } from '#server/features/auth/service/end-access.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { createToken } from '#server/features/auth/service/users.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { read } from '#server/testing/reader.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { ownPosts } from './queries/archive.ts';
import { dropArchivesOf, purgeArchives } from './service/archive.ts';
import { writeArchive } from './subscribers/archive.ts';

const hour = 3_600_000;
const day = 24 * hour;
const url = '/api/exports/archive';
let now = new Date('2026-03-01T12:00:00.000Z').getTime();
let server: TestServer;
let mailbox: Mailbox;
let alice: Person;
let bob: Person;
let made = 0;

beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(now) });
});
afterAll(() => server.close());
beforeEach(async () => {
  made += 1;
  mailbox = openMailbox();
  server.ctx.mail = mailbox;
  [alice, bob] = await Promise.all([signUp(server, `alice${made}`), signUp(server, `bob${made}`)]);
});

const state = async (person: Person) => (await person.api('GET', url)).body;
/** Asks, waits until it is written, and says what its door then says. */
async function archived(person: Person) {
  expect(await person.api('POST', url)).toMatchObject({
    status: 200,
    body: { state: 'waiting', url: null, size: null },
  });
  await server.settle();
  const found = await state(person);
  expect(found).toMatchObject({ state: 'ready', reason: null });
  return found;
}
/** The files of an archive by their names, as whoever holds the link gets them. */
async function unpacked(link: string): Promise<Map<string, Buffer>> {
  const answer = await fetch(link);
  expect(answer.status).toBe(200);
  const zip = await fromBufferPromise(Buffer.from(await answer.arrayBuffer()), { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  return files;
}
const textOf = (files: Map<string, Buffer>, name: string): string => files.get(name)?.toString() ?? '';
const jsonOf = (files: Map<string, Buffer>, name: string) => JSON.parse(textOf(files, name));
const post = async (person: Person, body: object) => (await person.api('POST', '/api/v1/statuses', body)).body;
const storedFiles = async (): Promise<string[]> =>
  readdir(join(server.ctx.config.dataDir, 'media', 'archives')).catch(() => []);

describe('what it holds', () => {
  test('is the account with its pictures, all it wrote for whomever, and what it likes, keeps and follows', async () => {
    const picture = await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const form = new FormData();
    form.set('note', 'I watch birds');
    form.set('avatar', new File([new Uint8Array(picture)], 'me.png', { type: 'image/png' }));
    expect((await alice.api('PATCH', '/api/v1/accounts/update_credentials', form)).status).toBe(200);
    const mine = [];
    for (const visibility of ['public', 'unlisted', 'private', 'direct'])
      mine.push(await post(alice, { status: `for ${visibility} @${bob.username} #birds`, visibility }));
    const theirs = await post(bob, { status: 'hello all' });
    for (const act of ['favourite', 'bookmark', 'reblog'])
      await alice.api('POST', `/api/v1/statuses/${theirs.id}/${act}`);
    await alice.api('POST', `/api/v1/accounts/${bob.accountId}/follow`);
    await bob.api('POST', `/api/v1/accounts/${alice.accountId}/follow`);
    await server.settle();

    const files = await unpacked((await archived(alice)).url);
    expect([...files.keys()].toSorted()).toEqual([
      'actor.json',
      'avatar.webp',
      'blocks.csv',
      'bookmarks.csv',
      'bookmarks.json',
      'domain_blocks.csv',
      'followers.csv',
      'follows.csv',
      'likes.json',
      'lists.csv',
      'mutes.csv',
      'outbox.json',
    ]);
    const actor = jsonOf(files, 'actor.json');
    expect(actor).toMatchObject({
      preferredUsername: alice.username,
      outbox: 'outbox.json',
      icon: { url: 'avatar.webp' },
    });
    expect(actor.summary).toContain('I watch birds');
    expect(textOf(files, 'actor.json')).not.toContain('PRIVATE');
    expect(files.get('avatar.webp')?.subarray(8, 12).toString()).toBe('WEBP');

    const outbox = jsonOf(files, 'outbox.json');
    expect(outbox).toMatchObject({ type: 'OrderedCollection', totalItems: 5 });
    expect(outbox.orderedItems.map(({ type }: { type: string }) => type)).toEqual([
      'Create',
      'Create',
      'Create',
      'Create',
      'Announce',
    ]);
    expect(outbox.orderedItems.slice(0, 4).map(({ object }: { object: { id: string } }) => object.id)).toEqual(
      mine.map(({ uri }) => uri),
    );
    expect(outbox.orderedItems[4].object).toBe(theirs.uri);
    for (const name of ['likes.json', 'bookmarks.json'])
      expect(jsonOf(files, name)).toMatchObject({
        type: 'OrderedCollection',
        totalItems: 1,
        orderedItems: [theirs.uri],
      });
    expect(textOf(files, 'follows.csv')).toContain(`\n${bob.username}@`);
    expect(textOf(files, 'followers.csv')).toMatch(new RegExp(`^${bob.username}@[^,]+\n$`));
  });

  test('reads like what the server itself gives out', async () => {
    const { uri } = await post(alice, {
      status: 'a https://birds.example/ #link',
      spoiler_text: 'care',
      language: 'en',
    });
    const outbox = jsonOf(await unpacked((await archived(alice)).url), 'outbox.json');
    const given = await read(server.origin, uri);
    expect(given.status).toBe(200);
    expect(outbox.orderedItems[0].object.id).toBe(given.body['id']);
    const kept = readNote({ '@context': outbox['@context'], ...outbox.orderedItems[0].object }, true);
    expect(kept).toEqual(readNote(given.body, true));
    expect(kept).not.toBeNull();
  });

  test('is nothing that its owner may no longer see', async () => {
    const theirs = await post(bob, { status: 'hello all' });
    for (const act of ['favourite', 'bookmark', 'reblog'])
      await alice.api('POST', `/api/v1/statuses/${theirs.id}/${act}`);
    await bob.api('POST', `/api/v1/accounts/${alice.accountId}/block`);
    await server.settle();
    const files = await unpacked((await archived(alice)).url);
    for (const name of ['outbox.json', 'likes.json', 'bookmarks.json'])
      expect(jsonOf(files, name)).toMatchObject({ totalItems: 0, orderedItems: [] });
  });

  test('is read a page at a time, each in two statements, however much there is', async () => {
    for (let index = 0; index < 205; index += 1)
      await createPost(server.ctx, { accountId: alice.accountId, source: `number ${index}`, visibility: 'public' });
    await server.settle();
    const pages = async (): Promise<number[]> => {
      const sizes = [];
      for await (const page of ownPosts(server.ctx, alice.accountId)) sizes.push(page.length);
      return sizes;
    };
    expect(await pages()).toEqual([200, 5]);
    expect(await statementsOf(server.ctx, pages)).toBe(4);
    expect(jsonOf(await unpacked((await archived(alice)).url), 'outbox.json').totalItems).toBe(205);
  });
});

describe('the link', () => {
  test('gives a file that nobody between may keep, and needs no token', async () => {
    const { url: link, size, expires_at } = await archived(alice);
    const { status, headers } = await fetch(link);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('content-type')).toBe('application/zip');
    expect(headers.get('content-disposition')).toBe('attachment; filename="archive-2026-03-01.zip"');
    expect(headers.get('content-length')).toBe(String(size));
    expect(expires_at).toBe(new Date(now + 7 * day).toISOString());
  });

  test('opens nothing when it is guessed, or is eight days old', async () => {
    const { url: link } = await archived(alice);
    const guesses = ['x', '1', 'A'.repeat(90), `${link.split('/').at(-1)?.slice(0, -3)}AAA`, '../../media'];
    for (const guess of guesses)
      expect((await call(server.origin, 'GET', `${url}/${encodeURIComponent(guess)}`)).status, guess).toBe(404);
    now += 7 * day - hour;
    expect((await fetch(link)).status).toBe(200);
    now += day + hour;
    expect((await fetch(link)).status).toBe(404);
    expect(await state(alice)).toMatchObject({ state: 'none', url: null, next_at: null });
  });

  test('opens nothing after signing out, here or everywhere; a new sign-in has a new one', async () => {
    const { url: link } = await archived(alice);
    const token = await createToken(server.ctx, alice.accountId, 'read');
    const other = (await call(server.origin, 'GET', url, { token })).body.url;
    expect((await fetch(other)).status).toBe(200);
    await signOutEverywhere(server.ctx, alice.accountId);
    expect([(await fetch(link)).status, (await fetch(other)).status]).toEqual([404, 404]);
    const again = await createToken(server.ctx, alice.accountId, 'read');
    expect((await fetch((await call(server.origin, 'GET', url, { token: again })).body.url)).status).toBe(200);
  });

  test('is for its owner, and for apps that may read everything', async () => {
    await archived(alice);
    expect(await state(bob)).toEqual({
      state: 'none',
      requested_at: null,
      finished_at: null,
      expires_at: null,
      size: null,
      url: null,
      reason: null,
      next_at: null,
    });
    for (const scopes of ['read:statuses read:accounts', 'write']) {
      const token = await createToken(server.ctx, alice.accountId, scopes);
      expect((await call(server.origin, 'GET', url, { token })).status, scopes).toBe(403);
    }
  });

  test('opens nothing once the login may not be used', async () => {
    const { url: link } = await archived(alice);
    await server.ctx.database.write((tx) =>
      tx.sql
        .updateTable('users')
        .set({ disabled_at: new Date(now) })
        .where('account_id', '=', alice.accountId)
        .execute(),
    );
    expect((await fetch(link)).status).toBe(404);
  });
});

describe('asking', () => {
  test('works once a week, and says when again', async () => {
    const { next_at } = await archived(alice);
    expect(next_at).toBe(new Date(now + 7 * day).toISOString());
    now += 6 * day;
    const early = await alice.api('POST', url);
    expect(early).toMatchObject({ status: 429, body: { error: expect.stringContaining(next_at) } });
    expect(early.headers.get('retry-after')).toBe(String(day / 1000));
    now += day;
    await archived(alice);
  });

  test('twice at once gives one archive', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => alice.api('POST', url)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([409, 429]).toContain(status);
      expect(body.error).toMatch(/\w/);
    }
    await server.settle();
  });

  test('ends with a letter that tells where it is, and nothing of it', async () => {
    await post(alice, { status: 'top secret' });
    const { url: link } = await archived(alice);
    const letter = mailbox.letterTo(`${alice.username}@mail.example`);
    expect(letter.subject).toContain('archive');
    expect(letter.text).toContain(`${server.origin}/settings/account`);
    for (const words of ['secret', link, '.zip']) expect(`${letter.text}${letter.html}`).not.toContain(words);
    expect(mailbox.letters).toHaveLength(1);
  });
});

describe('when it cannot be written', () => {
  test('it is tried three times, then says so, and may be asked for again at once, but not for ever', async () => {
    const idle = await openTestServer({ idle: true, clock: () => new Date(now) });
    try {
      const carol = await signUp(idle, 'carol');
      idle.ctx.files = { ...idle.ctx.files, putPrivate: () => Promise.reject(new Error('the disk is full')) };
      for (const id of ['1', '2', '3']) {
        expect((await carol.api('POST', url)).status).toBe(200);
        for (let run = 0; run < 2; run += 1)
          await expect(writeArchive(idle.ctx, { archiveId: id })).rejects.toThrow('the disk is full');
        expect(await state(carol)).toMatchObject({ state: 'waiting' });
        await writeArchive(idle.ctx, { archiveId: id });
        const reason = expect.stringContaining('could not be written');
        expect(await state(carol)).toMatchObject({ state: 'failed', reason, url: null });
      }
      expect((await carol.api('POST', url)).status).toBe(429);
      expect(await readdir(join(idle.ctx.config.dataDir, 'archives'))).toEqual([]);
    } finally {
      await idle.close();
    }
  });

  test('a reader that breaks off in the middle fails the archive, and does not hang it', async () => {
    const idle = await openTestServer({ idle: true, clock: () => new Date(now) });
    try {
      const carol = await signUp(idle, 'carol');
      await carol.api('POST', url);
      await idle.ctx.database.write((tx) => tx.sql.schema.alterTable('likes').renameTo('likes_away').execute());
      await expect(writeArchive(idle.ctx, { archiveId: '1' })).rejects.toThrow(/likes/);
      await idle.ctx.database.write((tx) => tx.sql.schema.alterTable('likes_away').renameTo('likes').execute());
      await writeArchive(idle.ctx, { archiveId: '1' });
      expect(await state(carol)).toMatchObject({ state: 'ready' });
    } finally {
      await idle.close();
    }
  });

  test('one that nobody finishes is given up after a day', async () => {
    const idle = await openTestServer({ idle: true, clock: () => new Date(now) });
    try {
      const carol = await signUp(idle, 'carol');
      await carol.api('POST', url);
      now += day + hour;
      await purgeArchives(idle.ctx);
      expect(await state(carol)).toMatchObject({ state: 'failed', next_at: null });
      await writeArchive(idle.ctx, { archiveId: '1' });
      expect(await state(carol)).toMatchObject({ state: 'failed' });
    } finally {
      await idle.close();
    }
  });
});

describe('its file', () => {
  test('is deleted when the time is over', async () => {
    now += 30 * day;
    await purgeArchives(server.ctx);
    const before = await storedFiles();
    await archived(alice);
    now += 6 * day;
    await purgeArchives(server.ctx);
    expect((await storedFiles()).length).toBe(before.length + 1);
    now += day;
    expect(await purgeArchives(server.ctx)).toBe(1);
    expect(await storedFiles()).toEqual(before);
  });

  test('is deleted with the account', async () => {
    const before = await storedFiles();
    const { url: link } = await archived(alice);
    await dropArchivesOf(server.ctx, { accountId: alice.accountId });
    expect(await storedFiles()).toEqual(before);
    expect((await fetch(link)).status).toBe(404);
  });
});
