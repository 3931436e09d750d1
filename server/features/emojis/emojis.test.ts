// Emoji of this server: the staff makes them, people write with them, other servers read them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rookery } from '#server/cli/test-program.ts';
import { asList, asObject, type Json } from '#server/platform/fediverse/json.ts';
import { makeMoving } from '#server/testing/picture-files.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { read } from '#server/testing/reader.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { shortcodesIn } from './policy.ts';
import { emojisIn } from './queries.ts';

let server: TestServer;
let admin: Person;
let alice: Person;

beforeAll(async () => {
  server = await openTestServer();
  [admin, alice] = await Promise.all([signUp(server, 'root', { role: 'admin' }), signUp(server, 'alice')]);
});
afterAll(() => server.close());

const square = (width = 300, height = 300): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 4, background: '#c33' } })
    .png()
    .toBuffer();

async function add(shortcode: string, more: Record<string, string> = {}, picture?: Buffer): Promise<Answer> {
  const form = new FormData();
  form.set('shortcode', shortcode);
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  form.set('image', new Blob([new Uint8Array(picture ?? (await square()))]), 'picture.png');
  return admin.api('POST', '/api/admin/emojis', form);
}

const offered = async (): Promise<Answer['body']> => (await call(server.origin, 'GET', '/api/v1/custom_emojis')).body;
const publish = async (body: object): Promise<Answer['body']> =>
  (await alice.api('POST', '/api/v1/statuses', body)).body;
const shown = async (id: string): Promise<string[]> =>
  (await alice.api('GET', `/api/v1/statuses/${id}`)).body.emojis.map((one: { shortcode: string }) => one.shortcode);

