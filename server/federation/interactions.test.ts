// Interaction policies between servers (GoToSocial's): who may answer, like and boost, who has to ask, and what becomes of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { call } from '#server/testing/people.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(() => {
  scene.there.delivered.length = 0;
});
afterAll(() => scene?.close());

const types = (): unknown[] => scene.there.delivered.map(({ activity }) => activity['type']);
const sentOf = (type: string): Json | undefined =>
  scene.there.delivered.map(({ activity }) => activity).find((activity) => activity['type'] === type);

/** A post of eve under a policy, as alice's server has it. */
async function post(interactionPolicy: Json): Promise<{ id: string; uri: string }> {
  const { eve, note, activity, deliver, postOf } = scene;
  const sent = note(eve, 'hello', { interactionPolicy });
  expect(await deliver(eve, activity(eve, 'Create', sent))).toBe('done');
  return { id: (await postOf(sent['id']))?.id ?? 'none', uri: String(sent['id']) };
}

/** Eve's server shows that she agrees, in the words of her software's age. */
function agree(type: string, subject: unknown, target: string): string {
  const path = `/users/eve/authorizations/${Math.random()}`;
  const id = `${scene.there.origin}${path}`;
  const said = type.endsWith('Approval')
    ? { object: subject, target }
    : { interactingObject: subject, interactionTarget: target };
  scene.there.show(path, { id, type, attributedTo: scene.eve.uri, ...said });
  return id;
}

const say = (type: 'Accept' | 'Reject', object: unknown, more: Json = {}): Promise<string | null> =>
  scene.deliver(scene.eve, scene.activity(scene.eve, type, object, more));

describe('a post of another server', () => {
  it('is free where its policy says so, or nothing', async () => {
    const { alice, server } = scene;
    const { id } = await post({ canLike: { always: [everybody], approvalRequired: [] } });
    expect((await alice.api('POST', `/api/v1/statuses/${id}/favourite`)).status).toBe(200);
    expect((await alice.api('POST', `/api/v1/statuses/${id}/reblog`)).status).toBe(200);
    await server.settle();
    expect(types()).toEqual(expect.arrayContaining(['Like', 'Announce']));
  });

  it('refuses in words whom it does not take', async () => {
    const { alice, eve, server } = scene;
    const nobody = { automaticApproval: [eve.uri], manualApproval: [] };
    const { id } = await post({ canLike: nobody, canReply: nobody, canAnnounce: { automaticApproval: [] } });
    const acts: Array<[string, Json | undefined, string]> = [
      [`/api/v1/statuses/${id}/favourite`, undefined, 'like'],
      [`/api/v1/statuses/${id}/reblog`, undefined, 'boost'],
      ['/api/v1/statuses', { status: 'but', in_reply_to_id: id }, 'reply to'],
    ];
    for (const [path, body, verb] of acts)
      expect(await alice.api('POST', path, body)).toMatchObject({
        status: 422,
        body: { error: `Validation failed: The author of this post does not let you ${verb} it` },
      });
    await server.settle();
    expect(types()).toEqual([]);
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}`);
    expect([body.favourited, body.reblogged, body.replies_count]).toEqual([false, false, 0]);
  });

  it('takes followers at once, and those whom it names', async () => {
    const { alice, eve, server } = scene;
    const followers = { automaticApproval: [`${eve.uri}/followers`], manualApproval: [everybody] };
    const { id } = await post({ canLike: followers });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    await server.settle();
    expect(types()).toEqual(['Like']);
  });

  it('is answered when its author agrees, and not sent before', async () => {
    const { alice, server } = scene;
    const { id, uri } = await post({ canReply: { always: [], approvalRequired: [everybody] } });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', { status: 'may I?', in_reply_to_id: id });
    await server.settle();
    expect(types()).toEqual(['ReplyRequest']);
    const request = sentOf('ReplyRequest');
    expect(request).toMatchObject({ actor: scene.aliceUri, object: uri, instrument: { id: reply.uri, type: 'Note' } });

    const forged = agree('ReplyAuthorization', reply.uri, 'https://other.example/1');
    expect(await say('Accept', request, { result: forged })).toBe('not_authorized');
    expect(await say('Accept', request, { result: {} })).toBe('malformed');
    const result = agree('ReplyAuthorization', reply.uri, uri);
    const stranger = scene.activity(scene.mallory, 'Accept', request, { result });
    expect(await scene.deliver(scene.mallory, stranger)).toBe('unknown_object');
    expect(types()).toEqual(['ReplyRequest']);
    expect(await say('Accept', request, { result })).toBe('done');
    expect(sentOf('Create')?.['object']).toMatchObject({
      id: reply.uri,
      replyAuthorization: result,
      approvedBy: result,
    });
    expect(await say('Accept', request, { result })).toBe('no_request');
  });

  it('is answered in vain when its author says no', async () => {
    const { alice, server } = scene;
    const { id } = await post({ canReply: { automaticApproval: [], manualApproval: [everybody] } });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', { status: 'and me?', in_reply_to_id: id });
    await server.settle();
    expect(await say('Reject', sentOf('ReplyRequest')?.['id'])).toBe('done');
    expect((await alice.api('GET', `/api/v1/statuses/${reply.id}`)).body).toMatchObject({ approval_refused: true });
    expect((await call(server.origin, 'GET', `/api/v1/statuses/${reply.id}`)).status).toBe(404);
    expect(sentOf('Create')).toBeUndefined();
  });

  it('is liked and boosted when its author agrees, in older words too', async () => {
    const { alice, server } = scene;
    const ask = { always: [], approvalRequired: [everybody] };
    const { id, uri } = await post({ canLike: ask, canAnnounce: ask });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    const { body: boost } = await alice.api('POST', `/api/v1/statuses/${id}/reblog`);
    await server.settle();
    expect(types().toSorted()).toEqual(['AnnounceRequest', 'LikeRequest']);
    const like = (sentOf('LikeRequest')?.['instrument'] as Json | undefined)?.['id'];
    expect(await say('Accept', like, { result: agree('LikeApproval', like, uri) })).toBe('done');
    expect(sentOf('Like')).toMatchObject({ id: like, object: uri });
    const result = agree('AnnounceAuthorization', boost.uri, uri);
    expect(await say('Accept', sentOf('AnnounceRequest'), { result })).toBe('done');
    expect(sentOf('Announce')).toMatchObject({ id: boost.uri, announceAuthorization: result });
    expect(await say('Reject', sentOf('AnnounceRequest'))).toBe('done');
    expect(await say('Reject', like)).toBe('done');
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}`);
    expect([body.favourited, body.reblogged]).toEqual([false, false]);
  });
});

