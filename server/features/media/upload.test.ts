// Stories of uploads through the doors: what people see of them, change and delete, and what is left of them.
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPost } from '#server/features/posts/service/create.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { form, photo, upload } from '#server/testing/pictures.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { workPlace } from '#server/platform/media/work.ts';
import { attachMedia } from './service/attach.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let picture: Buffer;

beforeAll(async () => {
  server = await openTestServer();
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
  picture = await photo();
});
afterAll(() => server.close());

const leftovers = async (): Promise<string[]> => readdir(workPlace(server.ctx.config)).catch(() => []);

async function storedKeys(id: string): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [`media/${id}/`, `uploads/${id}/`])
    for await (const { key } of server.ctx.files.list(prefix)) keys.push(key);
  return keys;
}

/** Shows the upload in a post of its owner. */
async function show(person: Person, mediaId: string): Promise<void> {
  const { ctx } = server;
  const { accountId } = person;
  const postId = await createPost(ctx, { accountId, source: 'Look', visibility: 'public' });
  await ctx.database.write((tx) => attachMedia(ctx, tx, { accountId, postId, mediaIds: [mediaId] }));
}

describe('a picture', () => {
  it('is ready with the answer, in full and small, without what the camera wrote', async () => {
    const { status, body } = await upload(alice, picture, { description: ' Two\r\nswallows ', focus: '0.5,-1.7' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      type: 'image',
      description: 'Two\nswallows',
      remote_url: null,
      meta: { original: { width: 640, height: 480, size: '640x480' }, focus: { x: 0.5, y: -1 } },
    });
    expect(body.meta.small.width).toBeGreaterThan(0);
    expect(body.blurhash).toMatch(/^[^ ]{20,}$/);
    expect(body.url).toMatch(new RegExp(`^${server.origin}/media/media/${body.id}/[\\w-]{22}/original\\.webp$`));
    for (const key of await storedKeys(body.id)) {
      const content = await server.ctx.files.get(key);
      expect(content?.includes('Secret Camera')).toBe(false);
      const { exif, xmp } = await sharp(content ?? Buffer.alloc(0)).metadata();
      expect({ exif, xmp }).toEqual({ exif: undefined, xmp: undefined });
    }
    expect((await alice.api('GET', `/api/v1/media/${body.id}`)).body).toEqual(body);
    expect(await leftovers()).toEqual([]);
  });

  it('is taken by the older door as well', async () => {
    const { status, body } = await upload(alice, picture, {}, '/api/v1/media');
    expect([status, body.type]).toEqual([200, 'image']);
    expect(body.url).not.toBeNull();
    expect(body.description).toBeNull();
  });

  it('has the still that its owner chose', async () => {
    const still = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    const { body } = await upload(alice, picture, { thumbnail: new Blob([still as BlobPart]) });
    expect(body.preview_url).toMatch(/thumbnail\.webp$/);
    expect(body.meta.small).toMatchObject({ width: 90, height: 60 });
    const changed = await alice.api('PUT', `/api/v1/media/${body.id}`, withThumbnail(picture));
    expect(changed.status).toBe(200);
    expect(changed.body.preview_url).not.toBe(body.preview_url);
    expect(changed.body.url).toBe(body.url);
    await server.settle();
    expect((await storedKeys(body.id)).filter((key) => key.includes('thumbnail'))).toHaveLength(1);
  });
});

it('pictures of a crowd are all taken: the later ones are ready after a while', async () => {
  const crowd = Array.from({ length: 30 + 9 * availableParallelism() }, () => upload(bob, picture));
  const answers = await Promise.all(crowd);
  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 202]));
  await server.settle();
  for (const { body } of answers) {
    const { status, body: ready } = await bob.api('GET', `/api/v1/media/${body.id}`);
    expect([status, ready.type]).toEqual([200, 'image']);
    expect(ready.url).not.toBeNull();
  }
});

function withThumbnail(content: Buffer): FormData {
  const body = new FormData();
  body.set('thumbnail', new Blob([content as BlobPart]), 'still.png');
  return body;
}

describe('names', () => {
  it.each(['../../../../etc/passwd', `a\0b.jpg`, `${'x'.repeat(10_000)}.jpg`, '\u202Egpj.exe', '<script>.svg', ''])(
    'a file called %j is stored under a name of ours',
    async (name) => {
      const { status, body } = await alice.api('POST', '/api/v2/media', form(picture, {}, name));
      expect(status).toBe(200);
      const keys = await storedKeys(body.id);
      expect(keys).toHaveLength(2);
      for (const key of keys) expect(key).toMatch(/^media\/\d+\/[\w-]{22}\/(original|small)\.webp$/);
    },
  );
});

describe('its owner', () => {
  it('describes it and says what must stay visible, until a post shows it', async () => {
    const { body } = await upload(alice, picture, { description: 'One' });
    const path = `/api/v1/media/${body.id}`;
    expect((await alice.api('PUT', path, { focus: '-0.25,0.5' })).body).toMatchObject({
      description: 'One',
      meta: { focus: { x: -0.25, y: 0.5 } },
    });
    expect((await alice.api('PATCH', path, { description: '' })).body.description).toBeNull();
    expect((await alice.api('PUT', path, { focus: 'middle' })).body.error).toMatch(/Focus must be two numbers/);
    expect((await alice.api('PUT', path, { description: 'x'.repeat(1501) })).status).toBe(422);
    await show(alice, body.id);
    const refused = await alice.api('PUT', path, { description: 'Late' });
    expect([refused.status, refused.body.error]).toEqual([422, expect.stringMatching(/edit the post/)]);
    expect((await alice.api('GET', path)).status).toBe(200);
  });

  it('deletes it with its files, until a post shows it', async () => {
    const { body } = await upload(alice, picture);
    expect(await alice.api('DELETE', `/api/v1/media/${body.id}`)).toMatchObject({ status: 200, body: {} });
    expect((await alice.api('GET', `/api/v1/media/${body.id}`)).status).toBe(404);
    expect((await alice.api('DELETE', `/api/v1/media/${body.id}`)).status).toBe(404);
    await server.settle();
    expect(await storedKeys(body.id)).toEqual([]);
    expect((await fetch(body.url)).status).toBe(404);
    const shown = (await upload(alice, picture)).body;
    await show(alice, shown.id);
    expect((await alice.api('DELETE', `/api/v1/media/${shown.id}`)).status).toBe(422);
  });

  it('is the only one who does', async () => {
    const { body } = await upload(alice, picture);
    const path = `/api/v1/media/${body.id}`;
    for (const [method, sent] of [['GET'], ['PUT', { description: 'Mine' }], ['DELETE']] as const)
      expect((await bob.api(method, path, sent)).status, method).toBe(404);
    expect((await bob.api('POST', `/api/media/${body.id}/retry`)).status).toBe(404);
    expect((await alice.api('GET', path)).body.description).toBeNull();
  });
});