describe('the staff', () => {
  it('adds an emoji, whose picture is drawn anew in its own shape', async () => {
    const added = await add('wide_wren', { category: 'Birds' }, await square(600, 300));
    expect(added).toMatchObject({
      status: 201,
      body: { shortcode: 'wide_wren', category: 'Birds', visible_in_picker: true, disabled: false },
    });
    const { url, static_url } = added.body;
    expect(static_url).toBe(url);
    const file = await fetch(url);
    expect(file.headers.get('content-type')).toBe('image/webp');
    expect(await sharp(Buffer.from(await file.arrayBuffer())).metadata()).toMatchObject({ width: 256, height: 128 });
    expect(await offered()).toContainEqual({
      shortcode: 'wide_wren',
      url,
      static_url,
      visible_in_picker: true,
      category: 'Birds',
    });
  });

  it('adds one that moves, with a twin that stands still', async () => {
    const { body } = await add(
      'flapping',
      {},
      await makeMoving('gif', { width: 40, height: 40 }, ['#c00', '#0c0', '#00c']),
    );
    const pages = async (url: string): Promise<number> =>
      (await sharp(Buffer.from(await (await fetch(url)).arrayBuffer())).metadata()).pages ?? 1;
    expect(body.static_url).not.toBe(body.url);
    expect(await Promise.all([pages(body.url), pages(body.static_url)])).toEqual([3, 1]);
  });

  it('is told why one is not taken, and nothing is left of it', async () => {
    await add('taken');
    const refused: Array<[Answer, string]> = [
      [await add('TAKEN'), 'shortcode TAKEN is taken'],
      [await add('no spaces'), '2 to 50 letters'],
      [await add('x'), '2 to 50 letters'],
      [await add('broken', {}, Buffer.from('<svg/>')), 'image is not taken'],
      [await add('heavy', {}, Buffer.alloc(1024 * 1024 + 1)), 'at most 1 MB'],
      [await add('filed', { category: 'c'.repeat(51) }), 'category is too long'],
      [await admin.api('POST', '/api/admin/emojis', { shortcode: 'bare' }), 'image must be a file'],
    ];
    for (const [answer, reason] of refused) {
      expect(answer.status).toBe(422);
      expect(answer.body.error).toContain(reason);
    }
    const shortcodes = (await offered()).map((one: { shortcode: string }) => one.shortcode);
    expect(shortcodes).toEqual(['flapping', 'taken', 'wide_wren']);
  });

  it('alone does so', async () => {
    const { id } = (await admin.api('GET', '/api/admin/emojis')).body[0];
    for (const [method, path] of [
      ['GET', ''],
      ['GET', `/${id}`],
      ['POST', ''],
      ['PATCH', `/${id}`],
      ['DELETE', `/${id}`],
    ] as const)
      expect((await alice.api(method, `/api/admin/emojis${path}`)).status).toBe(403);
    expect((await admin.api('PATCH', '/api/admin/emojis/77', { disabled: true })).status).toBe(404);
    expect((await admin.api('DELETE', '/api/admin/emojis/x')).status).toBe(404);
  });

  it('renames, hides and disables one; what was written with it stays, what comes then cannot use it', async () => {
    const { body } = await add('old_name');
    const { id: postId } = await publish({ status: 'see :old_name:' });
    const change = (wish: object): Promise<Answer> => admin.api('PATCH', `/api/admin/emojis/${body.id}`, wish);
    expect((await change({ shortcode: 'taken' })).status).toBe(422);
    expect(await change({ shortcode: 'new_name', visible_in_picker: false, category: 'Names' })).toMatchObject({
      status: 200,
      body: { shortcode: 'new_name', visible_in_picker: false, category: 'Names', url: body.url },
    });
    expect(await shown(postId)).toEqual(['old_name']);
    expect((await publish({ status: ':new_name: :old_name:' })).emojis).toMatchObject([{ shortcode: 'new_name' }]);
    await change({ disabled: true });
    expect((await publish({ status: ':new_name:' })).emojis).toEqual([]);
    expect((await offered()).map((one: { shortcode: string }) => one.shortcode)).not.toContain('new_name');
    expect((await read(server.origin, `${server.origin}/ap/emojis/${body.id}`)).status).toBe(404);
    expect(await shown(postId)).toEqual(['old_name']);
    await change({ disabled: false, category: null });
    expect((await publish({ status: ':new_name:' })).emojis).toHaveLength(1);
  });

  it('gives a name once, also when two ask for it in the same moment', async () => {
    const made = await Promise.all(['first', 'second', 'third', 'fourth'].map((name) => add(name)));
    const renamed = await Promise.all(
      made.map(({ body }) => admin.api('PATCH', `/api/admin/emojis/${body.id}`, { shortcode: 'only_one' })),
    );
    expect(renamed.map(({ status }) => status).toSorted()).toEqual([200, 422, 422, 422]);
    for (const { body } of made) await admin.api('DELETE', `/api/admin/emojis/${body.id}`);
  });

  it('deletes one: it leaves posts, their versions and profiles, and its picture is gone', async () => {
    const { body } = await add('short_lived');
    const { id } = await publish({ status: 'a :short_lived: :wide_wren:' });
    await alice.api('PUT', `/api/v1/statuses/${id}`, { status: 'b :short_lived: :wide_wren:' });
    await alice.api('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Alice :short_lived:' });
    expect((await admin.api('DELETE', `/api/admin/emojis/${body.id}`)).status).toBe(200);
    await server.settle();
    expect(await shown(id)).toEqual(['wide_wren']);
    const history = (await alice.api('GET', `/api/v1/statuses/${id}/history`)).body;
    expect(history.map(({ emojis }: { emojis: unknown[] }) => emojis.length)).toEqual([1, 1]);
    expect((await alice.api('GET', '/api/v1/accounts/verify_credentials')).body).toMatchObject({
      display_name: 'Alice :short_lived:',
      emojis: [],
    });
    expect((await fetch(body.url)).status).toBe(404);
    expect((await read(server.origin, `${server.origin}/ap/emojis/${body.id}`)).status).toBe(404);
  });
});

