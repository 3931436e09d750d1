// The npm client masto, unmodified: posts, timelines with their pages, notifications, the instance, live streams.
import { createRestAPIClient, createStreamingAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

type Rest = mastodon.rest.Client;
type NewStatus = mastodon.rest.v1.CreateStatusParamsWithStatus;

let server: TestServer;
let person: { alice: Person; bob: Person };
let alice: Rest;
let bob: Rest;
let nobody: Rest;

const clientOf = (accessToken?: string): Rest =>
  createRestAPIClient({ url: server.origin, ...(accessToken === undefined ? {} : { accessToken }), log: 'error' });
const write = (rest: Rest, status: string, more: Partial<NewStatus> = {}): Promise<mastodon.v1.Status> =>
  rest.v1.statuses.create({ status, ...more });
const ids = (statuses: Array<{ id: string }>): string[] => statuses.map(({ id }) => id);

/** All pages of a list, and how many there were; at most 20, so that one that never ends is seen. */
async function walk<Item>(pages: AsyncIterable<Item[]>): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  let count = 0;
  for await (const page of pages) {
    count += 1;
    items.push(...page);
    if (count === 20) break;
  }
  return { items, pages: count };
}

beforeAll(async () => {
  server = await openTestServer();
  const [first, second] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob')]);
  person = { alice: first, bob: second };
  [alice, bob, nobody] = [clientOf(first.token), clientOf(second.token), clientOf()];
  await bob.v1.accounts.$select(first.accountId).follow();
});
afterAll(() => server.close());

describe('posts', () => {
  test('are written, read, answered, edited with their history, and deleted with their source', async () => {
    const post = await write(alice, 'Look, #Birds for @bob', {
      spoilerText: 'feathers',
      sensitive: true,
      language: 'en',
    });
    expect(post).toMatchObject({
      visibility: 'public',
      spoilerText: 'feathers',
      sensitive: true,
      language: 'en',
      mentions: [{ acct: 'bob', id: person.bob.accountId }],
      tags: [{ name: 'birds' }],
      favourited: false,
    });
    const one = alice.v1.statuses.$select(post.id);
    expect(await one.fetch()).toEqual(post);
    expect(await nobody.v1.statuses.fetch({ id: [post.id, '1'] })).toHaveLength(1);
    const reply = await write(bob, '@alice where?', { inReplyToId: post.id });
    const again = await write(alice, '@bob there', { inReplyToId: reply.id });
    expect(reply).toMatchObject({ inReplyToId: post.id, inReplyToAccountId: person.alice.accountId });
    const context = await nobody.v1.statuses.$select(reply.id).context.fetch();
    expect([ids(context.ancestors), ids(context.descendants)]).toEqual([[post.id], [again.id]]);
    const edited = await one.update({ status: 'Look, #Owls', spoilerText: '' });
    expect(edited).toMatchObject({
      id: post.id,
      spoilerText: '',
      tags: [{ name: 'owls' }],
      editedAt: expect.stringMatching(/Z$/),
    });
    expect((await one.history.list()).map(({ content }) => content.replaceAll(/<[^>]+>/g, ''))).toEqual([
      'Look, #Birds for @bob',
      'Look, #Owls',
    ]);
    expect(await one.source.fetch()).toEqual({ id: post.id, text: 'Look, #Owls', spoilerText: '' });
    expect((await one.remove()).text).toBe('Look, #Owls');
    await expect(one.fetch()).rejects.toMatchObject({ statusCode: 404, message: 'Record not found' });
  });

  test('are liked, boosted and bookmarked, and all of it is taken back', async () => {
    const post = await write(alice, 'like me');
    const one = bob.v1.statuses.$select(post.id);
    expect(await one.favourite()).toMatchObject({ id: post.id, favourited: true, favouritesCount: 1 });
    const boost = await one.reblog({ visibility: 'unlisted' });
    expect(boost).toMatchObject({
      visibility: 'unlisted',
      content: post.content,
      reblog: { id: post.id, reblogged: true, reblogsCount: 1 },
    });
    expect(boost.id).not.toBe(post.id);
    expect(await one.bookmark()).toMatchObject({ bookmarked: true });
    expect((await nobody.v1.statuses.$select(post.id).favouritedBy.list()).map(({ acct }) => acct)).toEqual(['bob']);
    expect((await nobody.v1.statuses.$select(post.id).rebloggedBy.list()).map(({ acct }) => acct)).toEqual(['bob']);
    expect(ids(await bob.v1.favourites.list())).toEqual([post.id]);
    expect(ids(await bob.v1.bookmarks.list())).toEqual([post.id]);
    expect(await one.unfavourite()).toMatchObject({ favourited: false, favouritesCount: 0 });
    expect(await one.unreblog()).toMatchObject({ id: post.id, reblogged: false, reblogsCount: 0 });
    expect(await one.unbookmark()).toMatchObject({ bookmarked: false });
    expect(await bob.v1.bookmarks.list()).toEqual([]);
  });

  test('are shown to those whom they are for', async () => {
    const secret = await write(alice, 'for followers', { visibility: 'private' });
    const direct = await write(alice, 'only @bob', { visibility: 'direct' });
    expect([secret.visibility, direct.visibility]).toEqual(['private', 'direct']);
    expect(ids(await bob.v1.statuses.fetch({ id: [secret.id, direct.id] }))).toEqual([secret.id, direct.id]);
    await expect(nobody.v1.statuses.$select(secret.id).fetch()).rejects.toMatchObject({ statusCode: 404 });
    await expect(write(alice, '')).rejects.toMatchObject({ statusCode: 422 });
  });
});

