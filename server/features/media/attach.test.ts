// Which uploads a post may show, in which order, and what becomes of them when posts and drafts go.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUser } from '#server/features/auth/service/users.ts';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import type { MediaState } from './entities.ts';
import { loadMedia, mediaOfPost, type MediaView } from './queries.ts';
import { serializeMedia } from './serializers.ts';
import {
  attachMedia,
  checkAttachable,
  detachMedia,
  holdMedia,
  releaseMedia,
  removeFormerMedia,
  replaceMedia,
} from './service/attach.ts';
import { recordRemoteMedia, type RemoteMedia } from './service/remote.ts';

let test: TestContext;
let alice: string;
let bob: string;

beforeAll(async () => {
  test = await openTestContext();
  alice = (await createUser(test.ctx, { username: 'alice', email: 'alice@mail.example', confirmed: true })).accountId;
  bob = (await createUser(test.ctx, { username: 'bob', email: 'bob@mail.example', confirmed: true })).accountId;
});
afterAll(() => test.close());

async function upload(accountId = alice, state: MediaState = 'ready'): Promise<string> {
  const { ctx } = test;
  const id = ctx.newId();
  const files = [{ role: 'original', key: `media/${id}/abc/original.webp`, contentType: 'image/webp', bytes: 9 }];
  await sql`insert into media_attachments (id, account_id, kind, state, original, files, bytes, expires_at, created_at, updated_at)
    values (${id}, ${accountId}, 'image', ${state}, '{"width":4,"height":3}', ${JSON.stringify(files)}::jsonb, 9,
      ${new Date(ctx.clock().getTime() + 86_400_000)}, now(), now())`.execute(ctx.database.read);
  return id;
}

const attach = (postId: string, mediaIds: string[], accountId = alice) =>
  test.ctx.database.write((tx) => attachMedia(test.ctx, tx, { accountId, postId, mediaIds }));

async function shown(postId: string): Promise<MediaView[]> {
  const { rows } = await sql<{ media: MediaView[] }>`select ${mediaOfPost(sql`${postId}::bigint`)} as media`.execute(
    test.ctx.database.read,
  );
  return rows[0]?.media ?? [];
}
const shownIds = async (postId: string): Promise<string[]> => (await shown(postId)).map(({ id }) => id);

async function removedKeys(): Promise<string[]> {
  const { rows } = await sql<{ keys: string[] }>`
    delete from outbox_events where name = 'media.removed' returning payload->'keys' as keys`.execute(
    test.ctx.database.read,
  );
  return rows.flatMap(({ keys }) => keys);
}

describe('attaching', () => {
  it('a post shows the files in the order given, each once', async () => {
    const ids = [await upload(), await upload(), await upload()];
    const post = test.ctx.newId();
    const [first = '', second = '', third = ''] = ids;
    await attach(post, [third, first, second, first]);
    expect(await shownIds(post)).toEqual([third, first, second]);
    expect((await loadMedia(test.ctx, [first])).map(({ expiresAt, postId }) => [expiresAt, postId])).toEqual([
      [null, post],
    ]);
    const [view] = await shown(post);
    expect(view && serializeMedia(view, test.ctx)).toMatchObject({
      id: third,
      type: 'image',
      url: `${test.ctx.config.origin}/media/media/${third}/abc/original.webp`,
      meta: { original: { width: 4, height: 3, size: '4x3', aspect: 4 / 3 }, focus: { x: 0, y: 0 } },
    });
  });

  it.each<[string, RegExp, () => Promise<string[]>]>([
    ['of another account', /None of your uploads/, async () => [await upload(bob)]],
    ['that nobody uploaded', /None of your uploads/, async () => ['123']],
    ['whose id is none', /None of your uploads/, async () => ["1'; --"]],
    ['that failed', /could not be made ready/, async () => [await upload(alice, 'failed')]],
    ['that wait', /still being processed/, async () => [await upload(), await upload(alice, 'waiting')]],
    ['that are worked on', /still being processed/, async () => [await upload(alice, 'processing')]],
    ['more than fit', /at most 8 files/, () => Promise.all(Array.from({ length: 9 }, () => upload()))],
  ])('files %s are refused, and none is bound', async (_case, words, make) => {
    const ids = await make();
    const post = test.ctx.newId();
    await expect(attach(post, ids)).rejects.toThrow(words);
    await expect(checkAttachable(test.ctx, alice, ids)).rejects.toThrow(words);
    expect(await shownIds(post)).toEqual([]);
  });

  it('a file of one post is refused in another, also when both ask at once', async () => {
    const id = await upload();
    const ended = await Promise.allSettled([attach(test.ctx.newId(), [id]), attach(test.ctx.newId(), [id])]);
    expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(attach(test.ctx.newId(), [id])).rejects.toThrow(/another post already/);
  });
});

