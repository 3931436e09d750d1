// Answers of ours that the author of another server does not want, or no longer: gone for everybody but whoever wrote them, who is told.
// And open pages when agreements end, between others too.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Json } from '#server/platform/fediverse/json.ts';
import { openEar, reached, type Ear } from '#server/testing/ears.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Follows alice, carl and eve. */
let bob: Person;
/** Lives on a third server; follows alice. */
let carl: Stranger;
const open: WebSocket[] = [];

beforeAll(async () => {
  scene = await openScene();
  const { server, alice, eve, there, elsewhere, deliver, activity } = scene;
  bob = await signUp(server, 'bob');
  carl = await elsewhere.person('carl');
  await bob.api('POST', `/api/v1/accounts/${alice.accountId}/follow`);
  for (const [who, at] of [
    [eve, there],
    [carl, elsewhere],
  ] as const) {
    const [found] = (await bob.api('GET', `/api/v1/accounts/search?q=${who.name}@${at.host}&resolve=true`)).body;
    await bob.api('POST', `/api/v1/accounts/${found.id}/follow`);
    await server.settle();
    const asked = at.delivered.findLast(({ activity: sent }) => sent['type'] === 'Follow')?.activity['id'];
    expect(await deliver(who, activity(who, 'Accept', asked))).toBe('done');
  }
  expect(await deliver(carl, activity(carl, 'Follow', scene.aliceUri))).toBe('done');
});
beforeEach(() => {
  scene.there.delivered.length = 0;
  scene.elsewhere.delivered.length = 0;
});
afterAll(async () => {
  for (const socket of open) socket.terminate();
  await scene?.close();
});

const ask = { automaticApproval: [], manualApproval: [everybody] };
const accept = 'application/activity+json';

/** A post of eve who wants to be asked; it stands on her server too. */
async function post(interactionPolicy: Json = { canReply: ask }): Promise<{ id: string; uri: string }> {
  const { eve, there, note, activity, deliver, postOf } = scene;
  const sent = note(eve, 'hello', { interactionPolicy });
  there.show(new URL(String(sent['id'])).pathname, sent);
  expect(await deliver(eve, activity(eve, 'Create', sent))).toBe('done');
  return { id: (await postOf(sent['id']))?.id ?? 'none', uri: String(sent['id']) };
}

/** Eve's server shows that she agrees; returns where. */
function agree(subject: unknown, target: string): string {
  const path = `/users/eve/authorizations/${Math.random()}`;
  const id = `${scene.there.origin}${path}`;
  const said = { attributedTo: scene.eve.uri, interactingObject: subject, interactionTarget: target };
  scene.there.show(path, { id, type: 'ReplyAuthorization', ...said });
  return id;
}

async function revoke(uri: string): Promise<void> {
  scene.there.show(new URL(uri).pathname, null);
  expect(await scene.deliver(scene.eve, scene.activity(scene.eve, 'Delete', uri))).toBe('done');
}

interface Answered {
  id: string;
  uri: string;
  parent: { id: string; uri: string };
  /** What eve was asked. */
  request: Json;
}

/** Alice answers eve, who is asked. */
async function answer(status: string): Promise<Answered> {
  const { alice, server, there } = scene;
  const parent = await post();
  const { body } = await alice.api('POST', '/api/v1/statuses', { status, in_reply_to_id: parent.id });
  await server.settle();
  const request = there.delivered.findLast(({ activity }) => activity['type'] === 'ReplyRequest')?.activity ?? {};
  return { id: body.id, uri: body.uri, parent, request };
}

/** The same, and eve agrees; returns where. */
async function allowed(status: string): Promise<Answered & { result: string }> {
  const { eve, deliver, activity } = scene;
  const given = await answer(status);
  const result = agree(given.uri, given.parent.uri);
  expect(await deliver(eve, activity(eve, 'Accept', given.request, { result }))).toBe('done');
  return { ...given, result };
}

const see = (who: Person, id: string) => who.api('GET', `/api/v1/statuses/${id}`);
const idsAt = async (who: Person, path: string): Promise<string[]> =>
  ((await who.api('GET', path)).body as Array<{ id: string }>).map(({ id }) => id);