describe('timelines', () => {
  test('home, public, hashtag and profile are walked page by page to their end, and back', async () => {
    const word = 'walk';
    const written: string[] = [];
    for (let index = 0; index < 7; index += 1) written.unshift((await write(alice, `${index} #${word}`)).id);
    await server.settle();
    const tag = await walk(nobody.v1.timelines.tag.$select(word).list({ limit: 3 }));
    expect(ids(tag.items)).toEqual(written);
    for (const list of [
      bob.v1.timelines.home.list({ limit: 3 }),
      nobody.v1.timelines.public.list({ limit: 3, local: true }),
      nobody.v1.accounts.$select(person.alice.accountId).statuses.list({ limit: 3, excludeReplies: true }),
    ]) {
      const { items, pages } = await walk(list);
      expect(ids(items).slice(0, 7)).toEqual(written);
      expect(pages).toBeGreaterThan(2);
      expect(new Set(ids(items)).size).toBe(items.length);
    }
    const oldest = written.at(-1) ?? '';
    const newer = await walk(
      nobody.v1.timelines.tag.$select(word).list({ limit: 3, minId: oldest }).setDirection('prev'),
    );
    expect(ids(newer.items)).toEqual([...written.slice(3, 6), ...written.slice(0, 3)]);
  });
});