describe('people', () => {
  it('write with them in text, warning and poll, and edit', async () => {
    const post = await publish({
      status: 'hello :taken::flapping: :unknown: 12:30:45',
      spoiler_text: ':wide_wren:',
      poll: { options: [':taken:', ':new_name:'], expires_in: 3600 },
    });
    const codes = (emojis: Array<{ shortcode: string }>): string[] => emojis.map(({ shortcode }) => shortcode);
    expect(codes(post.emojis)).toEqual(['taken', 'flapping', 'wide_wren', 'new_name']);
    expect(codes(post.poll.emojis)).toEqual(codes(post.emojis));
    expect(post.emojis[0]).toEqual({
      shortcode: 'taken',
      url: expect.stringContaining('/media/emojis/'),
      static_url: expect.stringContaining('/media/emojis/'),
      visible_in_picker: false,
    });
    const edited = await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'only :taken:', spoiler_text: '' });
    expect(codes(edited.body.emojis)).toEqual(['taken', 'new_name']);
    const history = (await alice.api('GET', `/api/v1/statuses/${post.id}/history`)).body;
    expect(history.map((version: { emojis: Array<{ shortcode: string }> }) => codes(version.emojis).length)).toEqual([
      4, 2,
    ]);
  });

  it('show them in name, biography and fields', async () => {
    const { body } = await alice.api('PATCH', '/api/v1/accounts/update_credentials', {
      display_name: 'Alice :taken:',
      note: 'I keep :flapping:',
      fields_attributes: [{ name: ':wide_wren:', value: 'yes' }],
    });
    const codes = body.emojis.map(({ shortcode }: { shortcode: string }) => shortcode);
    expect(codes).toEqual(['taken', 'flapping', 'wide_wren']);
    // A change of one text keeps the emoji of the others.
    const later = await alice.api('PATCH', '/api/v1/accounts/update_credentials', { note: 'nothing' });
    expect(later.body.emojis).toHaveLength(2);
  });

  it('cost nothing more: the list is in memory', async () => {
    await offered();
    const path = '/api/v1/custom_emojis';
    expect(await statementsOf(server.ctx, () => call(server.origin, 'GET', path))).toBe(0);
    expect(await statementsOf(server.ctx, () => emojisIn(server.ctx, ['words :taken:', ':none:']))).toBe(0);
  });
});

describe('other servers', () => {
  it('read them as tags of posts and people, each with an address that answers', async () => {
    const post = await publish({ status: 'to all :taken:' });
    const note = (await read(server.origin, post.uri)).body;
    const tags: Json[] = asList(note['tag']).map((one) => asObject(one) ?? {});
    const [tag = {}] = tags;
    expect(tag).toEqual({
      id: expect.stringMatching(new RegExp(`^${server.origin}/ap/emojis/\\d+$`)),
      type: 'Emoji',
      name: ':taken:',
      icon: { type: 'Image', mediaType: 'image/webp', url: post.emojis[0].url },
    });
    expect((await read(server.origin, String(tag['id']))).body).toMatchObject({ ...tag, updated: expect.any(String) });
    const actor = await read(server.origin, `${server.origin}/ap/users/${alice.accountId}`);
    expect(actor.body['tag']).toContainEqual(tag);
  });
});

describe('bin/rookery emoji', () => {
  it('adds, imports a folder, lists and removes; a running server hears of it', async () => {
    const settings = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.ctx.config.dataDir, ORIGIN: server.origin };
    const folder = await mkdtemp(join(tmpdir(), 'emoji-'));
    try {
      await writeFile(join(folder, 'tit-mouse.png'), await square(20, 20));
      await writeFile(join(folder, 'Taken.png'), await square(20, 20));
      await writeFile(join(folder, 'bad.gif'), 'no picture');
      await writeFile(join(folder, 'readme.txt'), 'not looked at');
      const imported = await rookery(settings, ['emoji', 'import', folder, '--category', 'Pack', '--json']);
      expect(imported).toMatchObject({
        code: 1,
        json: { added: ['tit_mouse'], taken: ['Taken'], refused: [{ file: 'bad.gif' }] },
      });
      const added = await rookery(settings, ['emoji', 'add', 'by_hand', join(folder, 'tit-mouse.png'), '--hidden']);
      expect(added).toMatchObject({ code: 0, stdout: 'Added :by_hand:.\n' });
      const listed = await rookery(settings, ['emoji', 'list', '--json']);
      expect(listed.json).toContainEqual(
        expect.objectContaining({ shortcode: 'tit_mouse', category: 'Pack', visible_in_picker: true }),
      );
      await server.settle();
      expect((await publish({ status: ':by_hand: :tit_mouse:' })).emojis).toHaveLength(2);
      expect(await rookery(settings, ['emoji', 'remove', 'by_hand'])).toMatchObject({ code: 0 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('finds shortcodes in time that grows with the text alone', () => {
  expect(shortcodesIn(['a :one:two: :x: :no spaces: http://a:80/b:c'])).toEqual(['one', 'two']);
  const before = performance.now();
  shortcodesIn([':'.repeat(100_000), ':a'.repeat(50_000), `:${'a'.repeat(100_000)}`]);
  // Quadratic work would take minutes.
  expect(performance.now() - before).toBeLessThan(5000);
});
