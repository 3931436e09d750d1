// Relays of both kinds: how they are subscribed to, what goes to them, and what is taken of what they bring.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { withLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
let admin: Person;
/** Mastodon-style: it is named by its inbox. */
let passing: StrangeServer;
let passer: Stranger;
/** LitePub-style: it is named by its actor. */
let boosting: StrangeServer;
let booster: Stranger;

beforeAll(async () => {
  [scene, passing, boosting] = await Promise.all([openScene(), openStranger(), openStranger()]);
  admin = await signUp(scene.server, 'admin', { role: 'admin' });
  passer = await passing.person('relay', { type: 'Application', inbox: `${passing.origin}/inbox` });
  booster = await boosting.person('relay', { type: 'Application', inbox: `${boosting.origin}/inbox` });
});
afterAll(() => Promise.all([scene?.close(), passing?.close(), boosting?.close()]));

const ours = () => `${scene.server.origin}/ap/instance`;

async function relayOf(server: StrangeServer) {
  const { body } = await admin.api('GET', '/api/admin/relays');
  return body.find(({ address }: { address: string }) => address.startsWith(server.origin));
}

async function takeLast({ delivered }: StrangeServer, type: string): Promise<Json> {
  await scene.server.settle();
  return delivered.findLast(({ activity }) => activity['type'] === type)?.activity ?? {};
}

async function said(by: Stranger, type: string, object: unknown): Promise<string | null> {
  return scene.deliver(by, scene.activity(by, type, object));
}

async function inTimeline(uri: unknown): Promise<Array<{ reblog: unknown }>> {
  const { body } = await scene.alice.api('GET', '/api/v1/timelines/public?remote=true&limit=40');
  return body.filter((post: { uri: string }) => post.uri === uri);
}

describe('the staff', () => {
  it('subscribes to a Mastodon-style relay, which is used once it accepts', async () => {
    const added = await admin.api('POST', '/api/admin/relays', { address: `${passing.origin}/inbox` });
    expect(added).toMatchObject({ status: 200, body: { kind: 'mastodon', state: 'pending', answered_at: null } });
    const follow = await takeLast(passing, 'Follow');
    expect(follow).toMatchObject({ actor: ours(), object: everybody });
    expect(await said(scene.mallory, 'Accept', follow)).toBe('unknown_object');
    expect(await relayOf(passing)).toMatchObject({ state: 'pending' });
    expect(await said(passer, 'Accept', follow)).toBe('done');
    expect(await relayOf(passing)).toMatchObject({ state: 'accepted', answered_at: expect.any(String) });
  });

  it('subscribes to a LitePub-style relay, which follows back', async () => {
    const added = await admin.api('POST', '/api/admin/relays', { address: booster.uri });
    expect(added.body).toMatchObject({ kind: 'litepub', state: 'pending' });
    expect(await takeLast(boosting, 'Follow')).toMatchObject({ actor: ours(), object: booster.uri, to: [booster.uri] });
    const back = scene.activity(booster, 'Follow', ours());
    expect(await scene.deliver(booster, back)).toBe('done');
    expect(await takeLast(boosting, 'Accept')).toMatchObject({ actor: ours(), object: { id: back['id'] } });
    const follow = await takeLast(boosting, 'Follow');
    expect(await said(booster, 'Accept', follow['id'])).toBe('done');
    expect(await relayOf(boosting)).toMatchObject({ state: 'accepted' });
    expect(await said(scene.mallory, 'Follow', ours())).toBe('not_followable');
  });

  it('hears what is wrong with an address, and nothing is written', async () => {
    const before = (await admin.api('GET', '/api/admin/relays')).body.length;
    const add = (address: string) => admin.api('POST', '/api/admin/relays', { address });
    expect(await add('relay.example')).toMatchObject({ status: 422 });
    expect(await add(`${passing.origin}/inbox`)).toMatchObject({ status: 422, body: { error: /already/u } });
    expect(await add(`${boosting.origin}/nothing`)).toMatchObject({ status: 422 });
    expect(await add(`${scene.server.origin}/inbox`)).toMatchObject({ status: 422 });
    expect((await admin.api('GET', '/api/admin/relays')).body).toHaveLength(before);
    expect(await scene.alice.api('GET', '/api/admin/relays')).toMatchObject({ status: 403 });
  });
});

