// Communities of other servers (FEP-1b12), as Lemmy has them: what a group passes on is shown and counted as far as it is
// proven, and what people here write in a group reaches it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import type { StrangeServer, Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
let birds: Stranger;
let nora: Stranger;
let frank: Stranger;

beforeAll(async () => {
  scene = await openScene();
  const { there, elsewhere, alice, server, deliver, activity } = scene;
  birds = await there.person('birds', { type: 'Group', name: 'Birds' });
  nora = await there.person('nora');
  frank = await elsewhere.person('frank');
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=birds@${there.host}&resolve=true`)).body;
  expect(found).toMatchObject({ group: true, display_name: 'Birds' });
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  await server.settle();
  const follow = there.delivered.findLast(({ activity: sent }) => sent['type'] === 'Follow')?.activity ?? {};
  expect(follow).toMatchObject({ object: birds.uri });
  expect(await deliver(birds, activity(birds, 'Accept', follow))).toBe('done');
  expect(await deliver(birds, activity(birds, 'Accept', follow))).toBe('no_request');
});
afterAll(() => scene?.close());

/** A post in the group, as Lemmy writes it. */
function page(author: Stranger, name: string, more: Json = {}): Json {
  const { note } = scene;
  return {
    ...note(author, `About ${name}.`),
    type: 'Page',
    name,
    to: [birds.uri, everybody],
    cc: [],
    audience: birds.uri,
    ...more,
  };
}

function comment(author: Stranger, content: string, parent: Json): Json {
  return scene.note(author, content, {
    to: [everybody],
    cc: [birds.uri],
    audience: birds.uri,
    inReplyTo: parent['id'],
  });
}

/** The group's Announce of somebody's activity. */
function passOn(inner: Json, by: Stranger = birds): Json {
  const { '@context': _context, ...object } = inner;
  return scene.activity(by, 'Announce', object, { to: [everybody], cc: [`${by.uri}/followers`] });
}

const show = (at: StrangeServer, document: Json): void =>
  at.show(new URL(String(document['id'])).pathname, {
    '@context': 'https://www.w3.org/ns/activitystreams',
    ...document,
  });

async function home(): Promise<Answer['body'][]> {
  return (await scene.alice.api('GET', '/api/v1/timelines/home?limit=40')).body;
}

/** A post by nora that the group has passed on, with alice's view of it. */
async function posted(name: string): Promise<{ document: Json; status: Answer['body'] }> {
  const { deliver, activity, postOf, alice } = scene;
  const document = page(nora, name);
  expect(await deliver(birds, passOn(activity(nora, 'Create', document)))).toBe('done');
  const id = (await postOf(document['id']))?.id ?? '';
  return { document, status: (await alice.api('GET', `/api/v1/statuses/${id}`)).body };
}

const statusOf = async (id: string): Promise<Answer> => scene.alice.api('GET', `/api/v1/statuses/${id}`);
const outcomeOf = async (inner: Json, by?: Stranger): Promise<string | null> =>
  scene.deliver(by ?? birds, passOn(inner, by));

describe('what a group passes on', () => {
  it('is at home as boosted by the group, once, with title and text', async () => {
    const { deliver, activity } = scene;
    const { document, status } = await posted('Rooks');
    expect(status).toMatchObject({
      account: { acct: `nora@${scene.there.host}` },
      group: { acct: `birds@${scene.there.host}` },
      content: expect.stringContaining('<p><strong>Rooks</strong></p><p>About Rooks.</p>'),
      visibility: 'public',
    });
    // The same as servers that know no groups understand it.
    const plain = activity(birds, 'Announce', document['id'], { to: [everybody], cc: [`${birds.uri}/followers`] });
    expect(await deliver(birds, plain)).toBe('done');
    const shown = (await home()).filter(({ reblog, uri }) => (reblog?.uri ?? uri) === document['id']);
    expect(shown).toMatchObject([{ account: { group: true, username: 'birds' }, reblog: { id: status.id } }]);
  });

  it('of an author whom one follows too is at home once', async () => {
    const { activity, deliver, eve } = scene;
    const document = page(eve, 'Both ways');
    expect(await deliver(eve, activity(eve, 'Create', document))).toBe('done');
    expect(await outcomeOf(activity(eve, 'Create', document))).toBe('done');
    expect((await home()).filter(({ reblog, uri }) => (reblog?.uri ?? uri) === document['id'])).toHaveLength(1);
  });

  it('threads comments under their post, and boosts none of them', async () => {
    const { activity, alice } = scene;
    const { document, status } = await posted('Jackdaws');
    const first = comment(nora, 'first', document);
    expect(await outcomeOf(activity(nora, 'Create', first))).toBe('done');
    expect(await outcomeOf(activity(nora, 'Create', comment(nora, 'second', first)))).toBe('done');
    const { body } = await alice.api('GET', `/api/v1/statuses/${status.id}/context`);
    expect(body.descendants.map(({ content }: Answer['body']) => content)).toEqual(['<p>first</p>', '<p>second</p>']);
    expect((await home()).filter(({ reblog }) => reblog?.uri === first['id'])).toEqual([]);
  });

  it('changes, and is counted, as people of its own server do', async () => {
    const { activity } = scene;
    const { document, status } = await posted('Magpies');
    const later = new Date(Date.now() + 1000).toISOString();
    const edited = { ...document, content: '<p>Better.</p>', updated: later };
    expect(await outcomeOf(activity(nora, 'Update', edited))).toBe('done');
    const like = activity(nora, 'Like', document['id'], { audience: birds.uri });
    expect(await outcomeOf(like)).toBe('done');
    expect((await statusOf(status.id)).body).toMatchObject({
      content: expect.stringContaining('<p>Better.</p>'),
      edited_at: later,
      favourites_count: 1,
    });
    expect(await outcomeOf(activity(nora, 'Undo', like))).toBe('done');
    expect((await statusOf(status.id)).body.favourites_count).toBe(0);
    expect(await outcomeOf(activity(nora, 'Like', document['id']))).toBe('done');
    // Who turns against it likes it no more; votes against are counted nowhere.
    const dislike = activity(nora, 'Dislike', document['id']);
    expect(await outcomeOf(dislike)).toBe('done');
    expect((await statusOf(status.id)).body.favourites_count).toBe(0);
    expect(await outcomeOf(activity(nora, 'Undo', dislike))).toBe('ignored');
  });

  it('is deleted by its author for good; a moderator takes it out of the group only', async () => {
    const { activity, there } = scene;
    const [gone, removed] = [await posted('Gone'), await posted('Removed')];
    const deletion = activity(nora, 'Delete', gone.document['id']);
    expect(await outcomeOf(deletion)).toBe('done');
    expect((await statusOf(gone.status.id)).status).toBe(404);
    expect(await outcomeOf(activity(nora, 'Create', gone.document))).toBe('deleted');

    show(there, removed.document);
    const moderator = await there.person('moderator');
    const removal = activity(moderator, 'Delete', removed.document['id'], { summary: 'off topic' });
    expect(await outcomeOf(removal)).toBe('removed_from_group');
    expect((await statusOf(removed.status.id)).status).toBe(200);
    const boosts = async () => (await home()).filter(({ reblog }) => reblog?.id === removed.status.id).length;
    expect(await boosts()).toBe(0);
    expect(await outcomeOf(activity(moderator, 'Undo', removal))).toBe('done');
    expect(await boosts()).toBe(1);
  });

  it('is asked for again when the group itself changed', async () => {
    const { activity, alice, there } = scene;
    birds.document['name'] = 'All birds';
    expect(await outcomeOf(activity(nora, 'Update', { ...birds.document, name: 'Not this' }))).toBe('done');
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=birds@${there.host}`)).body;
    expect(found.display_name).toBe('All birds');
  });
});