describe('notifications', () => {
  test('are listed, filtered by kind, counted, shown one by one, dismissed and cleared', async () => {
    await alice.v1.notifications.clear();
    await alice.v1.accounts.$select(person.bob.accountId).follow();
    const post = await write(alice, 'tell me');
    await bob.v1.statuses.$select(post.id).favourite();
    await bob.v1.statuses.$select(post.id).reblog();
    await write(bob, '@alice told you', { inReplyToId: post.id });
    await server.settle();
    const all = await alice.v1.notifications.list({ limit: 10 });
    expect(all.map(({ type }) => type).toSorted()).toEqual(['favourite', 'mention', 'reblog']);
    expect(all.find(({ type }) => type === 'favourite')).toMatchObject({
      account: { acct: 'bob' },
      status: { id: post.id },
      groupKey: expect.stringMatching(/^like-\d+/),
    });
    expect((await alice.v1.notifications.list({ types: ['mention'] })).map(({ type }) => type)).toEqual(['mention']);
    expect(
      (await alice.v1.notifications.list({ excludeTypes: ['mention', 'reblog'] })).map(({ type }) => type),
    ).toEqual(['favourite']);
    expect((await alice.v1.notifications.unreadCount.fetch()).count).toBe(3);
    const walked = await walk(alice.v1.notifications.list({ limit: 1 }));
    expect(ids(walked.items)).toEqual(ids(all));
    const [newest] = all;
    const one = alice.v1.notifications.$select(newest?.id ?? '');
    expect(await one.fetch()).toEqual(newest);
    await alice.v1.markers.create({ notifications: { lastReadId: newest?.id ?? '' } });
    expect(await alice.v1.markers.fetch({ timeline: ['notifications', 'home'] })).toMatchObject({
      notifications: { lastReadId: newest?.id },
      home: { lastReadId: expect.any(String) },
    });
    await one.dismiss();
    await expect(one.fetch()).rejects.toMatchObject({ statusCode: 404 });
    await alice.v1.notifications.clear();
    expect(await alice.v1.notifications.list()).toEqual([]);
  });
});

describe('the instance', () => {
  test('introduces itself in both versions', async () => {
    const { host } = new URL(server.origin);
    const second = await nobody.v2.instance.fetch();
    expect(second).toMatchObject({
      domain: host,
      configuration: {
        statuses: { maxCharacters: 5000, charactersReservedPerUrl: 23 },
        urls: { streaming: `ws://${host}` },
      },
      registrations: { enabled: true },
      contact: { email: expect.any(String) },
    });
    const first = await nobody.v1.instance.fetch();
    expect(first).toMatchObject({
      uri: host,
      title: second.title,
      version: second.version,
      urls: { streamingApi: `ws://${host}` },
      registrations: true,
      stats: { userCount: 2 },
    });
    expect(await nobody.v1.instance.languages.list()).not.toEqual([]);
    expect(await nobody.v1.customEmojis.list()).toEqual([]);
    expect((await nobody.v1.tags.$select('never').fetch()).name).toBe('never');
  });
});

describe('streams', () => {
  test('bring posts, edits, deletions and notifications while they happen', async () => {
    const { configuration } = await nobody.v2.instance.fetch();
    const stream = createStreamingAPIClient({
      streamingApiUrl: configuration.urls.streaming,
      accessToken: person.bob.token,
      implementation: WebSocket,
      retry: false,
    });
    await stream.prepare();
    onTestFinished(() => stream.close());
    const user = listen(stream.user.subscribe());
    const everyone = listen(stream.public.local.subscribe());
    const tagged = listen(stream.hashtag.subscribe({ tag: 'live' }));
    const post = await write(alice, 'now! #live');
    for (const ear of [user, everyone, tagged])
      expect(await ear()).toMatchObject({ event: 'update', payload: { id: post.id, account: { acct: 'alice' } } });
    await alice.v1.statuses.$select(post.id).update({ status: 'a moment ago #live' });
    expect(await user()).toMatchObject({
      stream: ['user'],
      event: 'status.update',
      payload: { content: expect.stringContaining('a moment ago') },
    });
    const own = await write(bob, 'mine');
    expect(await user()).toMatchObject({ event: 'update', payload: { id: own.id } });
    await alice.v1.statuses.$select(own.id).favourite();
    expect(await user()).toMatchObject({
      event: 'notification',
      payload: { type: 'favourite', status: { id: own.id } },
    });
    await alice.v1.statuses.$select(post.id).remove();
    expect(await user()).toMatchObject({ event: 'delete', payload: post.id });
  });
});

/** The next event of a subscription, one after the other. The first question is asked at once, which is what subscribes. */
function listen(subscription: mastodon.streaming.Subscription): () => Promise<mastodon.streaming.Event> {
  const events = subscription.values();
  let next = events.next();
  return async () => {
    const { value } = await next;
    next = events.next();
    // The last question stays open until the connection ends.
    next.catch(() => {});
    return value;
  };
}
