// What strangers may do to quotes: ask, agree, refuse and take back what is theirs, and no more. A quote is shown when the quoted
// author's own server says so at its own address.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import { read } from '#server/testing/reader.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.there.delivered.length = 0;
});

const pathOf = (uri: unknown): string => new URL(String(uri)).pathname;
const policy = (...who: string[]): Json => ({ interactionPolicy: { canQuote: { automaticApproval: who } } });
const quoteOf = async (id: string): Promise<Answer['body']> =>
  (await scene.alice.api('GET', `/api/v1/statuses/${id}`)).body.quote;
const stateOf = async (note: Json): Promise<string | null> => {
  const post = await scene.postOf(note['id']);
  return (await quoteOf(post?.id ?? ''))?.state ?? null;
};

/** A note by a stranger that this server knows. */
async function known(author: Stranger, more: Json = {}): Promise<{ note: Json; id: string }> {
  const note = scene.note(author, 'words', more);
  scene.there.show(pathOf(note['id']), note);
  await scene.deliver(scene.eve, scene.activity(scene.eve, 'Announce', note['id'], { to: [everybody] }));
  return { note, id: (await scene.postOf(note['id']))?.id ?? '' };
}

let stamps = 0;
/** A document that says that an author agrees. */
function stamp(author: Stranger, quoting: unknown, quoted: unknown, more: Json = {}): string {
  stamps += 1;
  const id = `${author.uri}/stamps/${stamps}`;
  const document = { id, type: 'QuoteAuthorization', attributedTo: author.uri, interactingObject: quoting };
  scene.there.show(pathOf(id), { ...document, interactionTarget: quoted, ...more });
  return id;
}

/** What came to the strangers' inboxes of one type. */
const sent = (type: string): Json[] =>
  scene.there.delivered.map(({ activity }) => activity).filter((activity) => activity['type'] === type);

