// Stories of posts that show pictures, films and sounds: written and deleted. Edits are in attachments-edit.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { forget } from './service/forget.ts';
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
const write = (body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  alice.api('POST', '/api/v1/statuses', body, headers);
const idsOf = ({ body }: Answer): string[] => body.media_attachments.map(({ id }: { id: string }) => id);
const read = (id: string): Promise<Answer> => call(server.origin, 'GET', `/api/v1/statuses/${id}`);
const media = (id: string, role: string): string => `${server.origin}/media/media/${id}/a-random-name/${role}`;

describe('a post with files', () => {
  it('shows them in the author’s order, to everybody who sees it', async () => {
    const [picture, film, sound] = [
      await upload({
        description: 'A rook\nin the rain',
        focus: [0.5, -0.25],
        blurhash: 'LNJRdVM{00Rj%Mayt7j[4nWBofRj',
      }),
      await upload({ kind: 'video' }),
      await upload({ kind: 'audio' }),
    ];
    const { status, body } = await write({ status: 'three', media_ids: [film, picture, sound] });
    expect(status).toBe(200);
    const shown = { remote_url: null, preview_remote_url: null, text_url: null };
    const small = { width: 400, height: 300, size: '400x300', aspect: 4 / 3 };
    const original = { width: 1600, height: 1200, size: '1600x1200', aspect: 4 / 3 };
    expect(body.media_attachments).toEqual([
      {
        ...shown,
        id: film,
        type: 'video',
        url: media(film, 'original.mp4'),
        preview_url: media(film, 'small.webp'),
        meta: { original: { ...original, duration: 12.5, frame_rate: '30/1' }, small, focus: { x: 0, y: 0 } },
        description: null,
        blurhash: null,
      },
      {
        ...shown,
        id: picture,
        type: 'image',
        url: media(picture, 'original.webp'),
        preview_url: media(picture, 'small.webp'),
        meta: { original, small, focus: { x: 0.5, y: -0.25 } },
        description: 'A rook\nin the rain',
        blurhash: 'LNJRdVM{00Rj%Mayt7j[4nWBofRj',
      },
      {
        ...shown,
        id: sound,
        type: 'audio',
        url: media(sound, 'original.m4a'),
        preview_url: null,
        meta: { original: { duration: 3.25, bitrate: 128_000 } },
        description: null,
        blurhash: null,
      },
    ]);
    for (const reader of [read(body.id), bob.api('GET', `/api/v1/statuses/${body.id}`)])
      expect((await reader).body.media_attachments).toEqual(body.media_attachments);
    const { body: boost } = await bob.api('POST', `/api/v1/statuses/${body.id}/reblog`);
    expect(boost.media_attachments).toEqual(body.media_attachments);
    expect(boost.reblog.media_attachments).toEqual(body.media_attachments);
  });

  it('needs no text; a warning stands before the picture', async () => {
    const { status, body } = await write({ media_ids: [await upload()] });
    expect([status, body.content]).toEqual([200, '']);
    const warned = await write({ status: ' ', spoiler_text: 'spiders', media_ids: [await upload()] });
    expect(warned.body).toMatchObject({ content: '', spoiler_text: 'spiders', sensitive: true });
    expect((await write({ status: '', media_ids: [] })).status).toBe(422);
    expect((await write({ status: '', media_ids: null })).status).toBe(422);
    expect((await write({ status: 'null is none', media_ids: null })).body.media_attachments).toEqual([]);
  });

  it('is written by forms in every spelling of a list', async () => {
    for (const key of ['media_ids[]', 'media_ids[0]', 'media_ids']) {
      const id = await upload();
      const form = new FormData();
      form.set('status', 'a form');
      form.set(key, id);
      expect(idsOf(await write(form))).toEqual([id]);
    }
    const id = await upload();
    expect(idsOf(await write(new URLSearchParams({ 'media_ids[]': id }) as never))).toEqual([id]);
    expect(idsOf(await write({ status: 'hash', media_ids: { 1: await upload(), 0: await upload() } }))).toHaveLength(2);
    expect(idsOf(await write(new URLSearchParams({ status: 'none', 'media_ids[]': '' }) as never))).toEqual([]);
  });

  it('is kept once under its key, and another picture is another post', async () => {
    const [one, other] = [await upload(), await upload()];
    const key = { 'idempotency-key': 'with a picture' };
    const first = await write({ status: 'keyed', media_ids: [one] }, key);
    const again = await write({ status: 'keyed', media_ids: [one] }, key);
    expect(again.body).toEqual(first.body);
    expect((await write({ status: 'keyed', media_ids: [other] }, key)).status).toBe(422);
  });

  it.each<[string, RegExp, () => Promise<string[]>]>([
    ['of somebody else', /None of your uploads is/, async () => [await upload({}, bob)]],
    ['that nobody uploaded', /None of your uploads is/, async () => ['77']],
    ['whose id is none', /None of your uploads is/, async () => ['../etc']],
    ['that is not ready', /still being processed/, async () => [await upload({ state: 'processing' })]],
    ['that failed', /could not be made ready/, async () => [await upload({ state: 'failed' })]],
    ['one too many', /at most 8 files/, () => Promise.all(Array.from({ length: 9 }, () => upload()))],
    ['used before', /shown in another post already/, async () => idsOf(await write({ media_ids: [await upload()] }))],
  ])('is refused in words with a file %s, and nothing is written', async (_what, words, make) => {
    const mediaIds = await make();
    const before = (await alice.api('GET', '/api/v1/accounts/verify_credentials')).body.statuses_count;
    const { status, body } = await write({ status: 'never', media_ids: mediaIds });
    expect([status, body.error]).toEqual([422, expect.stringMatching(words)]);
    expect(body.details).toHaveProperty('media_ids');
    expect((await alice.api('GET', '/api/v1/accounts/verify_credentials')).body.statuses_count).toBe(before);
  });

  it('has no poll beside them, as on Mastodon', async () => {
    const poll = { options: ['a', 'b'], expires_in: 600 };
    const { status, body } = await write({ status: 'both', poll, media_ids: [await upload()] });
    expect([status, body.error]).toEqual([422, 'Validation failed: A post can have either a poll or files, not both']);
    const { body: asked } = await write({ status: 'a poll', poll });
    const later = await alice.api('PUT', `/api/v1/statuses/${asked.id}`, { media_ids: [await upload()] });
    expect(later.status).toBe(422);
  });

  it('of which two ask for the same picture at once, one gets it', async () => {
    const id = await upload();
    const answers = await Promise.all(['one', 'other'].map((status) => write({ status, media_ids: [id] })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
  });

  it('costs a page no statement more', async () => {
    const page = () => alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses?limit=40`);
    const forgetAll = async (): Promise<void> => {
      const { body } = await page();
      await forget(server.ctx, { posts: body.map(({ id }: { id: string }) => id) });
    };
    const measure = async (): Promise<number[]> => [
      await statementsOf(server.ctx, page),
      await statementsOf(server.ctx, page, forgetAll),
    ];
    const before = await measure();
    for (let i = 0; i < 5; i += 1) await write({ media_ids: [await upload(), await upload()] });
    expect(await measure()).toEqual(before);
  });
});

describe('our own door', () => {
  it('takes and shows files, too', async () => {
    const [one, two] = [await upload({ description: 'own words' }), await upload()];
    const { status, body } = await alice.api('POST', '/api/posts', { media_ids: [one] });
    expect([status, body]).toMatchObject([201, { content: '', media: [{ id: one, description: 'own words' }] }]);
    const changed = await alice.api('PUT', `/api/posts/${body.id}`, { media_ids: [two, one] });
    expect(changed.body.media.map(({ id }: { id: string }) => id)).toEqual([two, one]);
    expect((await alice.api('POST', '/api/posts', {})).status).toBe(422);
  });
});

describe('the text of filters', () => {
  it('finds what a description says', async () => {
    await bob.api('POST', '/api/v2/filters', {
      title: 'birds',
      context: ['public', 'home'],
      filter_action: 'warn',
      keywords_attributes: [{ keyword: 'kingfisher', whole_word: true }],
    });
    const { body } = await write({ media_ids: [await upload({ description: 'A kingfisher dives' })] });
    const seen = await bob.api('GET', `/api/v1/statuses/${body.id}`);
    expect(seen.body.filtered).toMatchObject([{ filter: { title: 'birds' }, keyword_matches: ['kingfisher'] }]);
  });
});

describe('a deleted post', () => {
  const remove = (id: string, body?: object): Promise<Answer> => alice.api('DELETE', `/api/v1/statuses/${id}`, body);
  const fileOf = (id: string) => server.ctx.files.head(`media/${id}/a-random-name/original.webp`);

  it('leaves its files for a day, to be shown in another', async () => {
    const [one, two] = [await upload({ description: 'kept' }), await upload()];
    const { body: post } = await write({ status: 'a typo', media_ids: [one, two] });
    const { body: gone } = await remove(post.id);
    expect(gone).toMatchObject({ text: 'a typo', media_attachments: [{ id: one, description: 'kept' }, { id: two }] });
    await server.settle();
    expect(await fileOf(one)).not.toBeNull();
    const again = await write({ status: 'no typo', media_ids: [two, one] });
    expect(idsOf(again)).toEqual([two, one]);
  });

  it('takes them along when its author says so', async () => {
    const id = await upload();
    const { body: post } = await write({ media_ids: [id] });
    const { body: gone } = await remove(post.id, { delete_media: true });
    expect(idsOf({ body: gone } as Answer)).toEqual([id]);
    await server.settle();
    expect(await fileOf(id)).toBeNull();
    expect((await write({ media_ids: [id] })).status).toBe(422);
    const other = await upload();
    const { body: next } = await write({ media_ids: [other] });
    await alice.api('DELETE', `/api/v1/statuses/${next.id}?delete_media=1`);
    await server.settle();
    expect(await fileOf(other)).toBeNull();
  });

  it('that went with its account leaves no file', async () => {
    const carol = await signUp(server, 'carol');
    const id = await upload({}, carol);
    await carol.api('POST', '/api/v1/statuses', { media_ids: [id] });
    await server.ctx.database.write((tx) => tx.emit('account.removed', { accountId: carol.accountId }));
    await server.settle();
    expect(await fileOf(id)).toBeNull();
  });
});
