// What waits until an author allows it (GoToSocial's interaction policies): ours is seen by its author and the one who decides, and
// answers between others are shown when their leave has been read where it stands.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Follows alice and eve. */
let bob: Person;
/** Lives on a third server, and follows alice. */
let carl: Stranger;

beforeAll(async () => {
  scene = await openScene();
  const { server, alice, there, elsewhere } = scene;
  bob = await signUp(server, 'bob');
  carl = await elsewhere.person('carl');
  await bob.api('POST', `/api/v1/accounts/${alice.accountId}/follow`);
  const [eve] = (await bob.api('GET', `/api/v1/accounts/search?q=eve@${there.host}&resolve=true`)).body;
  await bob.api('POST', `/api/v1/accounts/${eve.id}/follow`);
  await server.settle();
  const follow = there.delivered.findLast(({ activity }) => activity['type'] === 'Follow')?.activity['id'];
  expect(await scene.deliver(scene.eve, scene.activity(scene.eve, 'Accept', follow))).toBe('done');
  expect(await scene.deliver(carl, scene.activity(carl, 'Follow', scene.aliceUri))).toBe('done');
});
afterAll(() => scene?.close());

const ask = { automaticApproval: [], manualApproval: [everybody] };

/** A post of eve, for which our people have to ask; it stands on her server too. */
async function post(interactionPolicy: Json, more: Json = {}): Promise<{ id: string; uri: string }> {
  const { eve, there, note, activity, deliver, postOf } = scene;
  const sent = note(eve, 'hello', { interactionPolicy, ...more });
  there.show(new URL(String(sent['id'])).pathname, sent);
  expect(await deliver(eve, activity(eve, 'Create', sent))).toBe('done');
  return { id: (await postOf(sent['id']))?.id ?? 'none', uri: String(sent['id']) };
}

/** Eve's server shows a document of hers; returns its address. */
function show(document: Json): string {
  const path = `/users/eve/authorizations/${Math.random()}`;
  const id = `${scene.there.origin}${path}`;
  scene.there.show(path, { id, ...document });
  return id;
}

const agreement = (interactingObject: unknown, interactionTarget: string, type = 'ReplyAuthorization'): string =>
  show({ type, attributedTo: scene.eve.uri, interactingObject, interactionTarget });

/** Eve allows what our server asked for last. */
async function allow(kind: 'Reply' | 'Like' | 'Announce'): Promise<void> {
  const { there, eve, deliver, activity } = scene;
  const request = there.delivered.findLast(({ activity: sent }) => sent['type'] === `${kind}Request`)?.activity ?? {};
  const instrument = (request['instrument'] as Json)['id'];
  const result = agreement(instrument, String(request['object']), `${kind}Authorization`);
  expect(await deliver(eve, activity(eve, 'Accept', request, { result }))).toBe('done');
}

const open = (who: Person, id: string): Promise<Answer> => who.api('GET', `/api/v1/statuses/${id}`);
const idsAt = async (who: Person, path: string): Promise<string[]> =>
  ((await who.api('GET', path)).body as Array<{ id: string }>).map(({ id }) => id);
const answersTo = async (who: Person, id: string): Promise<string[]> =>
  ((await who.api('GET', `/api/v1/statuses/${id}/context`)).body.descendants as Array<{ id: string }>).map(
    (answer) => answer.id,
  );
const home = '/api/v1/timelines/home?limit=40';
/** What carl's server got so far about a post of ours. */
const toldOf = (uri: string): unknown[] =>
  scene.elsewhere.delivered
    .filter(({ activity }) => JSON.stringify(activity['object']).includes(uri))
    .map(({ activity }) => activity['type']);