describe('what people of third servers do in a group', () => {
  it('is taken as their own server has it, not as the group says', async () => {
    const { activity, elsewhere, postOf } = scene;
    const document = page(frank, 'From afar');
    show(elsewhere, document);
    const forged = { ...document, content: '<p>forged</p>' };
    expect(await outcomeOf(activity(frank, 'Create', forged))).toBe('done');
    expect((await postOf(document['id']))?.html).toContain('About From afar.');

    const later = new Date(Date.now() + 1000).toISOString();
    show(elsewhere, { ...document, content: '<p>true</p>', updated: later });
    expect(await outcomeOf(activity(frank, 'Update', { ...forged, updated: later }))).toBe('done');
    expect((await postOf(document['id']))?.html).toContain('true');
  });

  it('counts when their server shows the same vote, and only then', async () => {
    const { activity, elsewhere } = scene;
    const { document, status } = await posted('Votes');
    const likes = async (): Promise<number> => (await statusOf(status.id)).body.favourites_count;
    const like = activity(frank, 'Like', document['id']);
    expect(await outcomeOf(like)).toBe('unproven');
    show(elsewhere, { ...like, object: 'http://elsewhere.invalid/other' });
    expect(await outcomeOf(like)).toBe('unproven');
    show(elsewhere, like);
    expect(await outcomeOf(like)).toBe('done');
    expect(await likes()).toBe(1);
    const undo = activity(frank, 'Undo', like);
    expect(await outcomeOf(undo)).toBe('unproven');
    show(elsewhere, undo);
    expect(await outcomeOf(undo)).toBe('done');
    expect(await likes()).toBe(0);
  });

  it('is deleted when their server says that it is gone', async () => {
    const { activity, elsewhere, postOf } = scene;
    const document = page(frank, 'To go');
    show(elsewhere, document);
    expect(await outcomeOf(activity(frank, 'Create', document))).toBe('done');
    expect(await outcomeOf(activity(frank, 'Delete', document['id']))).toBe('removed_from_group');
    expect(await postOf(document['id'])).not.toBeNull();
    elsewhere.show(
      new URL(String(document['id'])).pathname,
      { id: document['id'], type: 'Tombstone' },
      { status: 410 },
    );
    expect(await outcomeOf(activity(frank, 'Delete', document['id']))).toBe('done');
    expect(await postOf(document['id'])).toBeNull();
  });
});