describe('our posts', () => {
  it('go to relays when everybody may see them, with proofs of both kinds; so do edits and deletions', async () => {
    const sent = passing.delivered.length;
    const { body: post } = await scene.alice.api('POST', '/api/v1/statuses', { status: 'for all' });
    expect(await takeLast(passing, 'Create')).toMatchObject({
      object: { id: post.uri },
      signature: { type: 'RsaSignature2017' },
      proof: { type: 'DataIntegrityProof' },
    });
    expect(await takeLast(boosting, 'Create')).toMatchObject({ object: { id: post.uri } });
    await scene.alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'for all of them' });
    expect(await takeLast(passing, 'Update')).toMatchObject({ object: { id: post.uri } });
    await scene.alice.api('DELETE', `/api/v1/statuses/${post.id}`);
    expect(await takeLast(passing, 'Delete')).toMatchObject({ object: { id: post.uri }, signature: {} });
    for (const visibility of ['unlisted', 'private', 'direct'])
      await scene.alice.api('POST', '/api/v1/statuses', { status: 'not for relays', visibility });
    await scene.server.settle();
    expect(passing.delivered.length).toBe(sent + 3);
  });
});

describe('what relays bring', () => {
  it('a boost by a relay brings the post, and is no boost', async () => {
    const { there, eve, note, postOf } = scene;
    const stranger = await there.person('unfollowed');
    const written = note(stranger, 'relayed');
    there.show(new URL(String(written['id'])).pathname, written);
    expect(await said(booster, 'Announce', written['id'])).toBe('done');
    expect(await postOf(written['id'])).toMatchObject({ boosts_count: 0, visibility: 'public' });
    expect(await inTimeline(written['id'])).toMatchObject([{ reblog: null }]);
    // It says nothing of what is not for everybody, and somebody who is no relay brings nothing.
    const quiet = note(eve, 'quiet', { to: [`${eve.uri}/followers`], cc: [] });
    there.show(new URL(String(quiet['id'])).pathname, quiet);
    expect(await said(booster, 'Announce', quiet['id'])).toBe('unknown_object');
    const other = note(stranger, 'not asked for');
    there.show(new URL(String(other['id'])).pathname, other);
    expect(await said(scene.mallory, 'Announce', other['id'])).toBe('nobody_asked');
  });

  it('an activity counts by its own signature, else by its origin', async () => {
    const { there, note, activity, postOf } = scene;
    const author = await there.person('author');
    const signed = note(author, 'signed');
    const sent = await withLinkedSignature(activity(author, 'Create', signed), author, new Date());
    expect(await scene.deliver(passer, sent)).toBe('done');
    expect(await postOf(signed['id'])).toMatchObject({ html: '<p>signed</p>' });
    const plain = note(author, 'as its origin has it');
    there.show(new URL(String(plain['id'])).pathname, plain);
    expect(await scene.deliver(passer, activity(author, 'Create', { ...plain, content: 'forged' }))).toBe('done');
    expect(await postOf(plain['id'])).toMatchObject({ html: '<p>as its origin has it</p>' });
    const invented = note(author, 'invented');
    expect(await scene.deliver(passer, activity(author, 'Create', invented))).toBe('origin_missing');
    expect(await postOf(invented['id'])).toBeNull();
    expect(await scene.deliver(passer, activity(author, 'Delete', signed['id']))).toBe('unproven');
  });

  it('the same by many has one effect and asks the origin once', async () => {
    const { there, note, activity, server, inbox } = scene;
    const author = await there.person('popular');
    const written = note(author, 'everywhere');
    const path = new URL(String(written['id'])).pathname;
    there.show(path, written);
    const plain = activity(author, 'Create', written);
    const signed = await withLinkedSignature(plain, author, new Date());
    const bringers = await Promise.all(['one', 'two', 'three'].map((name) => scene.elsewhere.person(name)));
    const bring = (index: number): Promise<number> => {
      if (index % 3 === 0) return booster.send(inbox, activity(booster, 'Announce', written['id']));
      return index % 3 === 1 ? passer.send(inbox, plain) : (bringers[index % 4] ?? author).send(inbox, signed);
    };
    const statuses = await Promise.all(Array.from({ length: 120 }, (_unused, index) => bring(index)));
    expect(new Set(statuses)).toEqual(new Set([202]));
    await server.settle();
    expect(there.asked.filter((asked) => asked === path).length).toBeLessThanOrEqual(1);
    expect(await inTimeline(written['id'])).toHaveLength(1);
    // From then on not even the key of who brings it is looked at.
    expect(await rowsOf(signed)).toHaveLength(1);
    const asked = scene.elsewhere.asked.length;
    const late = await scene.elsewhere.person('late');
    expect(await late.send(inbox, signed)).toBe(202);
    expect(scene.elsewhere.asked.length).toBe(asked);
  });
});