const sentAbout = (delivered: Array<{ activity: Json }>, uri: string): unknown[] =>
  delivered
    .filter(({ activity }) => JSON.stringify(activity['object']).includes(uri))
    .map(({ activity }) => activity['type']);

/** It is its writer's alone, who sees that it was refused. */
async function expectRefused({ id, uri, parent }: Answered): Promise<void> {
  const { alice, server, eve } = scene;
  const own = (await see(alice, id)).body;
  expect(own).toMatchObject({ id, approval_refused: true });
  expect(own).not.toHaveProperty('pending_approval');
  const { body } = await alice.api('GET', `/api/posts/${id}`);
  expect([body.awaits_approval, body.approval_refused]).toEqual([false, true]);
  expect(await idsAt(alice, '/api/v1/timelines/home?limit=40')).toContain(id);
  expect(await idsAt(alice, `/api/v1/accounts/${alice.accountId}/statuses?limit=40`)).toContain(id);

  const { pathname } = new URL(uri);
  expect((await see(bob, id)).status).toBe(404);
  expect((await call(server.origin, 'GET', pathname, { headers: { accept } })).status).toBe(404);
  expect((await call(server.origin, 'GET', pathname, { headers: eve.asking(uri) })).status).toBe(404);
  for (const path of ['/api/v1/timelines/home?limit=40', `/api/v1/accounts/${alice.accountId}/statuses?limit=40`])
    expect(await idsAt(bob, path)).not.toContain(id);
  const answers = async (who: Person): Promise<string[]> =>
    (await who.api('GET', `/api/v1/statuses/${parent.id}/context`)).body.descendants.map((one: Json) => one['id']);
  expect([await answers(alice), await answers(bob)]).toEqual([[id], []]);
  expect((await see(bob, parent.id)).body.replies_count).toBe(0);
}

describe('an answer of ours', () => {
  it('stays its writer’s when the agreement is taken back, and everybody who got it is told to forget it', async () => {
    const given = await allowed('@bob, what I wrote with care');
    expect((await see(bob, given.id)).status).toBe(200);
    expect((await bob.api('GET', '/api/v1/notifications')).body[0]).toMatchObject({ status: { id: given.id } });
    await revoke(given.result);
    await expectRefused(given);
    expect(sentAbout(scene.elsewhere.delivered, given.uri)).toEqual(['Create', 'Delete']);
    expect(sentAbout(scene.there.delivered, given.uri)).toContain('Delete');
    const news = (await bob.api('GET', '/api/v1/notifications')).body as Json[];
    expect(JSON.stringify(news)).not.toContain(given.id);
  });

  it('stays its writer’s when the author rejects it afterwards, and can be changed and deleted without a word to others', async () => {
    const { alice, eve, server, deliver, activity } = scene;
    const given = await allowed('a thought');
    await alice.api('POST', `/api/v1/statuses/${given.id}/pin`);
    await bob.api('POST', `/api/v1/statuses/${given.id}/reblog`);
    await server.settle();
    expect(await deliver(eve, activity(eve, 'Reject', given.request))).toBe('done');
    await expectRefused(given);
    expect(await idsAt(alice, `/api/v1/accounts/${alice.accountId}/statuses?pinned=true`)).toEqual([]);
    expect(await deliver(eve, activity(eve, 'Accept', given.request, { result: given.result }))).toBe('unknown_object');
    await expectRefused(given);

    const before = (await see(alice, given.id)).body.account.statuses_count;
    scene.elsewhere.delivered.length = 0;
    expect((await alice.api('PUT', `/api/v1/statuses/${given.id}`, { status: 'another thought' })).status).toBe(200);
    for (const [path, body] of [
      ['/api/v1/statuses', { status: 'and', in_reply_to_id: given.id }],
      [`/api/v1/statuses/${given.id}/pin`, {}],
    ] as const)
      expect(await alice.api('POST', path, body)).toMatchObject({
        status: 422,
        body: { error: expect.stringContaining('was refused') },
      });
    expect((await alice.api('POST', `/api/v1/statuses/${given.id}/reblog`)).status).toBe(422);
    expect((await alice.api('DELETE', `/api/v1/statuses/${given.id}`)).body.text).toBe('another thought');
    await server.settle();
    expect(sentAbout(scene.elsewhere.delivered, given.uri)).toEqual([]);
    expect((await see(bob, given.parent.id)).body.replies_count).toBe(0);
    const { body: me } = await alice.api('GET', `/api/v1/accounts/${alice.accountId}`);
    expect(me.statuses_count).toBe(before - 1);
  });

  it('stays its writer’s when it is refused at once; nobody else had heard of it', async () => {
    const { eve, deliver, activity } = scene;
    const given = await answer('may I?');
    expect(await deliver(eve, activity(eve, 'Reject', given.request['id']))).toBe('done');
    await expectRefused(given);
    expect(sentAbout(scene.elsewhere.delivered, given.uri)).toEqual([]);
    expect(await deliver(eve, activity(eve, 'Reject', given.request['id']))).toBe('unknown_object');
  });

  it('leaves the open pages of others, and changes on those of its writer', async () => {
    const { alice, server } = scene;
    const given = await allowed('for the pages #refused');
    const tag = { stream: 'hashtag', tag: 'refused' };
    const [writer, reader] = [await listen(alice, 'user', tag), await listen(bob, 'user', tag)];
    await revoke(given.result);
    await server.settle();
    await until(() => reader.heard.length >= 2 && writer.heard.length > 0);
    await Promise.all([reached(writer), reached(reader)]);
    expect(reader.heard).toEqual(
      expect.arrayContaining([
        { stream: ['user'], event: 'delete', payload: given.id },
        { stream: ['hashtag', 'refused'], event: 'delete', payload: given.id },
      ]),
    );
    expect(writer.heard.map(({ stream, event }) => [stream, event])).toEqual([[['user'], 'status.update']]);
    expect(JSON.parse(writer.heard[0]?.payload ?? '')).toMatchObject({ id: given.id, approval_refused: true });
  });
});

