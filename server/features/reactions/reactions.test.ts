// Reactions by people of this server: doors, counts, limits, news, live updates.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { openEar } from '#server/testing/ears.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { until } from '#server/testing/until.ts';
import { canonicalEmoji, readCustomName } from './policy.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;
let emojiId: string;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  server = await openTestServer();
  [alice, bob, carol] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob'), signUp(server, 'carol')]);
  const admin = await signUp(server, 'root', { role: 'admin' });
  const picture = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#c33' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('shortcode', 'blobcat');
  form.set('image', new Blob([new Uint8Array(picture)]), 'blobcat.png');
  emojiId = (await admin.api('POST', '/api/admin/emojis', form)).body.id;
});
afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await server.close();
});

const publish = async (status = 'words', more: object = {}): Promise<string> =>
  (await alice.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const path = (id: string, emoji: string): string =>
  `/api/v1/pleroma/statuses/${id}/reactions/${encodeURIComponent(emoji)}`;
const react = (who: Person, id: string, emoji: string): Promise<Answer> => who.api('PUT', path(id, emoji));
const unreact = (who: Person, id: string, emoji: string): Promise<Answer> => who.api('DELETE', path(id, emoji));
/** What one sees below a post: names with counts, one's own with a star. */
async function seen(who: Person, id: string): Promise<string[]> {
  const { body } = await who.api('GET', `/api/v1/statuses/${id}`);
  return body.emoji_reactions.map(
    ({ name, count, me }: { name: string; count: number; me: boolean }) => `${name} ${count}${me ? '*' : ''}`,
  );
}

describe('people', () => {
  it('react with emoji and with custom ones, each once, and take it back', async () => {
    const id = await publish();
    const first = await react(bob, id, '👍');
    expect(first).toMatchObject({
      status: 200,
      body: {
        id,
        favourites_count: 0,
        favourited: false,
        emoji_reactions: [{ name: '👍', count: 1, me: true, url: null }],
      },
    });
    expect((await react(bob, id, '👍')).status).toBe(200);
    await react(bob, id, ':blobcat:');
    await react(carol, id, 'blobcat');
    await react(carol, id, '❤');
    expect(await seen(bob, id)).toEqual(['👍 1*', 'blobcat 2*', '❤️ 1']);
    expect(await seen(carol, id)).toEqual(['👍 1', 'blobcat 2*', '❤️ 1*']);
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}`);
    expect(body.emoji_reactions[1]).toEqual({
      name: 'blobcat',
      count: 2,
      me: false,
      url: expect.stringContaining('/media/emojis/'),
      static_url: expect.stringContaining('/media/emojis/'),
    });
    expect((await unreact(bob, id, '👍')).body.emoji_reactions).toHaveLength(2);
    await unreact(bob, id, '👍');
    await unreact(carol, id, '❤️');
    expect(await seen(bob, id)).toEqual(['blobcat 2*']);
  });

  it('react by every door that clients know; a like stays a like', async () => {
    const id = await publish();
    const at = encodeURIComponent('🎉');
    await bob.api('PUT', `/api/v1/statuses/${id}/emoji_reactions/${at}`);
    await carol.api('POST', `/api/v1/statuses/${id}/react/${at}`);
    const own = await alice.api('PUT', `/api/posts/${id}/reactions/${at}`);
    expect(own.body).toMatchObject({ id, likes: 0, reactions: [{ name: '🎉', count: 3, url: null }] });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    await bob.api('DELETE', `/api/v1/statuses/${id}/emoji_reactions/${at}`);
    await carol.api('POST', `/api/v1/statuses/${id}/unreact/${at}`);
    expect((await alice.api('DELETE', `/api/posts/${id}/reactions/${at}`)).body.reactions).toEqual([]);
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}`);
    expect(body).toMatchObject({ favourites_count: 1, favourited: true, emoji_reactions: [] });
  });

  it('are told why not, and nothing is written', async () => {
    const id = await publish();
    for (const wrong of ['none_such', 'ab', 'blobcat@peer.example', '👍👍', 'x'.repeat(300), ' '])
      expect([wrong, (await react(bob, id, wrong)).status]).toEqual([wrong, 422]);
    expect((await react(bob, '77', '👍')).status).toBe(404);
    const secret = await publish('secret', { visibility: 'direct' });
    expect((await react(bob, secret, '👍')).status).toBe(404);
    expect((await call(server.origin, 'PUT', path(id, '👍'))).status).toBe(401);
    expect(await seen(bob, id)).toEqual([]);
  });

  it('react with ten emoji to a post, not with more', async () => {
    const id = await publish();
    const emoji = ['😀', '😁', '😂', '😃', '😄', '😅', '😆', '😇', '😈', '😉'];
    await Promise.all(emoji.map((one) => react(bob, id, one)));
    expect(await seen(bob, id)).toHaveLength(10);
    const more = await react(bob, id, '🙈');
    expect(more).toMatchObject({ status: 422, body: { error: expect.stringContaining('at most 10 emoji') } });
    expect((await react(bob, id, '😀')).status).toBe(200);
    expect((await react(carol, id, '🙈')).status).toBe(200);
    expect(await seen(carol, id)).toHaveLength(11);
  });

  it('react to a boost as to what it boosts, and at the same time all are counted', async () => {
    const id = await publish();
    const boost = (await bob.api('POST', `/api/v1/statuses/${id}/reblog`)).body;
    await Promise.all([alice, bob, carol].map((who) => react(who, boost.id, '👀')));
    expect(await seen(alice, id)).toEqual(['👀 3*']);
    const { body } = await alice.api('GET', `/api/v1/statuses/${boost.id}`);
    expect(body.reblog.emoji_reactions).toEqual(body.emoji_reactions);
    expect(body.emoji_reactions).toMatchObject([{ name: '👀', count: 3, me: true }]);
  });
});

