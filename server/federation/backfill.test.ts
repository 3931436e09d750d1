// Conversations of which we were sent a part only, and the past of people who are newly followed: fetched within bounds,
// believed only from the server whose post it is.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openPair } from './pair.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene?.close());

const pathOf = (uri: unknown): string => new URL(String(uri)).pathname + new URL(String(uri)).search;

/** Puts a note on its author's server; nobody here is sent it. */
function publish(server: Scene['there'], author: Stranger, text: string, more: Json = {}): Json {
  const written: Json = { '@context': 'https://www.w3.org/ns/activitystreams', ...scene.note(author, text, more) };
  server.show(pathOf(written['id']), written);
  return written;
}

/** Gives a note a collection of answers, in pages of two. */
function answer(server: Scene['there'], post: Json, answers: unknown[], more: Json = {}): void {
  const uri = `${String(post['id'])}/replies`;
  const pages = Array.from({ length: Math.ceil(answers.length / 2) }, (_, index) =>
    answers.slice(index * 2, index * 2 + 2),
  );
  for (const [index, items] of pages.entries()) {
    const next = index + 1 < pages.length ? { next: `${uri}?page=${index + 1}` } : {};
    server.show(pathOf(`${uri}?page=${index}`), {
      id: `${uri}?page=${index}`,
      type: 'CollectionPage',
      partOf: uri,
      items,
      ...next,
      ...more,
    });
  }
  server.show(pathOf(uri), { id: uri, type: 'Collection', first: `${uri}?page=0` });
  server.show(pathOf(post['id']), { ...post, replies: uri });
}

