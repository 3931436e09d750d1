// What strangers may do to polls: vote once for what there is to vote for, and change what is theirs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

let count = 0;
const ask = async (more: object = {}): Promise<{ id: string; uri: string }> => {
  const poll = { options: ['yes', 'no'], expires_in: 3600 };
  return (await scene.alice.api('POST', '/api/v1/statuses', { status: 'well?', poll, ...more })).body;
};
const vote = (voter: Stranger, uri: string, name: string, more: Json = {}): Promise<string | null> => {
  count += 1;
  const id = `${voter.uri}/votes/${count}`;
  const note = { id, type: 'Note', attributedTo: voter.uri, name, inReplyTo: uri, to: [scene.aliceUri], ...more };
  return scene.deliver(voter, scene.activity(voter, 'Create', note));
};
const read = async (id: string): Promise<{ votes_count: number; options: Array<{ votes_count: number }> }> =>
  (await scene.alice.api('GET', `/api/v1/polls/${id}`)).body;

it('a vote counts once, whoever sends it again and whatever else they choose', async () => {
  const { id, uri } = await ask();
  expect(await vote(scene.eve, uri, 'yes')).toBe('done');
  expect(await vote(scene.eve, uri, 'yes')).toMatch(/refused/);
  expect(await vote(scene.eve, uri, 'no')).toMatch(/refused/);
  expect(await vote(scene.eve, uri, 'maybe')).toBe('unknown_option');
  expect(await vote(scene.mallory, uri, 'no', { attributedTo: scene.eve.uri })).toBe('not_owner');
  expect(await read(id)).toMatchObject({ votes_count: 1, options: [{ votes_count: 1 }, { votes_count: 0 }] });
});

it('choices come one by one where several may be chosen', async () => {
  const { id, uri } = await ask({ poll: { options: ['a', 'b', 'c'], multiple: true, expires_in: 3600 } });
  expect([await vote(scene.eve, uri, 'a'), await vote(scene.eve, uri, 'c')]).toEqual(['done', 'done']);
  expect(await vote(scene.eve, uri, 'a')).toMatch(/refused/);
  expect(await read(id)).toMatchObject({ votes_count: 2, voters_count: 1 });
});

it('nobody votes in what they may not see, or where there is no poll', async () => {
  const { id, uri } = await ask({ visibility: 'private' });
  expect(await vote(scene.eve, uri, 'yes')).toMatch(/refused/);
  expect((await read(id)).votes_count).toBe(0);
  const { body: plain } = await scene.alice.api('POST', '/api/v1/statuses', { status: 'no question' });
  expect(await vote(scene.eve, plain.uri, 'yes')).toBe('unknown_object');
});

it('counts of a foreign poll are its origin’s; other options make another poll', async () => {
  const { eve, activity, note, deliver, alice, postOf } = scene;
  const option = (name: string, totalItems: number): Json => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems },
  });
  const question = (options: Json[], more: Json = {}): Json => ({
    ...note(eve, 'which?', { id: `${eve.uri}/notes/poll`, published: '2026-01-01T00:00:00Z' }),
    type: 'Question',
    oneOf: options,
    endTime: new Date(Date.now() + 3_600_000).toISOString(),
    ...more,
  });
  expect(await deliver(eve, activity(eve, 'Create', question([option('a', 5), option('b', 3)])))).toBe('done');
  const id = (await postOf(`${eve.uri}/notes/poll`))?.id ?? '';
  expect((await alice.api('POST', `/api/v1/polls/${id}/votes`, { choices: [1] })).body.votes_count).toBe(9);
  await deliver(eve, activity(eve, 'Update', question([option('a', 4), option('b', 1)], { votersCount: 5 })));
  const { body: counted } = await alice.api('GET', `/api/v1/polls/${id}`);
  expect(counted).toMatchObject({ votes_count: 5, voters_count: 5, own_votes: [1] });
  await deliver(eve, activity(eve, 'Update', question([option('a', 4), option('z', 99)])));
  await deliver(
    eve,
    activity(eve, 'Update', question([option('c', 0), option('d', 0)], { updated: new Date().toISOString() })),
  );
  const { body: anew } = await alice.api('GET', `/api/v1/polls/${id}`);
  expect(anew).toMatchObject({ votes_count: 0, voted: false, options: [{ title: 'c' }, { title: 'd' }] });
});