describe('what a group may not do', () => {
  it.each<[string, () => Json, string]>([
    [
      'speak for people of third servers',
      () => scene.activity(frank, 'Create', page(frank, 'Unseen')),
      'origin_missing',
    ],
    [
      'pass on what is another’s under one’s own name',
      () => scene.activity(nora, 'Create', page(frank, 'Stolen')),
      'other_host',
    ],
    [
      'bring an activity with an id of another host',
      () => ({ ...scene.activity(nora, 'Create', page(nora, 'x')), id: 'http://elsewhere.invalid/1' }),
      'malformed',
    ],
    [
      'speak for people of ours',
      () => ({ ...scene.activity(nora, 'Like', 'x'), id: `${scene.server.origin}/x`, actor: scene.aliceUri }),
      'own_object',
    ],
    ['make people follow', () => scene.activity(nora, 'Follow', scene.aliceUri), 'origin_missing'],
  ])('%s', async (_what, inner, outcome) => {
    expect(await outcomeOf(inner())).toBe(outcome);
  });

  it('nor may a person act as one, nor a group that nobody here follows bring posts', async () => {
    const { activity, there } = scene;
    const unknown = await there.person('fish', { type: 'Group' });
    const document = page(nora, 'Nobody asked', { to: [unknown.uri, everybody], audience: unknown.uri });
    expect(await outcomeOf(activity(nora, 'Create', document), unknown)).toBe('nobody_asked');
    expect(await outcomeOf(activity(nora, 'Create', document), scene.mallory)).toBe('nobody_asked');
  });
});

