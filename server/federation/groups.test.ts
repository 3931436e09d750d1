// Communities of other servers (FEP-1b12), as Lemmy has them: what a group passes on is shown and counted as far as it is proven.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import { openGroupScene, type GroupScene } from './groups-scene.ts';
import { everybody } from './scene.ts';

let scene: GroupScene;
beforeAll(async () => {
  scene = await openGroupScene();
});
afterAll(() => scene?.close());

async function home(): Promise<Answer['body'][]> {
  return (await scene.alice.api('GET', '/api/v1/timelines/home?limit=40')).body;
}

describe('what a group passes on', () => {
  it('is at home as boosted by the group, once, with title and text', async () => {
    const { deliver, activity } = scene;
    const { document, status } = await scene.posted('Rooks');
    expect(status).toMatchObject({
      account: { acct: `nora@${scene.there.host}` },
      group: { acct: `birds@${scene.there.host}` },
      content: expect.stringContaining('<p><strong>Rooks</strong></p><p>About Rooks.</p>'),
      visibility: 'public',
    });
    // The same as servers that know no groups understand it.
    const plain = activity(scene.birds, 'Announce', document['id'], {
      to: [everybody],
      cc: [`${scene.birds.uri}/followers`],
    });
    expect(await deliver(scene.birds, plain)).toBe('done');
    const shown = (await home()).filter(({ reblog, uri }) => (reblog?.uri ?? uri) === document['id']);
    expect(shown).toMatchObject([{ account: { group: true, username: 'birds' }, reblog: { id: status.id } }]);
  });

  it('of an author whom one follows too is at home once', async () => {
    const { activity, deliver, eve } = scene;
    const document = scene.page(eve, 'Both ways');
    expect(await deliver(eve, activity(eve, 'Create', document))).toBe('done');
    expect(await scene.passedOn(activity(eve, 'Create', document))).toBe('done');
    expect((await home()).filter(({ reblog, uri }) => (reblog?.uri ?? uri) === document['id'])).toHaveLength(1);
  });

  it('threads comments under their post, and boosts none of them', async () => {
    const { activity, alice } = scene;
    const { document, status } = await scene.posted('Jackdaws');
    const first = scene.comment(scene.nora, 'first', document);
    expect(await scene.passedOn(activity(scene.nora, 'Create', first))).toBe('done');
    expect(await scene.passedOn(activity(scene.nora, 'Create', scene.comment(scene.nora, 'second', first)))).toBe(
      'done',
    );
    const { body } = await alice.api('GET', `/api/v1/statuses/${status.id}/context`);
    expect(body.descendants.map(({ content }: Answer['body']) => content)).toEqual(['<p>first</p>', '<p>second</p>']);
    expect((await home()).filter(({ reblog }) => reblog?.uri === first['id'])).toEqual([]);
  });

  it('changes, and is counted, as people of its own server do', async () => {
    const { activity } = scene;
    const { document, status } = await scene.posted('Magpies');
    const later = new Date(Date.now() + 1000).toISOString();
    const edited = { ...document, content: '<p>Better.</p>', updated: later };
    expect(await scene.passedOn(activity(scene.nora, 'Update', edited))).toBe('done');
    const like = activity(scene.nora, 'Like', document['id'], { audience: scene.birds.uri });
    expect(await scene.passedOn(like)).toBe('done');
    expect((await scene.statusOf(status.id)).body).toMatchObject({
      content: expect.stringContaining('<p>Better.</p>'),
      edited_at: later,
      favourites_count: 1,
    });
    expect(await scene.passedOn(activity(scene.nora, 'Undo', like))).toBe('done');
    expect((await scene.statusOf(status.id)).body.favourites_count).toBe(0);
    expect(await scene.passedOn(activity(scene.nora, 'Like', document['id']))).toBe('done');
    // Who turns against it likes it no more; votes against are counted nowhere.
    const dislike = activity(scene.nora, 'Dislike', document['id']);
    expect(await scene.passedOn(dislike)).toBe('done');
    expect((await scene.statusOf(status.id)).body.favourites_count).toBe(0);
    expect(await scene.passedOn(activity(scene.nora, 'Undo', dislike))).toBe('ignored');
  });

  describe('of an author who restricts boosts', () => {
    const canAnnounce = { automaticApproval: [], manualApproval: [everybody] };
    const boosts = async ({ id: uri }: Json): Promise<unknown[]> => {
      const { id } = (await scene.postOf(uri)) ?? { id: 'none' };
      const shown = (await home()).filter(({ reblog }) => reblog?.id === id).length;
      return [shown, (await scene.statusOf(id)).body.reblogs_count];
    };

    it('is kept, but not boosted, however the group brings it', async () => {
      const { activity, birds, nora, there } = scene;
      const document = scene.page(nora, 'Not to boost', { interactionPolicy: { canAnnounce } });
      scene.show(there, document);
      expect(await scene.passedOn(activity(nora, 'Create', document))).toBe('done');
      expect(await boosts(document)).toEqual([0, 0]);
      expect(await scene.passedOn(activity(nora, 'Create', document['id']))).toBe('done');
      const named = activity(birds, 'Announce', document['id'], { to: [everybody] });
      expect(await scene.deliver(birds, named)).toBe('not_authorized');
      const judge = await there.person('judge');
      const back = activity(judge, 'Undo', activity(judge, 'Delete', document['id']));
      expect(await scene.passedOn(back)).toBe('not_authorized');
      expect(await boosts(document)).toEqual([0, 0]);
    });

    it('is boosted when they take the group in, and as long as they agree to its Announce', async () => {
      const { activity, birds, nora, there } = scene;
      const interactionPolicy = { canAnnounce: { automaticApproval: [birds.uri], manualApproval: [] } };
      const free = scene.page(nora, 'For the group', { interactionPolicy });
      scene.show(there, free);
      expect(await scene.passedOn(activity(nora, 'Create', free))).toBe('done');
      expect(await boosts(free)).toEqual([1, 1]);

      const asked = scene.page(nora, 'When asked', { interactionPolicy: { canAnnounce } });
      scene.show(there, asked);
      const announce = scene.passOn(activity(nora, 'Create', asked));
      const id = `${nora.uri}/authorizations/1`;
      const said = { attributedTo: nora.uri, interactingObject: announce['id'], interactionTarget: asked['id'] };
      scene.show(there, { id, type: 'AnnounceAuthorization', ...said });
      expect(await scene.deliver(birds, { ...announce, announceAuthorization: id })).toBe('done');
      expect(await boosts(asked)).toEqual([1, 1]);
      there.show(new URL(id).pathname, null);
      expect(await scene.deliver(nora, activity(nora, 'Delete', id))).toBe('done');
      expect(await boosts(asked)).toEqual([0, 0]);
    });
  });

  it('is deleted by its author for good; a moderator takes it out of the group only', async () => {
    const { activity, there } = scene;
    const [gone, removed] = [await scene.posted('Gone'), await scene.posted('Removed')];
    const deletion = activity(scene.nora, 'Delete', gone.document['id']);
    expect(await scene.passedOn(deletion)).toBe('done');
    expect((await scene.statusOf(gone.status.id)).status).toBe(404);
    expect(await scene.passedOn(activity(scene.nora, 'Create', gone.document))).toBe('deleted');

    scene.show(there, removed.document);
    const moderator = await there.person('moderator');
    const removal = activity(moderator, 'Delete', removed.document['id'], { summary: 'off topic' });
    expect(await scene.passedOn(removal)).toBe('removed_from_group');
    expect((await scene.statusOf(removed.status.id)).status).toBe(200);
    const boosts = async () => (await home()).filter(({ reblog }) => reblog?.id === removed.status.id).length;
    expect(await boosts()).toBe(0);
    expect(await scene.passedOn(activity(moderator, 'Undo', removal))).toBe('done');
    expect(await boosts()).toBe(1);
  });

  it('is asked for again when the group itself changed', async () => {
    const { activity, alice, there } = scene;
    scene.birds.document['name'] = 'All birds';
    expect(await scene.passedOn(activity(scene.nora, 'Update', { ...scene.birds.document, name: 'Not this' }))).toBe(
      'done',
    );
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=birds@${there.host}`)).body;
    expect(found.display_name).toBe('All birds');
  });
});

describe('what people of third servers do in a group', () => {
  it('is taken as their own server has it, not as the group says', async () => {
    const { activity, elsewhere, postOf } = scene;
    const document = scene.page(scene.frank, 'From afar');
    scene.show(elsewhere, document);
    const forged = { ...document, content: '<p>forged</p>' };
    expect(await scene.passedOn(activity(scene.frank, 'Create', forged))).toBe('done');
    expect((await postOf(document['id']))?.html).toContain('About From afar.');

    const later = new Date(Date.now() + 1000).toISOString();
    scene.show(elsewhere, { ...document, content: '<p>true</p>', updated: later });
    expect(await scene.passedOn(activity(scene.frank, 'Update', { ...forged, updated: later }))).toBe('done');
    expect((await postOf(document['id']))?.html).toContain('true');
  });

  it('counts when their server shows the same vote, and only then', async () => {
    const { activity, elsewhere } = scene;
    const { document, status } = await scene.posted('Votes');
    const likes = async (): Promise<number> => (await scene.statusOf(status.id)).body.favourites_count;
    const like = activity(scene.frank, 'Like', document['id']);
    expect(await scene.passedOn(like)).toBe('unproven');
    scene.show(elsewhere, { ...like, object: 'http://elsewhere.invalid/other' });
    expect(await scene.passedOn(like)).toBe('unproven');
    scene.show(elsewhere, like);
    expect(await scene.passedOn(like)).toBe('done');
    expect(await likes()).toBe(1);
    const undo = activity(scene.frank, 'Undo', like);
    expect(await scene.passedOn(undo)).toBe('unproven');
    scene.show(elsewhere, undo);
    expect(await scene.passedOn(undo)).toBe('done');
    expect(await likes()).toBe(0);
  });

  it('is deleted when their server says that it is gone', async () => {
    const { activity, elsewhere, postOf } = scene;
    const document = scene.page(scene.frank, 'To go');
    scene.show(elsewhere, document);
    expect(await scene.passedOn(activity(scene.frank, 'Create', document))).toBe('done');
    expect(await scene.passedOn(activity(scene.frank, 'Delete', document['id']))).toBe('removed_from_group');
    expect(await postOf(document['id'])).not.toBeNull();
    elsewhere.show(
      new URL(String(document['id'])).pathname,
      { id: document['id'], type: 'Tombstone' },
      { status: 410 },
    );
    expect(await scene.passedOn(activity(scene.frank, 'Delete', document['id']))).toBe('done');
    expect(await postOf(document['id'])).toBeNull();
  });
});

describe('what a group may not do', () => {
  it.each<[string, () => Json, string]>([
    [
      'speak for people of third servers',
      () => scene.activity(scene.frank, 'Create', scene.page(scene.frank, 'Unseen')),
      'origin_missing',
    ],
    [
      'pass on what is another’s under one’s own name',
      () => scene.activity(scene.nora, 'Create', scene.page(scene.frank, 'Stolen')),
      'other_host',
    ],
    [
      'bring an activity with an id of another host',
      () => ({
        ...scene.activity(scene.nora, 'Create', scene.page(scene.nora, 'x')),
        id: 'http://elsewhere.invalid/1',
      }),
      'malformed',
    ],
    [
      'speak for people of ours',
      () => ({ ...scene.activity(scene.nora, 'Like', 'x'), id: `${scene.server.origin}/x`, actor: scene.aliceUri }),
      'own_object',
    ],
    ['make people follow', () => scene.activity(scene.nora, 'Follow', scene.aliceUri), 'origin_missing'],
  ])('%s', async (_what, inner, outcome) => {
    expect(await scene.passedOn(inner())).toBe(outcome);
  });

  it('nor may a person act as one, nor a group that nobody here follows bring posts', async () => {
    const { activity, there } = scene;
    const unknown = await there.person('fish', { type: 'Group' });
    const document = scene.page(scene.nora, 'Nobody asked', { to: [unknown.uri, everybody], audience: unknown.uri });
    expect(await scene.passedOn(activity(scene.nora, 'Create', document), unknown)).toBe('nobody_asked');
    expect(await scene.passedOn(activity(scene.nora, 'Create', document), scene.mallory)).toBe('nobody_asked');
  });
});

describe('of which a group tells the id alone', () => {
  /** The group announces an address. */
  const name = (uri: unknown, by = scene.birds): Promise<string | null> =>
    scene.deliver(by, scene.activity(by, 'Announce', uri, { to: [everybody], cc: [`${by.uri}/followers`] }));
  /** The group announces an activity by its address, where its doer's server shows it. */
  async function pass(inner: Json): Promise<string | null> {
    scene.show(String(inner['actor']) === scene.frank.uri ? scene.elsewhere : scene.there, inner);
    return name(inner['id']);
  }

  it('is fetched from its own server and taken as if it were whole', async () => {
    const { activity, frank, nora, elsewhere, postOf } = scene;
    const document = scene.page(frank, 'By its id');
    expect(await pass(activity(frank, 'Create', document))).toBe('done');
    const id = (await postOf(document['id']))?.id ?? '';
    expect((await home()).filter(({ reblog }) => reblog?.id === id)).toMatchObject([
      { account: { username: 'birds' } },
    ]);
    const like = activity(nora, 'Like', document['id']);
    expect(await pass(like)).toBe('done');
    expect((await scene.statusOf(id)).body.favourites_count).toBe(1);
    expect(await pass(activity(nora, 'Undo', like))).toBe('done');
    expect((await scene.statusOf(id)).body.favourites_count).toBe(0);
    const later = new Date(Date.now() + 1000).toISOString();
    expect(await pass(activity(frank, 'Update', { ...document, content: '<p>Edited.</p>', updated: later }))).toBe(
      'done',
    );
    expect((await scene.statusOf(id)).body.content).toContain('Edited.');
    elsewhere.show(new URL(String(document['id'])).pathname, null);
    expect(await pass(activity(frank, 'Delete', document['id']))).toBe('done');
    expect(await postOf(document['id'])).toBeNull();
  });

  it('is asked for once when it is a post', async () => {
    const { frank, elsewhere, postOf } = scene;
    const document = scene.page(frank, 'Plain');
    scene.show(elsewhere, document);
    const path = new URL(String(document['id'])).pathname;
    expect(await name(document['id'])).toBe('done');
    expect(await name({ id: document['id'] })).toBe('done');
    expect(elsewhere.asked.filter((asked) => asked === path)).toHaveLength(1);
    expect(await postOf(document['id'])).toMatchObject({ boosts_count: 1 });
  });

  it('is dropped when it is another’s, not there, of no use, or nobody asked for it', async () => {
    const { activity, frank, nora, eve, elsewhere, there, aliceUri } = scene;
    const stolen = { ...activity(nora, 'Like', 'http://elsewhere.invalid/1'), id: `${frank.uri}/likes/stolen` };
    scene.show(elsewhere, stolen);
    expect(await name(stolen['id'])).toBe('malformed');
    const other = { ...activity(frank, 'Create', scene.page(nora, 'Stolen')), id: `${frank.uri}/creates/stolen` };
    expect(await pass(other)).toBe('other_host');
    expect(await name(`${frank.uri}/nothing`)).toBe('origin_missing');
    expect(await pass(activity(frank, 'Follow', aliceUri))).toBe('unknown_object');
    const like = activity(frank, 'Like', 'http://elsewhere.invalid/1');
    scene.show(elsewhere, like);
    const asked = elsewhere.asked.length;
    expect(await name(like['id'], await there.person('unjoined', { type: 'Group' }))).toBe('nobody_asked');
    expect(elsewhere.asked.length).toBe(asked);
    // Somebody who is no group boosts posts, and nothing else.
    expect(await name(like['id'], eve)).toBe('unknown_object');
  });
});
