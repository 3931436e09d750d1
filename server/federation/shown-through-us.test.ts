// Pictures of people and emoji of other servers: clients here see addresses of ours, other servers those of the origin.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureRemote } from '#server/features/media/service/remote-bound.ts';
import { look, openFarEnd, type FarEnd } from '#server/testing/far-end.ts';
import { call, type Answer } from '#server/testing/people.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let far: FarEnd;
let frank: Stranger;
let picture: Buffer;
let icon: string;
let image: string;
let wave: string;
const emojiTag = (shortcode: string, url: string) => ({
  type: 'Emoji',
  id: `${url}#emoji`,
  name: `:${shortcode}:`,
  icon: { type: 'Image', url },
});

beforeAll(async () => {
  scene = await openScene();
  far = await openFarEnd();
  picture = await sharp({ create: { width: 30, height: 30, channels: 3, background: '#a11' } })
    .png()
    .toBuffer();
  icon = far.show('/icon.png', picture, 'image/png');
  image = far.show('/image.png', picture, 'image/png');
  wave = far.show('/wave.png', picture, 'image/png');
  frank = await scene.there.person('frank', {
    name: 'Frank :wave:',
    icon: { type: 'Image', url: icon },
    image: { type: 'Image', url: image },
    tag: [emojiTag('wave', wave)],
  });
});
afterAll(async () => {
  await scene.close();
  await far.close();
});

const emoji = (url: string) => {
  const { media } = scene.server.ctx;
  return {
    shortcode: 'wave',
    url: media.remote(url, 'emoji'),
    static_url: media.remote(url, 'emoji-still'),
    visible_in_picker: false,
  };
};

/** Every address of a picture in an answer. */
function pictures(value: unknown, under = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pictures(one, under));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => pictures(one, key));
  const isPicture = /^(avatar|avatar_static|header|header_static|static_url|preview_url)$/.test(under);
  return isPicture && typeof value === 'string' ? [value] : [];
}

function expectOurs(body: Answer['body']): void {
  const found = pictures(body);
  expect(found.length).toBeGreaterThan(0);
  for (const address of found) expect(address.startsWith(`${scene.server.origin}/`), address).toBe(true);
  expect(JSON.stringify(body)).not.toContain(`"${far.origin}`);
}

describe('a client', () => {
  it('sees pictures and emoji of an account through us, and nothing is fetched before it looks', async () => {
    const { media } = scene.server.ctx;
    const [found] = (await scene.alice.api('GET', `/api/v1/accounts/search?q=frank@${scene.there.host}&resolve=true`))
      .body;
    expect(found).toMatchObject({
      avatar: media.remote(icon, 'avatar'),
      avatar_static: media.remote(icon, 'avatar-still'),
      header: media.remote(image, 'header'),
      header_static: media.remote(image, 'header-still'),
      emojis: [emoji(wave)],
    });
    expectOurs(found);
    expect(far.asked).toEqual([]);
    for (const address of [found.avatar, found.header_static, found.emojis[0].url, found.emojis[0].static_url]) {
      const answer = await fetch(address);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    }
    expect(far.asked.toSorted()).toEqual(['/icon.png', '/image.png', '/wave.png']);
  });

  it('sees emoji of posts and polls so, in timelines, notifications, groups and what is kept of them', async () => {
    const { alice, aliceUri, activity, note, deliver } = scene;
    const mention = { type: 'Mention', href: aliceUri, name: '@alice' };
    const question = note(frank, 'hello @alice :wave:', {
      type: 'Question',
      oneOf: ['yes', 'no'].map((name) => ({ type: 'Note', name, replies: { type: 'Collection', totalItems: 0 } })),
      endTime: new Date(Date.now() + 3_600_000).toISOString(),
      tag: [mention, emojiTag('wave', wave)],
    });
    expect(await deliver(frank, activity(frank, 'Create', question))).toBe('done');
    const post = await scene.postOf(question['id']);
    for (const round of ['made', 'kept']) {
      const { body } = await alice.api('GET', `/api/v1/statuses/${post?.id}`);
      expect([round, body.emojis, body.poll.emojis]).toEqual([round, [emoji(wave)], [emoji(wave)]]);
      expectOurs(body);
    }
    expect((await alice.api('GET', `/api/v1/polls/${post?.id}`)).body.emojis).toEqual([emoji(wave)]);
    for (const path of [
      '/api/v1/notifications',
      '/api/v2/notifications',
      '/api/v2/notifications?expand_accounts=partial_avatars',
      `/api/v1/statuses/${post?.id}/history`,
      `/api/v1/statuses/${post?.id}/context`,
      '/api/v1/timelines/public',
    ]) {
      const answer = await alice.api('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      if (!path.endsWith('/context')) expectOurs(answer.body);
    }
  });
});

it('what was kept of the files of a post goes when the post does', async () => {
  const { server, activity, note, deliver, eve } = scene;
  const attachment = ['/1.png', '/2.png'].map((path) => ({
    type: 'Image',
    mediaType: 'image/png',
    url: far.show(path, picture, 'image/png'),
  }));
  const posted = note(eve, 'look', { attachment });
  expect(await deliver(eve, activity(eve, 'Create', posted))).toBe('done');
  const before = await measureRemote(server.ctx);
  for (const { url } of attachment)
    for (const variant of ['preview', 'full'] as const) expect((await look(server, url, variant)).status).toBe(200);
  expect((await measureRemote(server.ctx)).files).toBe(before.files + 4);
  expect(await deliver(eve, activity(eve, 'Delete', { id: posted['id'], type: 'Tombstone' }))).toBe('done');
  expect(await measureRemote(server.ctx)).toEqual(before);
});

describe('other servers', () => {
  it('are never told addresses that lead through us', async () => {
    const { alice, server, aliceUri } = scene;
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=frank@${scene.there.host}`)).body;
    await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
    await alice.api('POST', '/api/v1/statuses', { status: `@frank@${scene.there.host} look :wave:` });
    await server.settle();
    expect(scene.there.delivered.length).toBeGreaterThan(1);
    expect(JSON.stringify(scene.there.delivered)).not.toContain('/media/remote/');
    const headers = { accept: 'application/activity+json' };
    const actor = await call(server.origin, 'GET', new URL(aliceUri).pathname, { headers });
    expect(actor.status).toBe(200);
    expect(JSON.stringify(actor.body)).not.toContain('/media/remote/');
  });
});