describe('what people here do in a group', () => {
  /** What came to the group's server since `before` deliveries. */
  const sent = (before: number): Json[] => scene.there.delivered.slice(before).map(({ activity }) => activity);

  it('is a post that names the group, and comes back as a boost', async () => {
    const { alice, server, there, activity } = scene;
    const before = there.delivered.length;
    const { body } = await alice.api('POST', '/api/v1/statuses', { status: `Look @birds@${there.host}` });
    await server.settle();
    const [create] = sent(before);
    expect(create).toMatchObject({
      type: 'Create',
      audience: birds.uri,
      to: [everybody],
      cc: [`${scene.aliceUri}/followers`, birds.uri],
      object: { type: 'Note', audience: birds.uri, inReplyTo: null },
    });
    expect(body.group).toMatchObject({ acct: `birds@${there.host}` });
    expect(await outcomeOf(create ?? {})).toBe('done');
    expect((await statusOf(body.id)).body.reblogs_count).toBe(1);
    const plain = activity(birds, 'Announce', body.uri, { to: [everybody], cc: [`${birds.uri}/followers`] });
    expect(await scene.deliver(birds, plain)).toBe('done');
    expect((await statusOf(body.id)).body.reblogs_count).toBe(1);
  });

  it('is an answer that goes to the group without naming it; so do its edit, its deletion and likes', async () => {
    const { alice, server, there, elsewhere } = scene;
    const { document } = await posted('Questions');
    const foreign = comment(frank, 'from afar', document);
    show(elsewhere, foreign);
    expect(await outcomeOf(scene.activity(frank, 'Create', foreign))).toBe('done');
    const id = (await scene.postOf(foreign['id']))?.id ?? '';
    const before = there.delivered.length;
    const { body: answer } = await alice.api('POST', '/api/v1/statuses', { status: 'indeed', in_reply_to_id: id });
    await alice.api('POST', `/api/v1/statuses/${id}/favourite`);
    await server.settle();
    await alice.api('POST', `/api/v1/statuses/${id}/unfavourite`);
    await alice.api('PUT', `/api/v1/statuses/${answer.id}`, { status: 'indeed!' });
    await server.settle();
    await alice.api('DELETE', `/api/v1/statuses/${answer.id}`);
    await server.settle();
    const got = sent(before);
    expect(got.map(({ type }) => type).toSorted()).toEqual(['Create', 'Delete', 'Like', 'Undo', 'Update']);
    for (const one of got) {
      expect(one).toMatchObject({ audience: birds.uri });
      expect([...(one['to'] as string[]), ...(one['cc'] as string[])]).toContain(birds.uri);
    }
  });

  it('stays away from the group when it is not for everybody', async () => {
    const { alice, server, there } = scene;
    const { status } = await posted('Quiet');
    const before = there.delivered.length;
    const { body } = await alice.api('POST', '/api/v1/statuses', {
      status: `@nora@${there.host} between us`,
      visibility: 'direct',
      in_reply_to_id: status.id,
    });
    await server.settle();
    expect(body.group).toBeNull();
    const [create] = sent(before);
    expect(create).toMatchObject({ to: [nora.uri], cc: [] });
    expect(create).not.toHaveProperty('audience');
  });
});

it('who joins a group finds its last posts', async () => {
  const { there, elsewhere, alice, server, deliver, activity } = scene;
  const trees = await there.person('trees', { type: 'Group' });
  const [oak, elm] = [page(nora, 'Oaks', { audience: trees.uri }), page(frank, 'Elms', { audience: trees.uri })];
  show(there, oak);
  show(elsewhere, elm);
  const items = [oak, elm].map((document, at) => ({
    ...passOn(activity(at === 0 ? nora : frank, 'Create', { ...document, content: '<p>not believed</p>' }), trees),
  }));
  show(there, { id: `${trees.uri}/outbox`, type: 'OrderedCollection', totalItems: 2, orderedItems: items });
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=trees@${there.host}&resolve=true`)).body;
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  await server.settle();
  const follow = there.delivered.findLast(({ activity: sent }) => sent['type'] === 'Follow')?.activity ?? {};
  expect(await deliver(trees, activity(trees, 'Accept', follow))).toBe('done');
  const { body } = await alice.api('GET', `/api/v1/accounts/${found.id}/statuses`);
  expect(body.map(({ reblog }: Answer['body']) => reblog.content.replaceAll(/<[^>]+>/g, '')).toSorted()).toEqual([
    expect.stringContaining('About Elms.'),
    expect.stringContaining('About Oaks.'),
  ]);
});