async function openThread(uri: unknown) {
  const { alice, postOf } = scene;
  const id = (await postOf(uri))?.id ?? 'none';
  const texts = async (): Promise<string[]> => {
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}/context`);
    return body.descendants.map(({ content }: { content: string }) => content.replaceAll(/<[^>]+>/g, ''));
  };
  return { id, texts, first: await alice.api('GET', `/api/v1/statuses/${id}/context`) };
}

it('what other servers answered is found when somebody looks, and apps are told how far it is', async () => {
  const { server, there, elsewhere, eve, alice, activity, deliver } = scene;
  const frank = await elsewhere.person('frank');
  const root = publish(there, eve, 'root');
  const one = publish(elsewhere, frank, 'one', { inReplyTo: root['id'] });
  const two = publish(there, eve, 'two', { inReplyTo: root['id'] });
  const three = publish(elsewhere, frank, 'three', { inReplyTo: root['id'] });
  const deep = publish(there, eve, 'deep', { inReplyTo: one['id'] });
  answer(there, root, [one['id'], two, three['id']]);
  answer(elsewhere, one, [deep['id']]);
  await deliver(eve, activity(eve, 'Create', root));

  const { first, texts } = await openThread(root['id']);
  expect(first.body.descendants).toEqual([]);
  const [, refresh] =
    /^id="([^"]+)", retry=\d+, result_count=0$/.exec(first.headers.get('mastodon-async-refresh') ?? '') ?? [];
  await server.settle();
  const { body } = await alice.api('GET', `/api/v1_alpha/async_refreshes/${refresh}`);
  expect(body).toEqual({ async_refresh: { id: refresh, status: 'finished', result_count: 4 } });
  expect((await texts()).toSorted()).toEqual(['deep', 'one', 'three', 'two']);
  // It was looked for a moment ago: nobody is asked again.
  const asked = there.asked.length;
  await texts();
  await server.settle();
  expect(there.asked).toHaveLength(asked);
  expect((await alice.api('GET', '/api/v1_alpha/async_refreshes/thread-1')).status).toBe(404);
});

it('a stranger who reads makes us ask nobody', async () => {
  const { server, there, eve, activity, deliver, postOf } = scene;
  const root = publish(there, eve, 'root');
  await deliver(eve, activity(eve, 'Create', root));
  const asked = there.asked.length;
  const answered = await fetch(`${server.origin}/api/v1/statuses/${(await postOf(root['id']))?.id}/context`);
  await server.settle();
  expect([answered.headers.get('mastodon-async-refresh'), there.asked.length]).toEqual([null, asked]);
});

it('what a collection says of others’ posts is not believed', async () => {
  const { server, there, elsewhere, eve, mallory, activity, deliver, postOf } = scene;
  const frank = await elsewhere.person('frank');
  const root = publish(there, eve, 'root');
  const unrelated = publish(elsewhere, frank, 'unrelated');
  const secret = publish(elsewhere, frank, 'secret', { to: [frank.uri], cc: [], inReplyTo: root['id'] });
  const forged = { ...scene.note(frank, 'forged words'), inReplyTo: root['id'] };
  const renamed: Json = { ...scene.note(mallory, 'mallory as frank'), attributedTo: frank.uri, inReplyTo: root['id'] };
  there.show(pathOf(renamed['id']), renamed);
  answer(there, root, [unrelated['id'], secret['id'], forged, renamed, `${server.origin}/ap/posts/1`, 'nonsense', 7]);
  await deliver(eve, activity(eve, 'Create', root));
  const { texts } = await openThread(root['id']);
  await server.settle();
  expect(await texts()).toEqual([]);
  for (const post of [unrelated, secret, forged, renamed] as Json[]) expect(await postOf(post['id'])).toBeNull();
});

it('a collection without end, or in a circle, is left after ten pages', async () => {
  const { server, there, eve, activity, deliver } = scene;
  const root = publish(there, eve, 'root');
  const uri = `${String(root['id'])}/replies`;
  for (let page = 0; page < 30; page += 1)
    there.show(pathOf(`${uri}?page=${page}`), {
      id: `${uri}?page=${page}`,
      type: 'CollectionPage',
      items: [],
      next: `${uri}?page=${page + 1}`,
    });
  there.show(pathOf(root['id']), {
    ...root,
    replies: { type: 'Collection', first: `${uri}?page=0` },
    context: `${uri}?circle`,
  });
  there.show(pathOf(`${uri}?circle`), { id: `${uri}?circle`, type: 'Collection', first: `${uri}?circle` });
  await deliver(eve, activity(eve, 'Create', root));
  await openThread(root['id']);
  await server.settle();
  expect(there.asked.filter((path) => path.includes('?page='))).toHaveLength(10);
  expect(there.asked.filter((path) => path.includes('?circle'))).toHaveLength(1);
});

it('a chain of a thousand answers is followed a hundred levels, and no longer', async () => {
  const { server, there, eve, activity, deliver } = scene;
  const root = publish(there, eve, 'level 0');
  let parent = root;
  for (let level = 1; level <= 120; level += 1) {
    const child = publish(there, eve, `level ${level}`, { inReplyTo: parent['id'] });
    there.show(pathOf(parent['id']), { ...parent, replies: { type: 'Collection', items: [child['id']] } });
    parent = child;
  }
  await deliver(eve, activity(eve, 'Create', root));
  const { texts } = await openThread(root['id']);
  await server.settle();
  const found = await texts();
  expect(found.length).toBe(100);
  expect(there.asked.length).toBeLessThan(220);
});

it('somebody who is newly followed brings their last posts and what they pinned', async () => {
  const { server, elsewhere, alice, activity } = scene;
  const gina = await elsewhere.person('gina');
  const days = (count: number): string => new Date(Date.now() - count * 86_400_000).toISOString();
  const notes = [1, 2, 3].map((age) => publish(elsewhere, gina, `day ${age}`, { published: days(age) }));
  const pinned = publish(elsewhere, gina, 'who I am', { published: days(400) });
  const hidden = publish(elsewhere, gina, 'for friends', { to: [`${gina.uri}/followers`], cc: [] });
  const foreign = { ...scene.note(scene.eve, 'not hers'), attributedTo: gina.uri };
  const items = [...notes, hidden, foreign].map((object) => activity(gina, 'Create', object));
  Object.assign(gina.document, { outbox: `${gina.uri}/outbox`, featured: `${gina.uri}/featured` });
  elsewhere.show(pathOf(`${gina.uri}/outbox`), {
    id: `${gina.uri}/outbox`,
    type: 'OrderedCollection',
    first: `${gina.uri}/outbox?page=1`,
  });
  elsewhere.show(pathOf(`${gina.uri}/outbox?page=1`), {
    id: `${gina.uri}/outbox?page=1`,
    type: 'OrderedCollectionPage',
    orderedItems: items,
  });
  elsewhere.show(pathOf(`${gina.uri}/featured`), {
    id: `${gina.uri}/featured`,
    type: 'OrderedCollection',
    orderedItems: [pinned['id']],
  });
  const { body: found } = await alice.api('GET', `/api/v2/search?q=${encodeURIComponent(gina.uri)}&resolve=true`);
  const { id } = found.accounts[0];
  await alice.api('POST', `/api/v1/accounts/${id}/follow`);
  await server.settle();
  const [follow] = elsewhere.delivered.map((delivery) => delivery.activity).filter(({ type }) => type === 'Follow');
  await gina.send(`${server.origin}/ap/inbox`, activity(gina, 'Accept', follow));
  await server.settle();

  const texts = async (path: string): Promise<string[]> =>
    (await alice.api('GET', path)).body.map(({ content }: { content: string }) => content.replaceAll(/<[^>]+>/g, ''));
  expect(await texts(`/api/v1/accounts/${id}/statuses`)).toEqual(['day 1', 'day 2', 'day 3', 'who I am']);
  expect(await texts(`/api/v1/accounts/${id}/statuses?pinned=true`)).toEqual(['who I am']);
  expect(await texts('/api/v1/timelines/home')).toEqual(expect.arrayContaining(['day 1', 'day 2', 'day 3']));
  // Another who follows her finds all there already.
  const asked = elsewhere.asked.length;
  const bob = await signUp(server, 'bob');
  await bob.api('POST', `/api/v1/accounts/${id}/follow`);
  await server.settle();
  expect(elsewhere.asked.length - asked).toBeLessThan(3);
});

it('between two Rookeries a whole conversation is found, of people whom nobody there follows', async () => {
  const pair = await openPair();
  try {
    const { here, alice, bob, settle, copyOf } = pair;
    const [carol, dave] = await Promise.all([signUp(here, 'carol'), signUp(here, 'dave')]);
    const say = async (who: Person, status: string, to?: string): Promise<Answer['body']> =>
      (await who.api('POST', '/api/v1/statuses', { status, in_reply_to_id: to })).body;
    const root = await say(alice, 'root');
    await settle();
    const answered = await say(carol, 'carol answers', root.id);
    await say(dave, 'dave answers carol', answered.id);
    const hidden = await carol.api('POST', '/api/v1/statuses', {
      status: 'for friends',
      in_reply_to_id: root.id,
      visibility: 'private',
    });
    for (let count = 0; count < 4; count += 1) await say(dave, `and ${count}`, answered.id);
    await settle();
    const copy = await copyOf(bob, root.uri);
    const context = () => bob.api('GET', `/api/v1/statuses/${copy.id}/context`);
    expect((await context()).headers.get('mastodon-async-refresh')).toMatch(/^id=/);
    await settle();
    const found: Array<{ content: string; uri: string }> = (await context()).body.descendants;
    expect(found.map(({ content }) => content.replaceAll(/<[^>]+>/g, ''))).toEqual([
      'carol answers',
      'dave answers carol',
      'and 0',
      'and 1',
      'and 2',
      'and 3',
    ]);
    expect(found.map(({ uri }) => uri)).not.toContain(hidden.body.uri);
  } finally {
    await pair.close();
  }
});

it('a collection is read page by page, and shows what everybody may read', async () => {
  const { server, alice } = scene;
  const read = async (uri: string): Promise<{ status: number; body: Json }> => {
    const answered = await fetch(uri, { headers: { accept: 'application/activity+json' } });
    return { status: answered.status, body: (await answered.json()) as Json };
  };
  const { body: root } = await alice.api('POST', '/api/v1/statuses', { status: 'root' });
  const answers: string[] = [];
  for (let count = 0; count < 102; count += 1)
    answers.push(
      (await alice.api('POST', '/api/v1/statuses', { status: `${count}`, in_reply_to_id: root.id })).body.uri,
    );
  await alice.api('POST', '/api/v1/statuses', { status: 'hidden', in_reply_to_id: root.id, visibility: 'direct' });
  const { body: collection } = await read(`${root.uri}/replies`);
  expect(collection).toMatchObject({ id: `${root.uri}/replies`, type: 'Collection' });
  const { body: first } = await read(String(collection['first']));
  const { body: second } = await read(String(first['next']));
  expect([...(first['items'] as string[]), ...(second['items'] as string[])]).toEqual(answers);
  expect(second['next']).toBeUndefined();
  const { body: context } = await read(`${root.uri}/context`);
  expect(context).toMatchObject({ type: 'OrderedCollection', attributedTo: scene.aliceUri });
  const { body: all } = await read(String(context['first']));
  expect((all['orderedItems'] as string[]).slice(0, 2)).toEqual([root.uri, answers[0]]);
  expect((await read(`${answers[0]}/context`)).status, 'a conversation is its first post’s').toBe(404);
  expect((await read(`${root.uri}/replies?after=nonsense`)).status).toBe(404);
  const { body: direct } = await alice.api('POST', '/api/v1/statuses', { status: 'direct', visibility: 'direct' });
  expect((await read(`${server.origin}/ap/posts/${direct.id}/replies`)).status).toBe(404);
});
