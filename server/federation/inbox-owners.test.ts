// Whose things they are: nobody changes, deletes, undoes or speaks for what is another's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
let server: Scene['server'];
let there: Scene['there'];
let elsewhere: Scene['elsewhere'];
let alice: Scene['alice'];
let aliceUri: Scene['aliceUri'];
let inbox: Scene['inbox'];
let eve: Scene['eve'];
let mallory: Scene['mallory'];
let activity: Scene['activity'];
let note: Scene['note'];
let deliver: Scene['deliver'];
let outcomeOf: Scene['outcomeOf'];
let postOf: Scene['postOf'];

beforeAll(async () => {
  scene = await openScene();
  ({ server, there, elsewhere, alice, aliceUri, inbox, eve, mallory, activity, note, deliver, outcomeOf, postOf } =
    scene);
});
afterAll(() => scene?.close());

describe('whose things they are', () => {
  it('an activity with an id of another host changes nothing, and the true one works later', async () => {
    const genuine = activity(eve, 'Create', note(eve, 'genuine'));
    const stranger = await elsewhere.person('id-thief'.replace('-', ''));
    expect(
      await stranger.send(inbox, { ...activity(stranger, 'Create', note(stranger, 'x')), id: genuine['id'] }),
    ).toBe(202);
    expect(await outcomeOf(genuine)).toBeNull();
    expect(await deliver(eve, genuine)).toBe('done');
  });

  it.each<[string, (own: Json) => Json, string]>([
    ['an object of another host', (own) => ({ ...own, id: `http://elsewhere.invalid/notes/1` }), 'other_host'],
    ['an object of ours', (own) => ({ ...own, id: `${server.origin}/ap/posts/1` }), 'own_object'],
    ['the words of a neighbour', (own) => ({ ...own, attributedTo: mallory.uri }), 'not_owner'],
    ['the words of nobody', (own) => ({ ...own, attributedTo: undefined }), 'malformed'],
    ['what is no post', (own) => ({ ...own, type: 'Place' }), 'unsupported_object'],
    ['what says nothing', (own) => ({ ...own, type: 'Recipe', content: '' }), 'malformed'],
  ])('nobody creates %s', async (_what, change, reason) => {
    const object = change(note(eve, 'x'));
    expect(await deliver(eve, activity(eve, 'Create', object))).toBe(reason);
    expect(await postOf(object['id'])).toBeNull();
  });

  it('what has two types, or a list for an object, is dropped at the door', async () => {
    for (const object of [{ ...note(eve, 'x'), type: ['Note', 'Person'] }, [note(eve, 'x'), note(eve, 'y')]]) {
      expect(await deliver(eve, activity(eve, 'Create', object))).toBeNull();
    }
  });

  it('only its author updates and deletes a post', async () => {
    const object = note(eve, 'mine');
    expect(await deliver(eve, activity(eve, 'Create', object))).toBe('done');
    const changed = { ...object, content: '<p>stolen</p>', updated: new Date(Date.now() + 1000).toISOString() };
    expect(await deliver(mallory, activity(mallory, 'Update', changed))).toBe('not_owner');
    expect(await deliver(mallory, activity(mallory, 'Update', { ...changed, attributedTo: mallory.uri }))).toBe(
      'not_owner',
    );
    expect(await deliver(mallory, activity(mallory, 'Delete', object['id']))).toBe('not_owner');
    expect((await postOf(object['id']))?.html).toContain('mine');
    expect(await deliver(eve, activity(eve, 'Update', { ...changed, content: '<p>better</p>' }))).toBe('done');
    expect((await postOf(object['id']))?.html).toContain('better');
    expect(await deliver(eve, activity(eve, 'Delete', { id: object['id'], type: 'Tombstone' }))).toBe('done');
    expect(await postOf(object['id'])).toBeNull();
  });

  it('an update keeps author, address and what is answered; an older one changes nothing', async () => {
    const { body: parent } = await alice.api('POST', '/api/v1/statuses', { status: 'a question' });
    const object = note(eve, 'an answer', { inReplyTo: parent.uri });
    await deliver(eve, activity(eve, 'Create', object));
    const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
    await deliver(
      eve,
      activity(eve, 'Update', { ...object, content: '<p>newer</p>', inReplyTo: null, updated: at(20) }),
    );
    expect(await deliver(eve, activity(eve, 'Update', { ...object, content: '<p>older</p>', updated: at(10) }))).toBe(
      'unchanged',
    );
    expect(await postOf(object['id'])).toMatchObject({ html: '<p>newer</p>', in_reply_to_id: parent.id });
  });

  it('only oneself is updated as an actor, and by what one’s server shows', async () => {
    expect(await deliver(mallory, activity(mallory, 'Update', { ...eve.document, name: 'Owned' }))).toBe('not_owner');
    eve.document['name'] = 'Eve the Second';
    expect(
      await deliver(
        eve,
        activity(eve, 'Update', { ...eve.document, name: 'Not this', inbox: `${elsewhere.origin}/inbox` }),
      ),
    ).toBe('done');
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=eve@${there.host}`)).body;
    expect(found.display_name).toBe('Eve the Second');
    const { rows } = await server.ctx.database.pool.query('select inbox_url from accounts where uri = $1', [eve.uri]);
    expect(rows).toEqual([{ inbox_url: `${eve.uri}/inbox` }]);
  });

  it('only its doer undoes a like, a boost, a follow or a block', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'like me' });
    const like = activity(eve, 'Like', post.uri);
    const boost = activity(eve, 'Announce', post.uri, { to: [everybody] });
    const follow = activity(eve, 'Follow', aliceUri);
    for (const sent of [like, boost, follow]) expect(await deliver(eve, sent)).toBe('done');
    for (const sent of [like, boost, follow]) {
      expect(await deliver(mallory, activity(mallory, 'Undo', sent))).toBe('not_owner');
      expect(await deliver(mallory, activity(mallory, 'Undo', sent['id']))).toBe('unknown_object');
    }
    expect(await postOf(post.uri)).toMatchObject({ likes_count: 1, boosts_count: 1 });
    for (const sent of [like, boost, follow]) expect(await deliver(eve, activity(eve, 'Undo', sent))).toBe('done');
    expect(await postOf(post.uri)).toMatchObject({ likes_count: 0, boosts_count: 0 });
  });

  it('only whom one asked accepts or refuses a follow, and only one that was asked for', async () => {
    const [wanted] = (await alice.api('GET', `/api/v1/accounts/search?q=mallory@${there.host}&resolve=true`)).body;
    await alice.api('POST', `/api/v1/accounts/${wanted.id}/follow`);
    await server.settle();
    const follow = there.delivered.findLast((one) => one.activity['type'] === 'Follow')?.activity ?? {};
    const relation = async (): Promise<Answer['body']> =>
      (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${wanted.id}`)).body[0];
    expect(await deliver(eve, activity(eve, 'Accept', follow['id']))).toBe('unknown_object');
    expect(await deliver(eve, activity(eve, 'Accept', follow))).toBe('unknown_object');
    expect(await relation()).toMatchObject({ following: false, requested: true });
    expect(
      await deliver(mallory, activity(mallory, 'Accept', { type: 'Follow', actor: aliceUri, object: mallory.uri })),
    ).toBe('done');
    expect(await relation()).toMatchObject({ following: true, requested: false });
    expect(await deliver(mallory, activity(mallory, 'Reject', follow['id']))).toBe('done');
    expect(await relation()).toMatchObject({ following: false, requested: false });
    expect(
      await deliver(mallory, activity(mallory, 'Accept', { type: 'Follow', actor: aliceUri, object: mallory.uri })),
    ).toBe('no_request');
    expect(await relation()).toMatchObject({ following: false });
  });

  it('a boost shows what the origin has, not what the booster says, and nothing private', async () => {
    const author = await elsewhere.person('author');
    const object = note(author, 'the true words');
    elsewhere.show(new URL(String(object['id'])).pathname, object);
    expect(
      await deliver(eve, activity(eve, 'Announce', { ...object, content: '<p>forged words</p>' }, { to: [everybody] })),
    ).toBe('done');
    expect((await postOf(object['id']))?.html).toContain('the true words');

    const secret = note(author, 'for few', { to: [`${author.uri}/followers`], cc: [] });
    elsewhere.show(new URL(String(secret['id'])).pathname, secret);
    expect(await deliver(eve, activity(eve, 'Announce', secret['id'], { to: [everybody] }))).toBe('unknown_object');
    const { body: own } = await alice.api('POST', '/api/v1/statuses', {
      status: `@eve@${there.host} between us`,
      visibility: 'private',
    });
    expect(await deliver(eve, activity(eve, 'Announce', own.uri, { to: [everybody] }))).toBe('not_public');
  });

  it.each<[string, { status?: number; type?: string }, Json]>([
    ['is plain JSON', { type: 'application/json' }, {}],
    ['has no profile', { type: 'application/ld+json' }, {}],
    ['is a page', { type: 'text/html' }, {}],
    ['calls itself something on another host', {}, { id: 'http://elsewhere.invalid/notes/1' }],
    ['names an author of another host', {}, { attributedTo: 'http://elsewhere.invalid/users/victim' }],
    ['is gone', { status: 410 }, {}],
  ])('nothing is taken from a document that %s', async (what, options, change) => {
    const author = await elsewhere.person(what.replaceAll(/\W/g, ''));
    const object = note(author, 'x');
    elsewhere.show(new URL(String(object['id'])).pathname, { ...object, ...change }, options);
    await deliver(eve, activity(eve, 'Announce', object['id'], { to: [everybody] }));
    expect(await postOf(object['id'])).toBeNull();
  });
});