describe('editing', () => {
  const replace = (edit: Omit<Parameters<typeof replaceMedia>[2], 'accountId'>) =>
    test.ctx.database.write((tx) => replaceMedia(test.ctx, tx, { accountId: alice, ...edit }));

  it('order, additions and words; what is shown no more stays for the history, and goes with it', async () => {
    const [one, two, three] = [await upload(), await upload(), await upload()];
    const postId = test.ctx.newId();
    await attach(postId, [one, two]);
    await removedKeys();
    expect(await replace({ postId, mediaIds: [one, two] })).toBe(false);
    expect(await replace({ postId })).toBe(false);
    const attributes = [{ id: two, description: 'A swallow', focus: '0.5,-2' }];
    expect(await replace({ postId, mediaIds: [three, two], attributes })).toBe(true);
    expect(await shown(postId)).toMatchObject([
      { id: three },
      { id: two, description: 'A swallow', focusX: 0.5, focusY: -1 },
    ]);
    expect(await loadMedia(test.ctx, [one])).toMatchObject([{ id: one, postId: null, expiresAt: null }]);
    expect(await removedKeys()).toEqual([]);
    const drop = () => test.ctx.database.write((tx) => removeFormerMedia(tx, [one, two]));
    expect(await replace({ postId, attributes })).toBe(false);
    await expect(replace({ postId, attributes: [{ id: one, description: 'x' }] })).rejects.toThrow(/does not show/);
    await expect(replace({ postId, mediaIds: [await upload(bob)] })).rejects.toThrow(/None of your uploads/);
    await expect(replace({ postId, attributes: [{ id: two, description: 'x'.repeat(1501) }] })).rejects.toThrow(/1500/);
    await drop();
    expect(await loadMedia(test.ctx, [one])).toEqual([]);
    expect(await removedKeys()).toEqual([`media/${one}/abc/original.webp`]);
    expect(await shownIds(postId)).toEqual([three, two]);
  });
});

describe('what goes', () => {
  const detach = (postId: string, keepForRedraft: boolean) =>
    test.ctx.database.write((tx) => detachMedia(test.ctx, tx, [postId], { keepForRedraft }));

  it('a deleted post takes its files along; one that is written anew leaves them for a day', async () => {
    const [kept, gone] = [await upload(), await upload()];
    const [first, second] = [test.ctx.newId(), test.ctx.newId()];
    await attach(first, [kept]);
    await attach(second, [gone]);
    await removedKeys();
    await detach(first, true);
    await detach(second, false);
    expect(await removedKeys()).toEqual([`media/${gone}/abc/original.webp`]);
    const [left] = await loadMedia(test.ctx, [kept, gone]);
    expect(left).toMatchObject({ id: kept, postId: null });
    expect(left?.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
    await attach(test.ctx.newId(), [kept]);
  });

  it('what a draft holds does not expire until the draft lets it go', async () => {
    const id = await upload(alice, 'waiting');
    const { ctx } = test;
    await ctx.database.write((tx) => holdMedia(ctx, tx, alice, [id]));
    expect((await loadMedia(ctx, [id]))[0]?.expiresAt).toBeNull();
    await ctx.database.write((tx) => releaseMedia(ctx, tx, bob, [id]));
    expect((await loadMedia(ctx, [id]))[0]?.expiresAt).toBeNull();
    await ctx.database.write((tx) => releaseMedia(ctx, tx, alice, [id]));
    expect((await loadMedia(ctx, [id]))[0]?.expiresAt).toBeInstanceOf(Date);
  });
});

describe('posts of other servers', () => {
  const record = (postId: string, attachments: RemoteMedia[]) =>
    test.ctx.database.write((tx) => recordRemoteMedia(test.ctx, tx, { accountId: bob, postId, attachments }));

  it('what they show is noted, changed and taken away; what stays keeps its id', async () => {
    const postId = test.ctx.newId();
    const picture: RemoteMedia = {
      url: 'https://peer.example/one.png',
      kind: 'image',
      contentType: 'image/png',
      description: ' A crow\0 ',
      blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
      width: 640,
      height: 480,
      focus: { x: 9, y: -0.5 },
    };
    const film: RemoteMedia = { url: 'https://peer.example/two.mp4', kind: 'video', duration: 3.5 };
    expect(await record(postId, [picture, film, picture, { url: 'javascript:1', kind: 'image' }])).toBe(true);
    const [one, two, ...more] = await shown(postId);
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      description: 'A crow',
      blurhash: picture.blurhash,
      original: { width: 640, height: 480 },
      focusX: 1,
    });
    expect(two).toMatchObject({ kind: 'video', original: { duration: 3.5 }, blurhash: null });
    const json = one && serializeMedia(one, test.ctx);
    expect(json).toMatchObject({
      type: 'image',
      remote_url: picture.url,
      url: test.ctx.media.remote(picture.url, 'full'),
    });
    expect(json?.preview_url).toBe(test.ctx.media.remote(picture.url, 'preview'));
    expect(await record(postId, [picture, film])).toBe(false);
    expect(await record(postId, [film, { ...picture, blurhash: 'nonsense' }])).toBe(true);
    expect(await shown(postId)).toMatchObject([{ id: two?.id }, { id: one?.id, blurhash: null }]);
    expect(await record(postId, [])).toBe(true);
    expect(await shown(postId)).toEqual([]);
  });
});
