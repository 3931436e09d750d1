// Stories of edits of what a post shows: which files, in which order, with which words; and what its history keeps.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purgeMedia } from '#server/features/media/service/purge.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload, type UploadWishes } from '#server/testing/uploads.ts';

let server: TestServer;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  server = await openTestServer();
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
});
afterAll(() => server.close());

const upload = (wishes: UploadWishes = {}, owner = alice): Promise<string> =>
  makeUpload(server.ctx, owner.accountId, wishes);
interface Shown {
  id: string;
  description: string | null;
}
const shownIn = ({ media_attachments }: { media_attachments: Shown[] }): Array<[string, string | null]> =>
  media_attachments.map(({ id, description }) => [id, description]);
const edit = (id: string, body: unknown): Promise<Answer> => alice.api('PUT', `/api/v1/statuses/${id}`, body);
const read = async (id: string) => (await call(server.origin, 'GET', `/api/v1/statuses/${id}`)).body;
const historyOf = async (id: string) => (await call(server.origin, 'GET', `/api/v1/statuses/${id}/history`)).body;

/** A post with two pictures. */
async function writePair(): Promise<{ id: string; one: string; two: string }> {
  const [one, two] = [await upload({ description: 'first' }), await upload({ description: 'second' })];
  const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'a pair', media_ids: [one, two] });
  return { id: body.id, one, two };
}

