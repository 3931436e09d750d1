// What posts of other servers show, from the inbox to the entities that clients read: each software's own form, edits, the end.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { call, type Answer } from '#server/testing/people.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

let count = 0;
/** A post in the form of that fixture, as if eve had written it; what alice sees of it. */
async function receive(name: string, more: Json = {}): Promise<{ uri: string; object: Json; body: Answer['body'] }> {
  const { eve, deliver, activity } = scene;
  count += 1;
  const uri = `${eve.uri}/files/${count}`;
  const fixture = JSON.parse(
    readFileSync(new URL(`../features/posts/fixtures/${name}.json`, import.meta.url), 'utf8'),
  ) as Json;
  const audience = { to: [everybody], cc: [`${eve.uri}/followers`], attributedTo: eve.uri };
  const published = new Date().toISOString();
  const object: Json = { ...fixture, id: uri, inReplyTo: null, tag: [], published, ...audience, ...more };
  expect(await deliver(eve, activity(eve, 'Create', object))).toBe('done');
  return { uri, object, body: await seen(uri) };
}

async function seen(uri: string): Promise<Answer['body']> {
  const post = await scene.postOf(uri);
  return (await scene.alice.api('GET', `/api/v1/statuses/${post?.id}`)).body;
}

async function update(object: Json, more: Json): Promise<string | null> {
  const { eve, deliver, activity } = scene;
  const updated = new Date(Date.now() + 1000 * (count += 1)).toISOString();
  return deliver(eve, activity(eve, 'Update', { ...object, updated, ...more }));
}

const remote = (url: string, variant: 'full' | 'preview' | 'file'): string =>
  scene.server.ctx.media.remote(url, variant);
const picture = (url: string, more: object = {}) => ({
  id: expect.stringMatching(/^\d+$/),
  type: 'image',
  url: remote(url, 'full'),
  preview_url: remote(url, 'preview'),
  remote_url: url,
  preview_remote_url: null,
  text_url: null,
  meta: { focus: { x: 0, y: 0 } },
  description: null,
  blurhash: null,
  ...more,
});
const size = (width: number, height: number) => ({ width, height, size: `${width}x${height}`, aspect: width / height });

describe('a client sees', () => {
  it('pictures and films of Mastodon', async () => {
    const { body } = await receive('mastodon-note');
    const film = 'https://files.mastodon.example/2.mp4';
    const still = 'https://files.mastodon.example/2-small.jpg';
    expect(body.media_attachments).toEqual([
      picture('https://files.mastodon.example/1.jpg', {
        description: 'A rook on a roof',
        meta: { original: size(10, 10), focus: { x: 0, y: 0 } },
      }),
      picture(film, {
        type: 'video',
        url: remote(film, 'file'),
        preview_url: remote(still, 'preview'),
        preview_remote_url: still,
        meta: { original: size(640, 360), focus: { x: expect.closeTo(0.1), y: expect.closeTo(-0.4) } },
        blurhash: 'UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH',
      }),
    ]);
  });

  it('files of Misskey: hidden as one of them asks, and a link to what cannot be shown', async () => {
    const { body } = await receive('misskey-files');
    expect(body).toMatchObject({ sensitive: true, spoiler_text: '', content: '' });
    const [, film, archive] = body.media_attachments;
    expect(film).toMatchObject({ type: 'video', preview_url: null, description: '巣' });
    const url = 'https://files.misskey.example/3.zip';
    expect(archive).toMatchObject({ type: 'unknown', url, remote_url: url, preview_url: null, description: '三' });
  });

  it('pictures of Pixelfed, Akkoma, GoToSocial and Lemmy', async () => {
    expect((await receive('pixelfed-note')).body.media_attachments).toEqual([
      picture('https://pixels.example/storage/m/1.jpg', {
        meta: { original: size(1080, 1350), focus: { x: 0, y: 0 } },
        blurhash: 'U4S$M]_4IUD%%gM{M{of4nRjt7WB%MofRjt7',
      }),
      picture('https://pixels.example/storage/m/2.jpg', { description: 'A rook over a lake' }),
    ]);
    expect((await receive('akkoma-files')).body.media_attachments).toMatchObject([
      { type: 'image', remote_url: 'https://media.akkoma.example/f.png?name=f.png' },
      { type: 'audio', url: remote('https://media.akkoma.example/song.ogg', 'file') },
    ]);
    expect((await receive('gotosocial-picture')).body.media_attachments).toMatchObject([
      { type: 'image', description: 'A sloth, upside down', meta: { focus: { x: -0.5, y: 0.25 } } },
    ]);
    expect((await receive('lemmy-picture')).body).toMatchObject({
      sensitive: true,
      media_attachments: [{ description: 'A rook\nwith bread' }],
    });
  });

  it('a film of PeerTube with its picture, a sound of Castopod with its cover, the pictures of an article', async () => {
    const page = { type: 'Link', mediaType: 'text/html', href: `${scene.there.origin}/w/1` };
    const { eve } = scene;
    const [film] = (await receive('peertube-video', { attributedTo: [{ type: 'Person', id: eve.uri }] })).body
      .media_attachments;
    expect(film).toMatchObject({
      type: 'video',
      url: remote('https://tube.example/hls/1-1080.mp4', 'file'),
      preview_url: remote('https://tube.example/lazy-static/previews/1.jpg', 'preview'),
      meta: { original: { duration: 60, width: 1920 } },
    });
    const [sound] = (
      await receive('castopod-audio', {
        url: [page, { type: 'Link', mediaType: 'audio/mpeg', href: 'https://sounds.example/audio/1.mp3' }],
      })
    ).body.media_attachments;
    expect(sound).toMatchObject({ type: 'audio', preview_url: remote('https://sounds.example/cover.png', 'preview') });
    const { body } = await receive('wordpress-article');
    expect(body.media_attachments.map(({ description }: { description: string }) => description)).toEqual([
      'Rooks in a field',
      'A nest',
      'caw',
    ]);
  });

  it('such posts in lists of media alone', async () => {
    const { body } = await receive('pixelfed-note');
    const list = async (path: string): Promise<string[]> =>
      (await call(scene.server.origin, 'GET', path)).body.map(({ id }: { id: string }) => id);
    expect(await list('/api/v1/timelines/public?only_media=true&remote=true')).toContain(body.id);
    expect(await list('/api/v1/timelines/public?only_media=true&local=true')).not.toContain(body.id);
    expect(await list(`/api/v1/accounts/${body.account.id}/statuses?only_media=true`)).toContain(body.id);
  });
});