describe('an answer between others', () => {
  it('leaves open pages with the agreement to it, and when it turns out that it needed one', async () => {
    const { note, activity, deliver, postOf, eve } = scene;
    const tag = [{ type: 'Hashtag', name: '#between', href: 'https://a.example/tags/between' }];
    const reader = await listen(bob, 'user', { stream: 'hashtag', tag: 'between' });
    const { uri } = await post();
    const sent = note(carl, 'so?', { inReplyTo: uri, tag });
    const replyAuthorization = agree(sent['id'], uri);
    expect(await deliver(carl, activity(carl, 'Create', { ...sent, replyAuthorization }))).toBe('done');
    const id = (await postOf(sent['id']))?.id;
    await until(() => reader.heard.filter(({ payload }) => payload.includes(`"id":"${id}"`)).length >= 2);
    await revoke(replyAuthorization);
    expect(await gone(reader, id)).toEqual(['hashtag between', 'user']);

    const parent = note(eve, 'late', { interactionPolicy: { canReply: ask } });
    const early = note(carl, 'early', { inReplyTo: parent['id'], tag });
    expect(await deliver(carl, activity(carl, 'Create', early))).toBe('done');
    expect(await deliver(eve, activity(eve, 'Create', parent))).toBe('done');
    expect(await gone(reader, (await postOf(early['id']))?.id)).toContain('hashtag between');
  });

  it('that never was shown is not taken from any page', async () => {
    const { note, activity, deliver, postOf, server } = scene;
    const told: Json[] = [];
    const stop = await server.ctx.bus.subscribe('deleted', (news) => void told.push(news as Json));
    const { uri } = await post();
    const sent = note(carl, 'unasked', { inReplyTo: uri });
    expect(await deliver(carl, activity(carl, 'Create', sent))).toBe('done');
    expect(await postOf(sent['id'])).not.toBeNull();
    expect(told).toEqual([]);
    await stop();
  });
});

const listen = (person: Person, ...streams: Parameters<typeof openEar>[3][]): Promise<Ear> =>
  openEar(scene.server, open, person, ...streams);

/** The streams on which an ear heard that a post is gone. */
async function gone(ear: Ear, id: string | undefined): Promise<string[]> {
  const heard = () => ear.heard.filter(({ event, payload }) => event === 'delete' && payload === id);
  await until(() => heard().length > 0);
  await reached(ear);
  return heard()
    .map(({ stream }) => stream.join(' '))
    .toSorted();
}