describe('an answer of ours', () => {
  it('is seen by its author and the one who decides alone, until it is allowed', async () => {
    const { alice, eve, mallory, server } = scene;
    const parent = await post({ canReply: ask });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', {
      status: `May I, @bob? #waiting${parent.id}`,
      in_reply_to_id: parent.id,
    });
    await server.settle();
    expect(reply.pending_approval).toBe(true);
    expect((await open(alice, reply.id)).body).toMatchObject({ pending_approval: true });
    expect((await alice.api('GET', `/api/posts/${reply.id}`)).body.awaits_approval).toBe(true);
    expect(await idsAt(alice, home)).toContain(reply.id);
    expect(await answersTo(alice, parent.id)).toEqual([reply.id]);

    const { pathname } = new URL(reply.uri);
    const page = new URL(reply.url).pathname;
    const accept = 'application/activity+json';
    const unseen = async (): Promise<void> => {
      expect((await open(bob, reply.id)).status).toBe(404);
      for (const path of [
        home,
        `/api/v1/accounts/${alice.accountId}/statuses`,
        `/api/v1/timelines/tag/waiting${parent.id}`,
      ])
        expect(await idsAt(bob, path)).not.toContain(reply.id);
      expect(await answersTo(bob, parent.id)).toEqual([]);
      expect((await call(server.origin, 'GET', `/api/v1/statuses/${reply.id}`)).status).toBe(404);
      expect((await call(server.origin, 'GET', page)).body).not.toContain('May I');
      expect((await call(server.origin, 'GET', pathname, { headers: { accept } })).status).toBe(404);
      expect((await call(server.origin, 'GET', pathname, { headers: mallory.asking(reply.uri) })).status).toBe(404);
    };
    await unseen();
    const asked = await call(server.origin, 'GET', pathname, { headers: eve.asking(reply.uri) });
    expect([asked.status, asked.body.id]).toEqual([200, reply.uri]);
    await unseen();
    expect(toldOf(reply.uri)).toEqual([]);
    expect((await open(bob, parent.id)).body.replies_count).toBe(0);
    expect((await bob.api('GET', '/api/v1/notifications')).body).toEqual([]);

    await allow('Reply');
    expect((await open(bob, reply.id)).body).not.toHaveProperty('pending_approval');
    expect((await open(alice, reply.id)).body).not.toHaveProperty('pending_approval');
    expect((await alice.api('GET', `/api/posts/${reply.id}`)).body.awaits_approval).toBe(false);
    expect(await idsAt(bob, home)).toContain(reply.id);
    expect(await answersTo(bob, parent.id)).toEqual([reply.id]);
    expect((await open(bob, parent.id)).body.replies_count).toBe(1);
    expect((await call(server.origin, 'GET', pathname, { headers: { accept } })).status).toBe(200);
    const [news] = (await bob.api('GET', '/api/v1/notifications')).body;
    expect(news).toMatchObject({ type: 'mention', status: { id: reply.id } });
    expect(toldOf(reply.uri)).toEqual(['Create']);
    expect((await call(server.origin, 'GET', page)).body).toContain('May I');
    await alice.api('DELETE', `/api/v1/statuses/${reply.id}`);
    expect((await open(bob, parent.id)).body.replies_count).toBe(0);
  });

  it('is neither answered nor boosted while it waits, and leaves no trace when it is taken back', async () => {
    const { alice, server } = scene;
    const canQuote = { automaticApproval: [everybody], manualApproval: [] };
    const parent = await post({ canReply: ask, canQuote });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', {
      status: 'so',
      in_reply_to_id: parent.id,
      quoted_status_id: parent.id,
    });
    expect(await alice.api('POST', '/api/v1/statuses', { status: 'and', in_reply_to_id: reply.id })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('still waits to be approved') },
    });
    for (const act of ['reblog', 'pin'])
      expect((await alice.api('POST', `/api/v1/statuses/${reply.id}/${act}`)).status).toBe(422);
    expect((await bob.api('POST', `/api/v1/statuses/${reply.id}/reblog`)).status).toBe(404);
    expect((await bob.api('POST', '/api/v1/statuses', { status: 'I', in_reply_to_id: reply.id })).status).toBe(404);
    expect((await alice.api('DELETE', `/api/v1/statuses/${reply.id}`)).status).toBe(200);
    await server.settle();
    const toEve = scene.there.delivered.filter(({ activity }) => JSON.stringify(activity).includes(reply.uri));
    expect(toEve.map(({ activity }) => activity['type'])).toEqual(['ReplyRequest', 'Delete']);
    expect(toldOf(reply.uri)).toEqual([]);
    expect((await open(alice, parent.id)).body.replies_count).toBe(0);
    const { rows } = await server.ctx.database.pool.query('select from interaction_requests where subject_id = $1', [
      reply.id,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('a like and a boost of ours', () => {
  it('are told to whoever did it, and counted and shown when they are allowed', async () => {
    const { alice, server } = scene;
    const { id } = await post({ canLike: ask, canAnnounce: ask });
    const { body: liked } = await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    expect(liked).toMatchObject({ favourited: true, favourite_pending: true, favourites_count: 0 });
    const { body: boost } = await alice.api('POST', `/api/v1/statuses/${id}/reblog`);
    await server.settle();
    expect(boost).toMatchObject({
      pending_approval: true,
      reblog: { reblogged: true, reblog_pending: true, reblogs_count: 0 },
    });
    const { body: seen } = await open(bob, id);
    expect(seen).toMatchObject({ favourites_count: 0, reblogs_count: 0, favourited: false });
    expect(seen).not.toHaveProperty('favourite_pending');
    const people = async (): Promise<string[][]> => [
      await idsAt(bob, `/api/v1/statuses/${id}/favourited_by`),
      await idsAt(bob, `/api/v1/statuses/${id}/reblogged_by`),
    ];
    expect(await people()).toEqual([[], []]);
    expect((await open(bob, boost.id)).status).toBe(404);
    expect(await idsAt(bob, `/api/v1/accounts/${alice.accountId}/statuses`)).not.toContain(boost.id);

    await allow('Like');
    await allow('Announce');
    expect((await open(bob, id)).body).toMatchObject({ favourites_count: 1, reblogs_count: 1 });
    expect(await people()).toEqual([[alice.accountId], [alice.accountId]]);
    const { body: allowed } = await open(alice, id);
    expect(allowed).toMatchObject({ favourited: true, reblogged: true });
    expect(allowed).not.toHaveProperty('favourite_pending');
    expect(allowed).not.toHaveProperty('reblog_pending');
    expect((await open(bob, boost.id)).body.reblog.id).toBe(id);
  });

  it('are not counted when they are taken back before', async () => {
    const { alice, server } = scene;
    const { id } = await post({ canLike: ask, canAnnounce: ask });
    for (const act of ['favourite', 'unfavourite', 'reblog', 'unreblog'])
      expect((await alice.api('POST', `/api/v1/statuses/${id}/${act}`)).status).toBe(200);
    await server.settle();
    const { body } = await open(alice, id);
    expect(body).toMatchObject({ favourites_count: 0, reblogs_count: 0, favourited: false, reblogged: false });
    expect(body).not.toHaveProperty('favourite_pending');
    expect(body).not.toHaveProperty('reblog_pending');
  });
});

describe('an answer between others', () => {
  /** Carl's answer, as his server sends it. */
  async function answer(parent: string, more: Json | ((uri: string) => Json) = {}, by = carl): Promise<Json> {
    const { note, activity, deliver } = scene;
    const plain = note(by, 'an answer', { inReplyTo: parent });
    const sent = { ...plain, ...(typeof more === 'function' ? more(String(plain['id'])) : more) };
    expect(await deliver(by, activity(by, 'Create', sent))).toBe('done');
    return sent;
  }
  const idOf = async (document: Json): Promise<string> => (await scene.postOf(document['id']))?.id ?? 'none';

  it('is shown when the author’s leave has been read where it stands', async () => {
    const { alice, aliceUri, server } = scene;
    const { id, uri } = await post({ canReply: ask });
    const silent = await answer(uri);
    const elsewhere = await answer(uri, (own) => {
      const path = `/users/carl/authorizations/${Math.random()}`;
      const at = `${scene.elsewhere.origin}${path}`;
      const said = {
        type: 'ReplyAuthorization',
        attributedTo: scene.eve.uri,
        interactingObject: own,
        interactionTarget: uri,
      };
      scene.elsewhere.show(path, { id: at, ...said });
      return { replyAuthorization: at };
    });
    const borrowed = await answer(uri, { replyAuthorization: agreement(silent['id'], 'https://other.example/1') });
    const gone = await answer(uri, { approvedBy: `${scene.there.origin}/users/eve/authorizations/none` });
    for (const document of [silent, elsewhere, borrowed, gone])
      expect((await open(alice, await idOf(document))).status).toBe(404);
    expect(await answersTo(alice, id)).toEqual([]);
    expect((await open(alice, id)).body.replies_count).toBe(0);
    expect((await call(server.origin, 'GET', `/api/v1/statuses/${id}/context`)).body.descendants).toEqual([]);

    const tag = [{ type: 'Mention', href: aliceUri, name: '@alice' }];
    const allowed = await answer(uri, (own) => ({ tag, replyAuthorization: agreement(own, uri) }));
    expect(await answersTo(alice, id)).toEqual([await idOf(allowed)]);
    expect((await open(alice, id)).body.replies_count).toBe(1);
    const [news] = (await alice.api('GET', '/api/v1/notifications')).body;
    expect(news).toMatchObject({ type: 'mention', status: { uri: allowed['id'] } });
  });

  it('is shown by the leave of older software too', async () => {
    const { alice, eve } = scene;
    const { id, uri } = await post({ canReply: { always: [], approvalRequired: [everybody] } });
    const approval = { type: 'ReplyApproval', attributedTo: eve.uri };
    const one = await answer(uri, (own) => ({ approvedBy: show({ ...approval, object: own, target: uri }) }));
    const two = await answer(uri, (own) => ({ approvedBy: show({ type: 'Accept', actor: eve.uri, object: own }) }));
    await answer(uri, (own) => ({ approvedBy: show({ ...approval, object: own, target: 'https://other.example/1' }) }));
    await answer(uri, (own) => ({ approvedBy: show({ type: 'Reject', actor: eve.uri, object: own }) }));
    await answer(uri, (own) => ({ approvedBy: show({ type: 'Accept', actor: carl.uri, object: own }) }));
    expect(await answersTo(alice, id)).toEqual([await idOf(one), await idOf(two)]);
  });

  it('is shown when an edit brings the leave, and when its author restricts no more', async () => {
    const { alice, eve, activity, deliver, note } = scene;
    const { id, uri } = await post({ canReply: ask });
    const later = await answer(uri);
    const free = await answer(uri);
    const own = { ...later, replyAuthorization: agreement(later['id'], uri) };
    await deliver(carl, activity(carl, 'Update', own));
    expect(await answersTo(alice, id)).toEqual([await idOf(later)]);
    const updated = new Date(Date.now() + 1000).toISOString();
    expect(await deliver(eve, activity(eve, 'Update', { ...note(eve, 'hello'), id: uri, updated }))).toBe('done');
    expect(await answersTo(alice, id)).toEqual([await idOf(later), await idOf(free)]);
  });

  it('is told to no open page before; of an answer of ours its author’s alone hear', async () => {
    const { alice, server } = scene;
    const told: unknown[] = [];
    const stop = await server.ctx.bus.subscribe('post', (news) => void told.push(news));
    const parent = await post({ canReply: ask });
    told.length = 0;
    const held = await answer(parent.uri);
    expect(told).toEqual([]);
    const { body: own } = await alice.api('POST', '/api/v1/statuses', { status: 'I?', in_reply_to_id: parent.id });
    await server.settle();
    expect(told).toEqual([
      { event: 'update', postId: own.id, accountId: alice.accountId, ownerIds: [alice.accountId], open: null },
    ]);
    told.length = 0;
    const shown = { ...held, replyAuthorization: agreement(held['id'], parent.uri) };
    await scene.deliver(carl, scene.activity(carl, 'Update', shown));
    expect(told).toContainEqual(expect.objectContaining({ postId: await idOf(held), open: expect.any(Object) }));
    await stop();
  });

  it('is free for those whom the post names, and for what is said to few', async () => {
    const { alice, aliceUri, elsewhere } = scene;
    const dora = await elsewhere.person('dora');
    const tag = [{ type: 'Mention', href: dora.uri, name: '@dora' }];
    const { id, uri } = await post({ canReply: ask }, { tag });
    const named = await answer(uri, {}, dora);
    expect(await answersTo(alice, id)).toEqual([await idOf(named)]);
    const direct = await answer(uri, { to: [aliceUri], cc: [], tag: [{ type: 'Mention', href: aliceUri }] });
    expect((await open(alice, await idOf(direct))).body).toMatchObject({ visibility: 'direct' });
  });

  it('waits with what it answers, and is shown with it', async () => {
    const { alice } = scene;
    const { id, uri } = await post({ canReply: ask });
    const first = await answer(uri);
    const second = await answer(String(first['id']));
    expect(await answersTo(alice, id)).toEqual([]);
    expect((await open(alice, await idOf(second))).status).toBe(404);
    const own = { ...first, replyAuthorization: agreement(first['id'], uri) };
    await scene.deliver(carl, scene.activity(carl, 'Update', own));
    expect(await answersTo(alice, id)).toEqual([await idOf(first), await idOf(second)]);
  });

  it('that came before what it answers waits from then on', async () => {
    const { alice, aliceUri, eve, activity, deliver, note } = scene;
    const parent = note(eve, 'late', { interactionPolicy: { canReply: ask } });
    const tag = [{ type: 'Mention', href: aliceUri, name: '@alice' }];
    const early = await answer(String(parent['id']), { tag });
    expect((await open(alice, await idOf(early))).status).toBe(200);
    expect(await deliver(eve, activity(eve, 'Create', parent))).toBe('done');
    expect((await open(alice, await idOf(early))).status).toBe(404);
    const id = await idOf(parent);
    expect((await open(alice, id)).body.replies_count).toBe(0);
    expect(await answersTo(alice, id)).toEqual([]);
  });
});