async function rowsOf(sent: Json): Promise<Array<{ outcome: string }>> {
  const text = 'select outcome from inbox_activities where activity_uri = $1 and proven';
  return (await scene.server.ctx.database.pool.query(text, [sent['id']])).rows;
}

describe('an end', () => {
  /** Three of the staff do the same at one moment: what they are answered, and what the relay gets. */
  async function atOnce(server: StrangeServer, act: () => Promise<Answer>) {
    const before = server.delivered.length;
    const answers = await Promise.all([act(), act(), act()]);
    await scene.server.settle();
    return { answers, sent: server.delivered.slice(before).map(({ activity }) => activity) };
  }

  it('a paused relay is told, gets and brings nothing until it is asked again', async () => {
    const { id } = await relayOf(passing);
    const undone = await atOnce(passing, () => admin.api('POST', `/api/admin/relays/${id}/pause`));
    expect(undone.answers.map(({ status, body }) => [status, body.state])).toEqual(Array(3).fill([200, 'paused']));
    expect(undone.sent).toMatchObject([{ type: 'Undo', actor: ours(), object: { type: 'Follow', object: everybody } }]);
    const sent = passing.delivered.length;
    await scene.alice.api('POST', '/api/v1/statuses', { status: 'without it' });
    await scene.server.settle();
    expect(passing.delivered.length).toBe(sent);
    const plain = scene.activity(scene.eve, 'Create', scene.note(scene.eve, 'x'));
    expect(await passer.send(scene.inbox, plain)).toBe(401);
    expect(await admin.api('POST', `/api/admin/relays/${id}/resume`)).toMatchObject({ body: { state: 'pending' } });
    expect(await said(passer, 'Reject', await takeLast(passing, 'Follow'))).toBe('done');
    expect(await relayOf(passing)).toMatchObject({ state: 'rejected' });
  });

  it('a relay that is left is gone, and what comes after an end is too late', async () => {
    const { id } = await relayOf(boosting);
    const follow = await takeLast(boosting, 'Follow');
    const left = await atOnce(boosting, () => admin.api('DELETE', `/api/admin/relays/${id}`));
    expect(left.answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404]);
    expect(left.sent).toMatchObject([{ type: 'Undo', object: { id: follow['id'] } }]);
    expect(await relayOf(boosting)).toBeUndefined();
    expect(await said(booster, 'Accept', follow)).toBe('unknown_object');
    for (const unknown of [id, '9223372036854775808', 'x'])
      expect(await admin.api('DELETE', `/api/admin/relays/${unknown}`)).toMatchObject({ status: 404 });
  });
});