describe('who reacted', () => {
  it('is listed by the emoji, the latest first, without those whom one blocks', async () => {
    const id = await publish();
    await react(bob, id, '👍');
    await react(carol, id, '👍');
    await react(carol, id, 'blobcat');
    const list = async (who: Person, more = ''): Promise<unknown> =>
      (await who.api('GET', `/api/v1/pleroma/statuses/${id}/reactions${more}`)).body.map(
        ({
          name,
          count,
          me,
          accounts,
        }: {
          name: string;
          count: number;
          me: boolean;
          accounts: Array<{ acct: string }>;
        }) => [name, count, me, ...accounts.map(({ acct }) => acct)],
      );
    expect(await list(bob)).toEqual([
      ['👍', 2, true, 'carol', 'bob'],
      ['blobcat', 1, false, 'carol'],
    ]);
    expect(await list(bob, '/blobcat')).toEqual([['blobcat', 1, false, 'carol']]);
    expect(await list(bob, `/${encodeURIComponent('😶')}`)).toEqual([]);
    const open = await call(server.origin, 'GET', `/api/v1/pleroma/statuses/${id}/reactions`);
    expect(open.body[0]).toMatchObject({ name: '👍', me: false });
    expect((await call(server.origin, 'GET', '/api/v1/pleroma/statuses/77/reactions')).status).toBe(404);
    const statements = await statementsOf(server.ctx, () => list(bob));
    const [dave, erin] = await Promise.all([signUp(server, 'dave'), signUp(server, 'erin')]);
    await Promise.all([react(dave, id, '🙂'), react(erin, id, '👍')]);
    await list(bob);
    expect(await statementsOf(server.ctx, () => list(bob))).toBe(statements);
    await bob.api('POST', `/api/v1/accounts/${erin.accountId}/block`);
    expect(await list(bob)).toContainEqual(['👍', 3, true, 'carol', 'bob']);
  });
});

