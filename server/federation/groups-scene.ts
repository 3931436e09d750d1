// Where the tests of groups play: the scene of the inbox with a community that alice has joined, nora who lives next to it, and frank of
// a third server.
import { expect } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import type { StrangeServer, Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

export interface GroupScene extends Scene {
  birds: Stranger;
  nora: Stranger;
  frank: Stranger;
  /** A post in the group, as Lemmy writes it. */
  page(author: Stranger, name: string, more?: Json): Json;
  comment(author: Stranger, content: string, parent: Json): Json;
  /** The group's Announce of somebody's activity. */
  passOn(inner: Json, by?: Stranger): Json;
  show(at: StrangeServer, document: Json): void;
  /** What becomes of an activity that the group passes on. */
  passedOn(inner: Json, by?: Stranger): Promise<string | null>;
  /** A post by nora that the group has passed on, with alice's view of it. */
  posted(name: string): Promise<{ document: Json; status: Answer['body'] }>;
  statusOf(id: string): Promise<Answer>;
}

/** Opens it; alice follows the group, and is accepted. */
export async function openGroupScene(): Promise<GroupScene> {
  const plain = await openScene();
  const { there, elsewhere, alice, server, deliver, activity, note, postOf } = plain;
  const birds = await there.person('birds', { type: 'Group', name: 'Birds' });
  const [nora, frank] = await Promise.all([there.person('nora'), elsewhere.person('frank')]);
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=birds@${there.host}&resolve=true`)).body;
  expect(found).toMatchObject({ group: true, display_name: 'Birds' });
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  await server.settle();
  const follow = there.delivered.findLast(({ activity: sent }) => sent['type'] === 'Follow')?.activity ?? {};
  expect(follow).toMatchObject({ object: birds.uri });
  expect(await deliver(birds, activity(birds, 'Accept', follow))).toBe('done');
  expect(await deliver(birds, activity(birds, 'Accept', follow))).toBe('no_request');
  const scene: GroupScene = {
    ...plain,
    birds,
    nora,
    frank,
    page: (author, name, more = {}) => ({
      ...note(author, `About ${name}.`),
      type: 'Page',
      name,
      to: [birds.uri, everybody],
      cc: [],
      audience: birds.uri,
      ...more,
    }),
    comment: (author, content, parent) =>
      note(author, content, { to: [everybody], cc: [birds.uri], audience: birds.uri, inReplyTo: parent['id'] }),
    passOn(inner, by = birds) {
      const { '@context': _context, ...object } = inner;
      return activity(by, 'Announce', object, { to: [everybody], cc: [`${by.uri}/followers`] });
    },
    show: (at, document) =>
      at.show(new URL(String(document['id'])).pathname, {
        '@context': 'https://www.w3.org/ns/activitystreams',
        ...document,
      }),
    passedOn: (inner, by = birds) => deliver(by, scene.passOn(inner, by)),
    async posted(name) {
      const document = scene.page(nora, name);
      expect(await scene.passedOn(activity(nora, 'Create', document))).toBe('done');
      const id = (await postOf(document['id']))?.id ?? '';
      return { document, status: (await scene.statusOf(id)).body };
    },
    statusOf: (id) => alice.api('GET', `/api/v1/statuses/${id}`),
  };
  return scene;
}
