// Communities of other servers (FEP-1b12): what people here write in a group reaches it, and who joins one finds its last posts.
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
      audience: scene.birds.uri,
      to: [everybody],
      cc: [`${scene.aliceUri}/followers`, scene.birds.uri],
      object: { type: 'Note', audience: scene.birds.uri, inReplyTo: null },
    });
    expect(body.group).toMatchObject({ acct: `birds@${there.host}` });
    expect(await scene.passedOn(create ?? {})).toBe('done');
    expect((await scene.statusOf(body.id)).body.reblogs_count).toBe(1);
    const plain = activity(scene.birds, 'Announce', body.uri, {
      to: [everybody],
      cc: [`${scene.birds.uri}/followers`],
    });
    expect(await scene.deliver(scene.birds, plain)).toBe('done');
    expect((await scene.statusOf(body.id)).body.reblogs_count).toBe(1);
  });

  it('is an answer that goes to the group without naming it; so do its edit, its deletion and likes', async () => {
    const { alice, server, there, elsewhere } = scene;
    const { document } = await scene.posted('Questions');
    const foreign = scene.comment(scene.frank, 'from afar', document);
    scene.show(elsewhere, foreign);
    expect(await scene.passedOn(scene.activity(scene.frank, 'Create', foreign))).toBe('done');
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
      expect(one).toMatchObject({ audience: scene.birds.uri });
      expect([...(one['to'] as string[]), ...(one['cc'] as string[])]).toContain(scene.birds.uri);
    }
  });

  it('stays away from the group when it is not for everybody', async () => {
    const { alice, server, there } = scene;
    const { status } = await scene.posted('Quiet');
    const before = there.delivered.length;
    const { body } = await alice.api('POST', '/api/v1/statuses', {
      status: `@nora@${there.host} between us`,
      visibility: 'direct',
      in_reply_to_id: status.id,
    });
    await server.settle();
    expect(body.group).toBeNull();
    const [create] = sent(before);
    expect(create).toMatchObject({ to: [scene.nora.uri], cc: [] });
    expect(create).not.toHaveProperty('audience');
  });
});

it('who joins a group finds its last posts', async () => {
  const { there, elsewhere, alice, server, deliver, activity } = scene;
  const trees = await there.person('trees', { type: 'Group' });
  const [oak, elm] = [
    scene.page(scene.nora, 'Oaks', { audience: trees.uri }),
    scene.page(scene.frank, 'Elms', { audience: trees.uri }),
  ];
  scene.show(there, oak);
  scene.show(elsewhere, elm);
  const items = [oak, elm].map((document, at) => ({
    ...scene.passOn(
      activity(at === 0 ? scene.nora : scene.frank, 'Create', { ...document, content: '<p>not believed</p>' }),
      trees,
    ),
  }));
  scene.show(there, { id: `${trees.uri}/outbox`, type: 'OrderedCollection', totalItems: 2, orderedItems: items });
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
