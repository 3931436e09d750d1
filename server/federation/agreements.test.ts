// Agreements to likes, boosts and answers (GoToSocial's interaction policies): read for those between others, and what follows when
// their givers take them back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { call } from '#server/testing/people.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Lives on a third server; alice follows carl. */
let carl: Stranger;

beforeAll(async () => {
  scene = await openScene();
  const { alice, server, elsewhere, deliver, activity } = scene;
  carl = await elsewhere.person('carl');
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=carl@${elsewhere.host}&resolve=true`)).body;
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  await server.settle();
  expect(await deliver(carl, activity(carl, 'Accept', elsewhere.delivered.at(-1)?.activity['id']))).toBe('done');
});
beforeEach(() => {
  scene.there.delivered.length = 0;
});
afterAll(() => scene?.close());

const ask = { automaticApproval: [], manualApproval: [everybody] };

/** A post of eve under a policy; it stands on her server too. */
async function post(interactionPolicy: Json): Promise<{ id: string; uri: string }> {
  const { eve, there, note, activity, deliver, postOf } = scene;
  const sent = note(eve, 'hello', { interactionPolicy });
  there.show(new URL(String(sent['id'])).pathname, sent);
  expect(await deliver(eve, activity(eve, 'Create', sent))).toBe('done');
  return { id: (await postOf(sent['id']))?.id ?? 'none', uri: String(sent['id']) };
}

/** Eve's server shows that she agrees. */
function agree(type: string, subject: unknown, target: string, more: Json = {}): string {
  const path = `/users/eve/authorizations/${Math.random()}`;
  const id = `${scene.there.origin}${path}`;
  const said = { attributedTo: scene.eve.uri, interactingObject: subject, interactionTarget: target };
  scene.there.show(path, { id, type, ...said, ...more });
  return id;
}

/** Eve takes an agreement back: it is no more where it was. */
async function revoke(uri: string, by: Stranger = scene.eve): Promise<string | null> {
  if (by === scene.eve) scene.there.show(new URL(uri).pathname, null);
  return scene.deliver(by, scene.activity(by, 'Delete', uri));
}

const shown = async (id: string): Promise<Record<string, unknown>> =>
  (await scene.alice.api('GET', `/api/v1/statuses/${id}`)).body;
const requestOf = (type: string): Json =>
  scene.there.delivered.findLast(({ activity }) => activity['type'] === type)?.activity ?? {};

describe('between others', () => {
  it('a like counts when its author agrees, or restricts no more', async () => {
    const { mallory, eve, deliver, activity } = scene;
    const { id, uri } = await post({ canLike: ask });
    expect(await deliver(carl, activity(carl, 'Like', uri))).toBe('not_authorized');
    const forged = activity(carl, 'Like', uri, {
      likeAuthorization: agree('LikeAuthorization', 'https://a.example', uri),
    });
    expect(await deliver(carl, forged)).toBe('not_authorized');
    expect((await shown(id))['favourites_count']).toBe(0);
    const like = activity(carl, 'Like', uri);
    const approvedBy = agree('LikeApproval', undefined, uri, { object: like['id'], target: uri });
    expect(await deliver(carl, { ...like, approvedBy })).toBe('done');
    expect((await shown(id))['favourites_count']).toBe(1);
    expect(await deliver(eve, activity(eve, 'Like', uri))).toBe('done');
    const named = await post({ canLike: { automaticApproval: [mallory.uri], manualApproval: [] } });
    expect(await deliver(mallory, activity(mallory, 'Like', named.uri))).toBe('done');
    expect(await deliver(carl, activity(carl, 'Like', named.uri))).toBe('not_authorized');
  });

  it('a boost is shown when its author agrees', async () => {
    const { alice, deliver, activity } = scene;
    const { id, uri } = await post({ canAnnounce: ask });
    const boosts = async (): Promise<unknown> => (await shown(id))['reblogs_count'];
    expect(await deliver(carl, activity(carl, 'Announce', uri, { to: [everybody] }))).toBe('not_authorized');
    expect(await boosts()).toBe(0);
    const boost = activity(carl, 'Announce', uri, { to: [everybody] });
    const announceAuthorization = agree('AnnounceAuthorization', boost['id'], uri);
    expect(await deliver(carl, { ...boost, announceAuthorization })).toBe('done');
    expect(await boosts()).toBe(1);
    const [by] = (await alice.api('GET', `/api/v1/statuses/${id}/reblogged_by`)).body;
    expect(by.uri).toBe(carl.uri);

    expect(await revoke(announceAuthorization, carl)).toBe('other_host');
    expect(await revoke(announceAuthorization, scene.mallory)).toBe('unknown_object');
    expect(await boosts()).toBe(1);
    expect(await revoke(announceAuthorization)).toBe('done');
    expect(await boosts()).toBe(0);
    expect(await scene.postOf(boost['id'])).toBeNull();
  });

  it('a like ends with the agreement to it', async () => {
    const { deliver, activity } = scene;
    const { id, uri } = await post({ canLike: ask });
    const like = activity(carl, 'Like', uri);
    const likeAuthorization = agree('LikeAuthorization', like['id'], uri);
    expect(await deliver(carl, { ...like, likeAuthorization })).toBe('done');
    expect(await revoke(likeAuthorization)).toBe('done');
    expect((await shown(id))['favourites_count']).toBe(0);
  });

  it('an answer is shown once a second Create brings the agreement, and no more when that is taken back', async () => {
    const { alice, note, activity, deliver, postOf } = scene;
    const { id, uri } = await post({ canReply: ask });
    const answer = note(carl, 'so?', { inReplyTo: uri });
    const answers = async (): Promise<unknown[]> => [
      (await alice.api('GET', `/api/v1/statuses/${id}/context`)).body.descendants.length,
      (await shown(id))['replies_count'],
    ];
    expect(await deliver(carl, activity(carl, 'Create', answer))).toBe('done');
    expect(await answers()).toEqual([0, 0]);
    const replyAuthorization = agree('ReplyAuthorization', answer['id'], uri);
    expect(await deliver(carl, activity(carl, 'Create', { ...answer, replyAuthorization }))).toBe('done');
    expect(await answers()).toEqual([1, 1]);
    expect(await revoke(replyAuthorization)).toBe('done');
    expect(await answers()).toEqual([0, 0]);
    const { id: answerId } = (await postOf(answer['id'])) ?? { id: 'none' };
    expect((await alice.api('GET', `/api/v1/statuses/${answerId}`)).status).toBe(404);
    // Saying the same again does not bring it back; a new agreement does.
    expect(await deliver(carl, activity(carl, 'Create', { ...answer, replyAuthorization }))).toBe('done');
    expect(await answers()).toEqual([0, 0]);
    const again = { ...answer, replyAuthorization: agree('ReplyAuthorization', answer['id'], uri) };
    expect(await deliver(carl, activity(carl, 'Create', again))).toBe('done');
    expect(await answers()).toEqual([1, 1]);
  });

  it('a quote is shown once a second Create brings the agreement, and no more when that is taken back', async () => {
    const { note, activity, deliver, postOf } = scene;
    const { uri } = await post({ canQuote: ask });
    const quoting = note(carl, 'look', { quote: uri });
    expect(await deliver(carl, activity(carl, 'Create', quoting))).toBe('done');
    const state = async (): Promise<unknown> => {
      const { id } = (await postOf(quoting['id'])) ?? { id: 'none' };
      return ((await shown(id))['quote'] as Json | null)?.['state'];
    };
    expect(await state()).toBe('pending');
    const quoteAuthorization = agree('QuoteAuthorization', quoting['id'], uri);
    expect(await deliver(carl, activity(carl, 'Create', { ...quoting, quoteAuthorization }))).toBe('done');
    expect(await state()).toBe('accepted');
    expect(await revoke(quoteAuthorization)).toBe('done');
    expect(await state()).toBe('revoked');
  });
});

describe('ours', () => {
  it('an answer, a like and a boost end with the agreement to them', async () => {
    const { alice, eve, server, deliver, activity } = scene;
    const { id, uri } = await post({ canReply: ask, canLike: ask, canAnnounce: ask });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', { status: 'I', in_reply_to_id: id });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    await alice.api('POST', `/api/v1/statuses/${id}/reblog`);
    await server.settle();
    const results = [];
    for (const kind of ['Reply', 'Like', 'Announce']) {
      const request = requestOf(`${kind}Request`);
      const result = agree(`${kind}Authorization`, (request['instrument'] as Json)['id'], uri);
      expect(await deliver(eve, activity(eve, 'Accept', request, { result }))).toBe('done');
      results.push(result);
    }
    const counts = async (): Promise<unknown> => {
      const { favourited, reblogged, favourites_count, reblogs_count, replies_count } = await shown(id);
      return { favourited, reblogged, counts: [favourites_count, reblogs_count, replies_count] };
    };
    expect(await counts()).toEqual({ favourited: true, reblogged: true, counts: [1, 1, 1] });
    for (const result of results) expect(await revoke(result)).toBe('done');
    expect(await counts()).toEqual({ favourited: false, reblogged: false, counts: [0, 0, 0] });
    expect(await shown(reply.id)).toMatchObject({ approval_refused: true });
  });

  it('are allowed by an Accept without a result, of the very author, for just that', async () => {
    const { alice, eve, mallory, server, deliver, activity } = scene;
    const other = await post({ canReply: ask });
    const { id, uri } = await post({ canReply: ask, canLike: ask });
    const { body: reply } = await alice.api('POST', '/api/v1/statuses', { status: 'may I?', in_reply_to_id: id });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    await server.settle();
    const request = requestOf('ReplyRequest');
    expect(await deliver(mallory, activity(mallory, 'Accept', reply.uri))).toBe('unknown_object');
    expect(await deliver(carl, activity(carl, 'Accept', request))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Accept', { ...request, object: other.uri }))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Accept', reply.uri, { target: other.uri }))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Accept', request, { result: {} }))).toBe('malformed');
    expect((await shown(reply.id))['pending_approval']).toBe(true);

    const accept = activity(eve, 'Accept', reply.uri, { target: uri });
    expect(await deliver(eve, accept)).toBe('done');
    expect(await shown(reply.id)).not.toHaveProperty('pending_approval');
    const sent = requestOf('Create')['object'];
    expect(sent).toMatchObject({ id: reply.uri, approvedBy: accept['id'] });
    expect(sent).not.toHaveProperty('replyAuthorization');
    expect(await deliver(eve, activity(eve, 'Accept', requestOf('LikeRequest')))).toBe('done');
    expect(requestOf('Like')).toMatchObject({ object: uri });
    // The Accept is the agreement: it ends as one.
    expect(await deliver(eve, activity(eve, 'Delete', accept['id']))).toBe('done');
    expect(await shown(reply.id)).toMatchObject({ approval_refused: true });
    expect((await call(server.origin, 'GET', `/api/v1/statuses/${reply.id}`)).status).toBe(404);
  });
});
