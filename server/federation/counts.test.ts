// How often posts are liked, boosted and answered, and how often people post and are followed: as their own server says.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { call } from '#server/testing/people.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let moved = 0;
beforeAll(async () => {
  scene = await openScene({ clock: () => new Date(Date.now() + moved) });
});
afterAll(() => scene?.close());

const total = (totalItems: unknown, more: Json = {}): Json => ({ type: 'Collection', totalItems, ...more });

async function statusOf(uri: unknown): Promise<Record<string, unknown>> {
  const id = (await scene.postOf(uri))?.id ?? 'none';
  const { body } = await scene.alice.api('GET', `/api/v1/statuses/${id}`);
  const { body: own } = await scene.alice.api('GET', `/api/posts/${id}`);
  return {
    id,
    counts: [body.favourites_count, body.reblogs_count, body.replies_count],
    own: [own.likes, own.boosts, own.replies, own.counts_from],
  };
}

it('a post comes with the counts of its origin, and what we do here is added to them', async () => {
  const { eve, mallory, alice, note, activity, deliver } = scene;
  const sent = note(eve, 'famous', { likes: total(40), shares: total(7), replies: total(3) });
  await deliver(eve, activity(eve, 'Create', sent));
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [40, 7, 3], own: [40, 7, 3, 'origin'] });
  const { id } = await statusOf(sent['id']);
  await alice.api('POST', `/api/v1/statuses/${String(id)}/favourite`);
  await alice.api('POST', `/api/v1/statuses/${String(id)}/reblog`);
  await alice.api('POST', '/api/v1/statuses', { status: 'me too', in_reply_to_id: id });
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [41, 8, 4] });
  // What others do their origin counts by itself.
  await deliver(mallory, activity(mallory, 'Like', sent['id']));
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [41, 8, 4] });
  await alice.api('POST', `/api/v1/statuses/${String(id)}/unfavourite`);
  await alice.api('POST', `/api/v1/statuses/${String(id)}/unreblog`);
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [40, 7, 4] });
  const updated = new Date(Date.now() + 1000).toISOString();
  await deliver(eve, activity(eve, 'Update', { ...sent, updated, likes: total(99) }));
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [99, 7, 3] });
});

it('without a word of its origin we show what we know', async () => {
  const { eve, mallory, note, activity, deliver } = scene;
  const sent = note(eve, 'quiet', { likes: total(-1), shares: total('7'), replies: 'nonsense' });
  await deliver(eve, activity(eve, 'Create', sent));
  await deliver(mallory, activity(mallory, 'Like', sent['id']));
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [1, 0, 0], own: [1, 0, 0, 'here'] });
});

it('an opened conversation asks its origin again, and for collections that are only named', async () => {
  const { server, there, eve, alice, note, activity, deliver } = scene;
  const sent = note(eve, 'old');
  await deliver(eve, activity(eve, 'Create', sent));
  const path = new URL(String(sent['id'])).pathname;
  there.show(path, { ...sent, likes: `${String(sent['id'])}/likes`, shares: total(5) });
  there.show(`${path}/likes`, total(12, { id: `${String(sent['id'])}/likes` }));
  const { id } = await statusOf(sent['id']);
  await alice.api('GET', `/api/v1/statuses/${String(id)}/context`);
  await server.settle();
  expect(await statusOf(sent['id'])).toMatchObject({ counts: [12, 5, 0], own: [12, 5, 0, 'origin'] });
});

it('ours say how often they were liked, boosted and answered', async () => {
  const { server, eve, alice, note, activity, deliver } = scene;
  const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'mine' });
  await deliver(eve, activity(eve, 'Like', body.uri));
  await deliver(eve, activity(eve, 'Create', note(eve, 'well', { inReplyTo: body.uri })));
  const read = async (uri: string): Promise<Json> =>
    (await call(server.origin, 'GET', new URL(uri).pathname, { headers: { accept: 'application/activity+json' } }))
      .body;
  expect(await read(body.uri)).toMatchObject({ likes: total(1), shares: total(0), replies: total(1) });
  expect(await read(`${body.uri}/replies`)).toMatchObject({ totalItems: 1 });
});

it('people of other servers are counted by their own, asked once a day when somebody looks', async () => {
  const { server, there, eve, alice } = scene;
  for (const [name, count] of [
    ['outbox', 1200],
    ['followers', 34_000],
    ['following', 0],
  ] as const)
    there.show(`/users/eve/${name}`, { id: `${eve.uri}/${name}`, ...total(count, { type: 'OrderedCollection' }) });
  const [{ id }] = (await alice.api('GET', `/api/v1/accounts/search?q=eve@${there.host}`)).body;
  const asked = (): number => there.asked.filter((path) => path === '/users/eve/followers').length;
  await call(server.origin, 'GET', `/api/v1/accounts/${id}`);
  await server.settle();
  expect(asked(), 'nobody signed in').toBe(0);
  await alice.api('GET', `/api/v1/accounts/${id}`);
  await alice.api('GET', `/api/v1/accounts/lookup?acct=eve@${there.host}`);
  await server.settle();
  const { body } = await alice.api('GET', `/api/v1/accounts/${id}`);
  expect([body.statuses_count, body.followers_count]).toEqual([1200, 34_000]);
  expect(asked()).toBe(1);
  there.show('/users/eve/followers', null);
  moved += 25 * 60 * 60 * 1000;
  await alice.api('GET', `/api/v1/accounts/${id}`);
  await server.settle();
  expect(asked()).toBe(2);
  expect((await alice.api('GET', `/api/v1/accounts/${id}`)).body.followers_count, 'no answer').toBe(34_000);
});