describe('an edit', () => {
  it('sets which files a post shows, and their order', async () => {
    const { id, one, two } = await writePair();
    const three = await upload();
    const { status, body } = await edit(id, { media_ids: [three, two, one] });
    expect(status).toBe(200);
    expect(body.media_attachments.map((media: Shown) => media.id)).toEqual([three, two, one]);
    expect(body).toMatchObject({ content: '<p>a pair</p>', edited_at: expect.any(String) });
    expect((await read(id)).media_attachments).toEqual(body.media_attachments);
  });

  it('that does not name them leaves them; null is no name', async () => {
    const { id, one, two } = await writePair();
    for (const body of [{ status: 'new words' }, { status: 'newer', media_ids: null, media_attributes: null }])
      expect(shownIn((await edit(id, body)).body)).toEqual([
        [one, 'first'],
        [two, 'second'],
      ]);
  });

  it('takes away what it does not name; the file stays for the history', async () => {
    const { id, one, two } = await writePair();
    expect(shownIn((await edit(id, { media_ids: [two] })).body)).toEqual([[two, 'second']]);
    await server.settle();
    expect(await server.ctx.files.head(`media/${one}/a-random-name/original.webp`)).not.toBeNull();
    expect((await edit(id, { media_ids: [] })).body.media_attachments).toEqual([]);
    const list = (await call(server.origin, 'GET', `/api/v1/accounts/${alice.accountId}/statuses?only_media=1`)).body;
    expect(list.map((post: { id: string }) => post.id)).not.toContain(id);
  });

  it('must leave a text or a file', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { media_ids: [await upload()] });
    expect((await edit(post.id, { media_ids: [] })).status).toBe(422);
    expect((await read(post.id)).media_attachments).toHaveLength(1);
    expect((await edit(post.id, { media_ids: [], status: 'words instead' })).status).toBe(200);
    expect((await edit(post.id, { media_ids: [await upload()], status: '' })).body.content).toBe('');
  });

  it.each<[string, (at: { one: string; two: string }) => unknown]>([
    ['a list of objects', ({ one }) => ({ media_attributes: [{ id: one, description: 'new', focus: '0.5,-1' }] })],
    [
      'an index-keyed object',
      ({ one }) => ({ media_attributes: { 0: { id: one, description: 'new', focus: '0.5,-1' } } }),
    ],
    [
      'a form of rows',
      ({ one, two }) =>
        new URLSearchParams([
          ['media_attributes[][id]', one],
          ['media_attributes[][description]', 'new'],
          ['media_attributes[][focus]', '0.5,-1'],
          ['media_attributes[][id]', two],
          ['media_ids[]', one],
          ['media_ids[]', two],
        ]),
    ],
    [
      'a form with indices',
      ({ one }) =>
        new URLSearchParams({
          'media_attributes[0][id]': one,
          'media_attributes[0][description]': 'new',
          'media_attributes[0][focus]': '0.5,-1',
        }),
    ],
  ])('changes description and focus by %s', async (_what, make) => {
    const { id, one, two } = await writePair();
    const { status, body } = await edit(id, make({ one, two }));
    expect(status).toBe(200);
    expect(shownIn(body)).toEqual([
      [one, 'new'],
      [two, 'second'],
    ]);
    expect(body.media_attachments[0].meta.focus).toEqual({ x: 0.5, y: -1 });
    expect(body.edited_at).not.toBeNull();
  });

  it('changes in one request what is shown and its words', async () => {
    const { id, two } = await writePair();
    const three = await upload();
    const { body } = await edit(id, {
      status: 'all new',
      media_ids: [three, two],
      media_attributes: [
        { id: three, description: 'third' },
        { id: two, description: '' },
      ],
    });
    expect(shownIn(body)).toEqual([
      [three, 'third'],
      [two, null],
    ]);
    expect(body.content).toBe('<p>all new</p>');
  });

  it('gives a film another still, which goes with the next', async () => {
    const film = await upload({ kind: 'video' });
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { media_ids: [await upload(), film] });
    const stillOf = async (color: string, name: string): Promise<Answer> => {
      const png = await sharp({ create: { width: 320, height: 240, channels: 3, background: color } })
        .png()
        .toBuffer();
      const form = new FormData();
      form.set('media_attributes[0][id]', film);
      form.set('media_attributes[0][description]', `in ${color}`);
      form.set(name, new File([new Uint8Array(png)], 'still.png', { type: 'image/png' }));
      return edit(post.id, form);
    };
    const first = await stillOf('red', 'media_attributes[0][thumbnail]');
    expect(first.status).toBe(200);
    const [, shown] = first.body.media_attachments;
    expect(shown).toMatchObject({ id: film, description: 'in red', blurhash: expect.any(String) });
    expect(shown.meta.small).toMatchObject({ width: 320, height: 240 });
    expect((await fetch(shown.preview_url)).status).toBe(200);
    const [, next] = (await stillOf('blue', 'media_attributes[][thumbnail]')).body.media_attachments;
    expect(next.preview_url).not.toBe(shown.preview_url);
    await server.settle();
    expect((await fetch(shown.preview_url)).status).toBe(404);
    expect((await fetch(next.preview_url)).status).toBe(200);
    expect(await historyOf(post.id)).toHaveLength(3);
  });

  it('keeps nothing of a still that is none, or that nothing shows', async () => {
    const { id, one } = await writePair();
    const listed = async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of server.ctx.files.list(`media/${one}/`)) keys.push(key);
      return keys;
    };
    const before = await listed();
    const send = async (content: Buffer, more: Record<string, string>): Promise<number> => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ 'media_attributes[0][id]': one, ...more })) form.set(name, value);
      form.set('media_attributes[0][thumbnail]', new File([new Uint8Array(content)], 'x.png', { type: 'image/png' }));
      return (await edit(id, form)).status;
    };
    const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(await send(Buffer.from('no picture'), {})).toBe(422);
    expect(await send(png, { status: 'x'.repeat(5001) })).toBe(422);
    expect(await send(png, { 'media_attributes[1][id]': '7' })).toBe(422);
    expect(await listed()).toEqual(before);
    expect((await read(id)).edited_at).toBeNull();
  });

  it('that changes nothing leaves no version and tells nobody', async () => {
    const { id, one, two } = await writePair();
    for (const body of [
      { media_ids: [one, two] },
      { status: 'a pair', media_ids: [one, two], media_attributes: [{ id: one, description: 'first' }] },
      { media_attributes: [{ id: two }] },
    ])
      expect((await edit(id, body)).body.edited_at).toBeNull();
    expect(await historyOf(id)).toHaveLength(1);
  });

  it.each<[string, number, (at: { one: string }) => Promise<object>]>([
    ['somebody else’s file', 422, async () => ({ media_ids: [await upload({}, bob)] })],
    ['a file of another post', 422, async () => ({ media_ids: [(await writePair()).one] })],
    ['a file that is not ready', 422, async () => ({ media_ids: [await upload({ state: 'waiting' })] })],
    ['too many files', 422, async () => ({ media_ids: await Promise.all(Array.from({ length: 9 }, () => upload())) })],
    [
      'words for a file that it does not show',
      422,
      async () => ({ media_attributes: [{ id: await upload(), description: 'x' }] }),
    ],
    ['words without end', 422, async ({ one }) => ({ media_attributes: [{ id: one, description: 'x'.repeat(1501) }] })],
    ['a focus that is none', 422, async ({ one }) => ({ media_attributes: [{ id: one, focus: 'left' }] })],
    ['attributes without an id', 422, async () => ({ media_attributes: [{ description: 'x' }] })],
  ])('is refused with %s, and changes nothing', async (_what, status, make) => {
    const { id, one, two } = await writePair();
    const answer = await edit(id, { status: 'half', ...(await make({ one })) });
    expect(answer.status).toBe(status);
    expect(answer.body.error.length).toBeGreaterThan(8);
    const post = await read(id);
    expect([post.content, shownIn(post)]).toEqual([
      '<p>a pair</p>',
      [
        [one, 'first'],
        [two, 'second'],
      ],
    ]);
  });

  it('of somebody else’s post is not found', async () => {
    const { id } = await writePair();
    expect((await bob.api('PUT', `/api/v1/statuses/${id}`, { media_ids: [] })).status).toBe(404);
    expect((await read(id)).media_attachments).toHaveLength(2);
  });
});