describe('news', () => {
  const types = 'types[]=pleroma:emoji_reaction';

  it('of a reaction reach the author’s apps that ask for them by name, and go when it is taken back', async () => {
    const id = await publish();
    await react(bob, id, 'blobcat');
    await server.settle();
    const told = async (query = ''): Promise<Answer['body']> =>
      (await alice.api('GET', `/api/v1/notifications?${query}`)).body.filter(
        ({ status }: { status?: { id: string } }) => status?.id === id,
      );
    expect(await told()).toEqual([]);
    expect(await told('exclude_types[]=mention')).toEqual([]);
    const news = {
      type: 'pleroma:emoji_reaction',
      emoji: 'blobcat',
      emoji_url: expect.stringContaining('/media/emojis/'),
      account: { acct: 'bob' },
      status: { id },
    };
    expect(await told(types)).toMatchObject([news]);
    expect(await told('supported_types[]=emoji_reaction')).toMatchObject([news]);
    const grouped = await alice.api('GET', `/api/v2/notifications?${types}`);
    expect(grouped.body.notification_groups[0]).toMatchObject({
      type: 'pleroma:emoji_reaction',
      status_id: id,
      emoji: 'blobcat',
    });
    await unreact(bob, id, 'blobcat');
    await server.settle();
    expect(await told(types)).toEqual([]);
  });

  it('come live to those who ask for them, with the post as it is now', async () => {
    const id = await publish();
    const [asking, plain] = await Promise.all([
      openEar(server, sockets, alice, { stream: 'user', supported_types: 'pleroma:emoji_reaction' }),
      openEar(server, sockets, alice, 'user'),
    ]);
    await react(carol, id, '🔥');
    await until(() => asking.heard.some(({ event }) => event === 'notification'));
    await until(() => plain.heard.some(({ event }) => event === 'status.update'));
    expect(JSON.parse(asking.heard.find(({ event }) => event === 'notification')?.payload ?? '')).toMatchObject({
      type: 'pleroma:emoji_reaction',
      emoji: '🔥',
      account: { acct: 'carol' },
    });
    const [update] = plain.heard.filter(({ event }) => event === 'status.update');
    expect(JSON.parse(update?.payload ?? '')).toMatchObject({
      id,
      emoji_reactions: [{ name: '🔥', count: 1, me: false }],
    });
    await server.settle();
    expect(plain.heard.some(({ event }) => event === 'notification')).toBe(false);
  });
});

it('a page of posts with reactions costs no statement more', async () => {
  const home = (): Promise<Answer> => alice.api('GET', '/api/v1/timelines/home');
  const id = await publish();
  await server.settle();
  await home();
  const before = await statementsOf(server.ctx, home);
  await react(bob, id, '👍');
  await react(alice, id, '👍');
  await server.settle();
  const { body } = await home();
  expect(body[0]).toMatchObject({ id, emoji_reactions: [{ name: '👍', count: 2, me: true }] });
  expect(await statementsOf(server.ctx, home)).toBe(before);
});

it('a deleted emoji takes its reactions along, and so does somebody who leaves', async () => {
  const id = await publish();
  const frank = await signUp(server, 'frank');
  await react(frank, id, '👍');
  await react(frank, id, 'blobcat');
  await react(bob, id, '👍');
  await server.ctx.database.write((tx) => tx.emit('emoji.removed', { emojiId, keys: [] }));
  await server.settle();
  expect(await seen(alice, id)).toEqual(['👍 2']);
  await server.ctx.database.write((tx) => tx.emit('account.removed', { accountId: frank.accountId }));
  await server.settle();
  expect(await seen(alice, id)).toEqual(['👍 1']);
});

it('one emoji has one spelling, whatever is typed', () => {
  const spellings = [
    ['❤', '❤️'],
    ['❤︎', '❤️'],
    ['☝🏽', '☝🏽'],
    ['1⃣', '1️⃣'],
    ['🏳‍🌈', '🏳️‍🌈'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
    ['🇩🇪', '🇩🇪'],
    ['👍️', '👍'],
  ];
  for (const [typed = '', spelt] of spellings) expect([typed, canonicalEmoji(typed)]).toEqual([typed, spelt]);
  for (const none of ['', 'a', '1', ':)', '👍👍', '👍 ', 'like'])
    expect([none, canonicalEmoji(none)]).toEqual([none, null]);
  expect(readCustomName(':cat@.:')).toEqual({ shortcode: 'cat', domain: null });
  expect(readCustomName('cat@Peer.Example')).toEqual({ shortcode: 'cat', domain: 'peer.example' });
  expect(readCustomName('<b>')).toBeNull();
});