describe('a quote of a stranger’s post', () => {
  const quote = async (quoted: { id: string }): Promise<Answer['body']> => {
    const { body } = await scene.alice.api('POST', '/api/v1/statuses', { status: 'see', quoted_status_id: quoted.id });
    await scene.server.settle();
    return body;
  };

  it('is asked for, and shown when their server says at its own address that they agree to just this', async () => {
    const { eve, mallory, activity, deliver } = scene;
    const quoted = await known(eve, policy(everybody));
    const other = await known(eve, policy(everybody));
    const { id, uri, quote: first } = await quote(quoted);
    expect(first).toEqual({ state: 'pending', quoted_status: null });
    const [request = {}] = sent('QuoteRequest');
    expect(request).toMatchObject({ actor: scene.aliceUri, object: quoted.note['id'], instrument: { id: uri } });
    const accept = (by: Stranger, result: unknown): Promise<string | null> =>
      deliver(by, activity(by, 'Accept', request, { result }));
    const target = quoted.note['id'];
    const wrong = [
      stamp(eve, other.note['id'], target),
      stamp(eve, uri, other.note['id']),
      stamp(eve, uri, target, { attributedTo: mallory.uri }),
      stamp(eve, uri, target, { type: 'LikeAuthorization' }),
    ];
    for (const result of wrong) expect(await accept(eve, result)).toBe('not_authorized');
    const right = stamp(eve, uri, target);
    const embedded = {
      type: 'QuoteAuthorization',
      attributedTo: eve.uri,
      interactingObject: uri,
      interactionTarget: target,
    };
    expect(await accept(eve, { id: `${eve.uri}/stamps/none`, ...embedded })).toBe('origin_missing');
    expect(await accept(eve, { id: `${scene.elsewhere.origin}/stamps/1`, ...embedded })).toBe('not_authorized');
    expect(await accept(eve, undefined)).toBe('malformed');
    expect(await accept(mallory, right)).toBe('unknown_object');
    expect((await quoteOf(id)).state).toBe('pending');
    expect(await accept(eve, right)).toBe('done');
    expect(await quoteOf(id)).toMatchObject({ state: 'accepted', quoted_status: { id: quoted.id, quotes_count: 1 } });
    const [update = {}] = sent('Update');
    expect(update['object']).toMatchObject({ id: uri, quote: target, quoteAuthorization: right });
  });

  it('ends when its author takes the agreement back, and by nobody else’s word', async () => {
    const { eve, mallory, activity, deliver } = scene;
    const quoted = await known(eve, policy(everybody));
    const { id, uri } = await quote(quoted);
    const right = stamp(eve, uri, quoted.note['id']);
    await deliver(eve, activity(eve, 'Accept', sent('QuoteRequest')[0]?.['id'], { result: right }));
    expect((await quoteOf(id)).state).toBe('accepted');
    await deliver(mallory, activity(mallory, 'Delete', right));
    expect((await quoteOf(id)).state).toBe('accepted');
    expect(await deliver(eve, activity(eve, 'Delete', right))).toBe('done');
    expect(await quoteOf(id)).toEqual({ state: 'revoked', quoted_status: null });
    expect(await deliver(eve, activity(eve, 'Accept', sent('QuoteRequest')[0], { result: right }))).toBe('no_request');
    expect((await read(scene.server.origin, uri)).body).not.toHaveProperty('quote');
  });

  it('that is deleted while they are asked is gone', async () => {
    const { eve, activity, deliver } = scene;
    const quoted = await known(eve, policy(everybody));
    const { id } = await quote(quoted);
    expect(await deliver(eve, activity(eve, 'Delete', quoted.note['id']))).toBe('done');
    expect(await quoteOf(id)).toEqual({ state: 'deleted', quoted_status: null });
  });

  it('that was allowed may still be refused', async () => {
    const { eve, activity, deliver } = scene;
    const quoted = await known(eve, policy(everybody));
    const { id, uri } = await quote(quoted);
    const [request = {}] = sent('QuoteRequest');
    await deliver(eve, activity(eve, 'Accept', request, { result: stamp(eve, uri, quoted.note['id']) }));
    const counted = async (): Promise<number> =>
      (await scene.alice.api('GET', `/api/v1/statuses/${quoted.id}`)).body.quotes_count;
    expect(await counted()).toBe(1);
    expect(await deliver(eve, activity(eve, 'Reject', request))).toBe('done');
    expect([(await quoteOf(id)).state, await counted()]).toEqual(['revoked', 0]);
  });

  it('may be refused, and is not even asked for where nobody may', async () => {
    const { eve, mallory, activity, deliver, alice } = scene;
    const manual = { interactionPolicy: { canQuote: { manualApproval: [everybody] } } };
    const quoted = await known(eve, manual);
    const { body: seen } = await alice.api('GET', `/api/v1/statuses/${quoted.id}`);
    expect(seen.quote_approval).toEqual({ automatic: [], manual: ['public'], current_user: 'manual' });
    const { id } = await quote(quoted);
    const [request = {}] = sent('QuoteRequest');
    expect(await deliver(mallory, activity(mallory, 'Reject', request))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Reject', request))).toBe('done');
    expect((await quoteOf(id)).state).toBe('rejected');
    for (const rules of [{}, policy(eve.uri), policy()]) {
      const { id: closed } = await known(eve, rules);
      const answer = await alice.api('POST', '/api/v1/statuses', { status: 'see', quoted_status_id: closed });
      expect(answer.status).toBe(422);
    }
    const { id: forFollowers } = await known(eve, policy(`${eve.uri}/followers`));
    const { body: ruled } = await alice.api('GET', `/api/v1/statuses/${forFollowers}`);
    expect(ruled.quote_approval).toEqual({ automatic: ['followers'], manual: [], current_user: 'automatic' });
  });
});

describe('a request to quote a post of ours', () => {
  const ours = async (rule = 'public'): Promise<Answer['body']> =>
    (await scene.alice.api('POST', '/api/v1/statuses', { status: 'ours', quote_approval_policy: rule })).body;
  const ask = (by: Stranger, quoted: string, instrument: unknown): Promise<string | null> =>
    scene.deliver(by, scene.activity(by, 'QuoteRequest', quoted, { instrument }));

  it('is answered by the post’s policy; the agreement can be read until it is taken back', async () => {
    const { eve, mallory, alice, note, server } = scene;
    const quoted = await ours('followers');
    expect(await ask(eve, quoted.uri, note(eve, 'look', { quote: quoted.uri }))).toBe('refused');
    const [no = {}] = sent('Reject');
    expect(no).toMatchObject({ actor: scene.aliceUri, object: { type: 'QuoteRequest', object: quoted.uri } });
    await alice.api('PUT', `/api/v1/statuses/${quoted.id}/interaction_policy`, { quote_approval_policy: 'public' });
    const quoting = note(mallory, 'look', { quote: quoted.uri });
    expect(await ask(mallory, quoted.uri, quoting)).toBe('done');
    const [yes = {}] = sent('Accept');
    expect(yes).toMatchObject({ actor: scene.aliceUri, object: { type: 'QuoteRequest', instrument: quoting['id'] } });
    const agreement = await read(server.origin, String(yes['result']));
    expect(agreement.body).toMatchObject({
      id: yes['result'],
      type: 'QuoteAuthorization',
      attributedTo: scene.aliceUri,
      interactingObject: quoting['id'],
      interactionTarget: quoted.uri,
    });
    const { body: list } = await alice.api('GET', `/api/v1/statuses/${quoted.id}/quotes`);
    expect(list).toMatchObject([{ uri: quoting['id'], quote: { state: 'accepted' } }]);
    const [told] = (await alice.api('GET', '/api/v1/notifications?types[]=quote')).body;
    expect(told).toMatchObject({ type: 'quote', status: { uri: quoting['id'] } });
    await alice.api('POST', `/api/v1/statuses/${quoted.id}/quotes/${list[0].id}/revoke`);
    await server.settle();
    expect((await read(server.origin, String(yes['result']))).status).toBe(410);
    expect(sent('Delete')).toMatchObject([{ actor: scene.aliceUri, object: yes['result'] }]);
    expect(await ask(mallory, quoted.uri, quoting)).toBe('refused');
    expect(await stateOf(quoting)).toBe('revoked');
  });

  it('is the quoting author’s own: a stranger who was there first changes nothing', async () => {
    const { eve, mallory, note, there } = scene;
    const quoted = await ours();
    const quoting = note(eve, 'look', { quote: quoted.uri });
    there.show(pathOf(quoting['id']), quoting);
    expect(await ask(mallory, quoted.uri, quoting['id'])).toBe('not_owner');
    expect(await ask(mallory, quoted.uri, quoting)).toBe('not_owner');
    expect(sent('Accept')).toEqual([]);
    expect(await ask(eve, quoted.uri, quoting['id'])).toBe('done');
    expect(await stateOf(quoting)).toBe('accepted');
    expect(await ask(mallory, quoted.uri, { ...quoting, attributedTo: mallory.uri })).toBe('not_owner');
    const silent = note(eve, 'nothing of the kind');
    expect(await ask(eve, quoted.uri, silent)).toBe('other_object');
    expect(await ask(eve, `${scene.server.origin}/ap/posts/7`, quoting)).toBe('unknown_object');
    expect(await ask(eve, quoted.uri, { ...quoting, id: `${scene.elsewhere.origin}/1` })).toBe('other_host');
  });

  it('is refused to whom the author blocks', async () => {
    const { mallory, alice, note, there } = scene;
    const quoted = await ours();
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=mallory@${there.host}&resolve=true`)).body;
    await alice.api('POST', `/api/v1/accounts/${found.id}/block`);
    const quoting = note(mallory, 'look', { quote: quoted.uri });
    expect(await ask(mallory, quoted.uri, quoting)).toBe('refused');
    expect(await scene.postOf(quoting['id'])).toBeNull();
    await alice.api('POST', `/api/v1/accounts/${found.id}/unblock`);
  });
});

describe('a stranger’s quote of a stranger', () => {
  const create = async (by: Stranger, note: Json): Promise<void> => {
    expect(await scene.deliver(by, scene.activity(by, 'Create', note))).toBe('done');
  };

  it('waits until the agreement has been read where it stands, whoever else named it before', async () => {
    const { eve, mallory, note, deliver, activity, there } = scene;
    const quoted = note(mallory, 'quote me', policy(everybody));
    there.show(pathOf(quoted['id']), quoted);
    const quoting = note(eve, 'look', { quote: quoted['id'] });
    const right = stamp(mallory, quoting['id'], quoted['id']);
    const thief = note(eve, 'mine', { quote: quoted['id'], quoteAuthorization: right });
    await create(eve, thief);
    await create(eve, quoting);
    expect([await stateOf(thief), await stateOf(quoting)]).toEqual(['pending', 'pending']);
    const proven = { ...quoting, quoteAuthorization: right };
    await deliver(eve, activity(eve, 'Update', proven));
    expect([await stateOf(thief), await stateOf(quoting)]).toEqual(['pending', 'accepted']);
    await deliver(mallory, activity(mallory, 'Delete', { id: right, type: 'QuoteAuthorization' }));
    expect(await stateOf(quoting)).toBe('revoked');
  });

  it('in a form that asks nobody stays a link, unless they quote themselves', async () => {
    const { eve, mallory, note, there } = scene;
    const [theirs, own] = [note(mallory, 'quoted', policy(everybody)), note(eve, 'quoted', policy(everybody))];
    there.show(pathOf(theirs['id']), theirs);
    there.show(pathOf(own['id']), own);
    const mediaType = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
    const rel = 'https://misskey-hub.net/ns#_misskey_quote';
    const forms = (uri: unknown): Json[] => [
      { _misskey_quote: uri },
      { quoteUrl: uri },
      { quoteUri: uri },
      { tag: [{ type: 'Link', mediaType, href: uri, rel }] },
      { tag: [{ type: 'Link', mediaType, href: uri, name: 'RE: that' }] },
    ];
    const states = async (uri: unknown): Promise<Array<string | null>> => {
      const notes = forms(uri).map((form) => note(eve, 'look', form));
      for (const one of notes) await create(eve, one);
      return Promise.all(notes.map(stateOf));
    };
    expect(await states(theirs['id'])).toEqual(Array(5).fill(null));
    expect(await states(own['id'])).toEqual(Array(5).fill('accepted'));
  });

  it('is not followed without end', async () => {
    const { eve, note, there, server } = scene;
    const chain = Array.from({ length: 8 }, () => note(eve, 'and', {}));
    chain.forEach((one, place) => Object.assign(one, { quote: chain[place + 1]?.['id'] }));
    for (const one of chain.slice(1)) there.show(pathOf(one['id']), one);
    await create(eve, chain[0] ?? {});
    await server.settle();
    const stored = await Promise.all(chain.map(async (one) => (await scene.postOf(one['id'])) !== null));
    expect(stored).toEqual([true, true, true, true, false, false, false, false]);
  });
});