describe('a post of ours', () => {
  async function publish(body: Json): Promise<{ id: string; uri: string; document: Json }> {
    const { body: status } = await scene.alice.api('POST', '/api/v1/statuses', body);
    await scene.server.settle();
    const { body: document } = await call(scene.server.origin, 'GET', new URL(status.uri).pathname, {
      headers: { accept: 'application/activity+json' },
    });
    return { id: status.id, uri: status.uri, document };
  }

  it('says who may answer it, when that is not everybody', async () => {
    const { aliceUri } = scene;
    expect((await publish({ status: 'all' })).document['interactionPolicy']).not.toHaveProperty('canReply');
    const followers = [`${aliceUri}/followers`];
    expect((await publish({ status: 'some', reply_policy: 'followers' })).document['interactionPolicy']).toMatchObject({
      canReply: { automaticApproval: followers, manualApproval: [], always: followers, approvalRequired: [] },
    });
    expect((await publish({ status: 'none', reply_policy: 'nobody' })).document['interactionPolicy']).toMatchObject({
      canReply: { automaticApproval: [aliceUri] },
    });
  });

  it('answers who asks to answer it, and tells whose answer it does not take', async () => {
    const { eve, mallory, note, activity, deliver, aliceUri, there, postOf, server } = scene;
    await deliver(eve, activity(eve, 'Follow', aliceUri));
    const { uri } = await publish({ status: 'friends?', reply_policy: 'followers' });
    there.delivered.length = 0;
    const welcome = note(eve, 'yes', { inReplyTo: uri });
    const asked = activity(eve, 'ReplyRequest', uri, { instrument: welcome });
    expect(await deliver(eve, asked)).toBe('done');
    const accept = sentOf('Accept');
    const result = `${server.origin}/ap/reply-authorizations/${(await postOf(welcome['id']))?.id}`;
    expect(accept).toMatchObject({ actor: aliceUri, object: { id: asked['id'], type: 'ReplyRequest' }, result });
    const { body } = await call(server.origin, 'GET', new URL(result).pathname);
    expect(body).toMatchObject({
      id: result,
      type: 'ReplyAuthorization',
      attributedTo: aliceUri,
      interactingObject: welcome['id'],
      interactionTarget: uri,
    });
    expect((await call(server.origin, 'GET', '/ap/reply-authorizations/12')).status).toBe(404);

    const unwelcome = note(mallory, 'me too', { inReplyTo: uri });
    expect(await deliver(mallory, activity(mallory, 'ReplyRequest', uri, { instrument: unwelcome }))).toBe('refused');
    expect(sentOf('Reject')).toMatchObject({ object: { type: 'ReplyRequest', instrument: unwelcome['id'] } });
    there.delivered.length = 0;
    expect(await deliver(mallory, activity(mallory, 'Create', unwelcome))).toBe('reply_not_wanted');
    expect(sentOf('Reject')).toMatchObject({ actor: aliceUri, object: unwelcome['id'] });
    expect(await postOf(unwelcome['id'])).toBeNull();
    expect(await deliver(eve, activity(eve, 'ReplyRequest', uri, { instrument: unwelcome }))).toBe('not_owner');
    expect(await deliver(eve, activity(eve, 'ReplyRequest', uri))).toBe('malformed');
  });
});