describe('an edit there', () => {
  const file = (name: string, more: object = {}) => ({
    type: 'Document',
    mediaType: 'image/png',
    url: `https://far.example/${name}.png`,
    ...more,
  });
  const names = (media: Array<{ remote_url: string }>): string[] =>
    media.map(({ remote_url }) => /(\w+)\.png$/.exec(remote_url)?.[1] ?? '');

  it('replaces files, order and words; what stays keeps its id, and the history keeps the former', async () => {
    const { uri, object, body } = await receive('pixelfed-note', {
      attachment: [file('one', { name: 'first' }), file('two')],
    });
    const [one, two] = body.media_attachments;
    expect(await update(object, { attachment: [file('two', { name: 'second' }), file('three'), file('one')] })).toBe(
      'done',
    );
    const after = await seen(uri);
    expect(after.edited_at).not.toBeNull();
    expect(after.media_attachments).toMatchObject([
      { id: two.id, description: 'second' },
      { remote_url: 'https://far.example/three.png' },
      { id: one.id, description: null },
    ]);
    expect(await update(object, { attachment: [] })).toBe('done');
    expect((await seen(uri)).media_attachments).toEqual([]);
    const { body: versions } = await scene.alice.api('GET', `/api/v1/statuses/${body.id}/history`);
    expect(versions.map((version: Answer['body']) => names(version.media_attachments))).toEqual([
      ['one', 'two'],
      ['two', 'three', 'one'],
      [],
    ]);
    expect(versions[0].media_attachments[0].description).toBe('first');
  });

  it('that says the same is none', async () => {
    const { uri, object } = await receive('mastodon-note');
    expect(await update(object, {})).toBe('unchanged');
    expect((await seen(uri)).edited_at).toBeNull();
  });
});

it('a deletion there takes what was noted along', async () => {
  const { uri } = await receive('pixelfed-note');
  const { eve, deliver, activity, server } = scene;
  const post = await scene.postOf(uri);
  const noted = async (): Promise<number> =>
    (await server.ctx.database.pool.query('select from media_attachments where post_id = $1', [post?.id])).rows.length;
  expect(await noted()).toBe(2);
  expect(await deliver(eve, activity(eve, 'Delete', { id: uri, type: 'Tombstone' }))).toBe('done');
  expect(await noted()).toBe(0);
});