describe('the history of a post', () => {
  it('shows each version with its files and their words of that time', async () => {
    const { id, one, two } = await writePair();
    await edit(id, { media_attributes: [{ id: one, description: 'better words' }] });
    await edit(id, { media_ids: [two, one] });
    const versions = await historyOf(id);
    expect(versions.map(shownIn)).toEqual([
      [
        [one, 'first'],
        [two, 'second'],
      ],
      [
        [one, 'better words'],
        [two, 'second'],
      ],
      [
        [two, 'second'],
        [one, 'better words'],
      ],
    ]);
    expect(versions[0].media_attachments[0].url).toBe(
      `${server.origin}/media/media/${one}/a-random-name/original.webp`,
    );
  });

  it('still shows a picture that an edit took out, until the post goes', async () => {
    const { id, one, two } = await writePair();
    await edit(id, { media_ids: [two] });
    expect((await read(id)).media_attachments).toHaveLength(1);
    const versions = await historyOf(id);
    expect(versions.map(shownIn)).toEqual([
      [
        [one, 'first'],
        [two, 'second'],
      ],
      [[two, 'second']],
    ]);
    expect(versions[0].media_attachments[0].url).toContain(`/media/media/${one}/`);
    await purgeMedia({ ...server.ctx, clock: () => new Date(Date.now() + 9 * 86_400_000) });
    expect((await historyOf(id)).map(shownIn)).toEqual(versions.map(shownIn));
    const rows = () =>
      server.ctx.database.read.selectFrom('media_attachments').select('id').where('id', 'in', [one, two]).execute();
    expect(await rows()).toHaveLength(2);
    await alice.api('DELETE', `/api/v1/statuses/${id}`, { delete_media: true });
    expect(await rows()).toEqual([]);
  });

  it('takes it back, or to another post, which keeps it', async () => {
    const { id, one, two } = await writePair();
    await edit(id, { media_ids: [two] });
    await edit(id, { media_ids: [two, one] });
    expect((await read(id)).media_attachments.map((media: { id: string }) => media.id)).toEqual([two, one]);
    await edit(id, { media_ids: [two] });
    const { body: other } = await alice.api('POST', '/api/v1/statuses', { status: 'again', media_ids: [one] });
    await alice.api('DELETE', `/api/v1/statuses/${id}`, { delete_media: true });
    expect((await read(other.id)).media_attachments).toHaveLength(1);
  });

  it('says what the post quotes', async () => {
    const { body: quoted } = await alice.api('POST', '/api/v1/statuses', { status: 'quote me' });
    const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'so true', quoted_status_id: quoted.id });
    await edit(body.id, { status: 'so very true' });
    const quotes = async () => (await historyOf(body.id)).map(({ quote }: { quote: unknown }) => quote);
    const shown = { state: 'accepted', quoted_status_id: quoted.id };
    expect(await quotes()).toEqual([shown, shown]);
    await alice.api('DELETE', `/api/v1/statuses/${quoted.id}`);
    const gone = { state: 'deleted', quoted_status_id: null };
    expect(await quotes()).toEqual([gone, gone]);
  });
});
