// Reports between servers: what is told of our people, and what is not believed.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

const reports = async (): Promise<
  Array<{ target_id: string; comment: string; post_ids: string[]; domain: string }>
> => {
  const { rows } = await scene.server.ctx.database.pool.query(
    `select r.target_id, r.comment, r.post_ids, a.domain from reports r join accounts a on a.id = r.reporter_id order by r.id`,
  );
  return rows;
};

it('a report of one of ours is kept, with the posts of theirs that it names', async () => {
  const { alice, aliceUri, eve, there, activity, note, deliver } = scene;
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'rude words' });
  const foreign = note(eve, 'not ours');
  const sent = activity(eve, 'Flag', [aliceUri, post.uri, foreign['id']], { content: '<p>She is <b>rude</b></p>' });
  expect(await deliver(eve, sent)).toBe('done');
  expect(await reports()).toEqual([
    { target_id: alice.accountId, comment: 'She is rude', post_ids: [post.id], domain: there.host },
  ]);
});

it('a report that names a post only is about its author', async () => {
  const { alice, eve, activity, deliver } = scene;
  const { body: post } = await alice.api('POST', '/api/v1/statuses', {
    status: 'more rude words',
    visibility: 'private',
  });
  expect(await deliver(eve, activity(eve, 'Flag', post.uri))).toBe('done');
  expect((await reports()).at(-1)).toMatchObject({ target_id: alice.accountId, post_ids: [post.id] });
});

it('a report of nobody here, or of the server itself, is dropped', async () => {
  const { server, eve, mallory, activity, deliver } = scene;
  const before = (await reports()).length;
  expect(await deliver(eve, activity(eve, 'Flag', [mallory.uri]))).toBe('unknown_object');
  expect(await deliver(eve, activity(eve, 'Flag', [`${server.origin}/ap/instance`]))).toBe('unknown_object');
  expect(await reports()).toHaveLength(before);
});

it('a server that reports without end is no longer heard on that day, and others are', async () => {
  const { aliceUri, eve, mallory, there, elsewhere, activity, inbox, deliver, server } = scene;
  for (let count = 0; count < 60; count += 1) await eve.send(inbox, activity(eve, 'Flag', [aliceUri]));
  await server.settle();
  expect((await reports()).filter(({ domain }) => domain === there.host)).toHaveLength(50);
  expect(await deliver(mallory, activity(mallory, 'Flag', [aliceUri]))).toBe('too_many');
  const judge = await elsewhere.person('judge');
  expect(await deliver(judge, activity(judge, 'Flag', [aliceUri]))).toBe('done');
});

it('a report with ten thousand posts is cut', async () => {
  const { aliceUri, elsewhere, activity, deliver } = scene;
  const judge = await elsewhere.person('patient-judge');
  const many = Array.from({ length: 400 }, (_, index) => `https://far.example/${index}`);
  expect(await deliver(judge, activity(judge, 'Flag', [aliceUri, ...many]))).toBe('done');
});
