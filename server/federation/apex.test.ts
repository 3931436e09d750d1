// With a second server that another author wrote: people of activitypub-express and ours follow, write, answer, edit, delete,
// block and undo, in both directions.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureInstanceActor } from '#server/features/accounts/activitypub/instance-actor.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { openApex, type Apex } from '#server/testing/apex.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { everybody } from './scene.ts';

let server: TestServer;
let apex: Apex;
let alice: Person;
let aliceUri: string;
/** Robin as alice's server knows them. */
let robinId: string;

beforeAll(async () => {
  [server, apex] = await Promise.all([openTestServer(), openApex(['robin'])]);
  alice = await signUp(server, 'alice');
  aliceUri = `${server.origin}/ap/users/${alice.accountId}`;
  await ensureInstanceActor(server.ctx);
  const { body } = await alice.api('GET', `/api/v1/accounts/search?q=robin@${apex.host}&resolve=true`);
  robinId = body[0].id;
});
afterAll(async () => {
  await Promise.all([server?.close(), apex?.stop()]);
});

const get = async (path: string): Promise<Answer['body']> => (await alice.api('GET', path)).body;
const relation = async (): Promise<Answer['body']> => (await get(`/api/v1/accounts/relationships?id[]=${robinId}`))[0];
const home = async (uri: unknown): Promise<Answer['body']> =>
  (await get('/api/v1/timelines/home')).find((status: Answer['body']) => status.uri === uri);
const write = async (status: string, more: object = {}): Promise<Answer['body']> =>
  (await alice.api('POST', '/api/v1/statuses', { status, ...more })).body;
const isTrue = async (check: () => Promise<boolean>): Promise<void> => {
  await until(check).catch(async (error: unknown) => {
    const { rows } = await server.ctx.database.pool.query('select outcome, body from inbox_activities order by id');
    throw new Error([String(error), apex.said().slice(-3000), ...rows.map((row) => JSON.stringify(row))].join('\n'));
  });
};
const received = async (type: string): Promise<Json[]> =>
  ((await apex.items('robin', 'inbox')) as Json[]).filter((activity) => activity['type'] === type);

/** A note as that software's clients write it. */
const words = (content: string): Json => ({ type: 'Note', content, attributedTo: apex.actor('robin') });

it('each follows the other, and is accepted', async () => {
  await alice.api('POST', `/api/v1/accounts/${robinId}/follow`);
  await isTrue(async () => (await relation()).following);
  await apex.act('robin', { type: 'Follow', object: aliceUri, to: [aliceUri] });
  await isTrue(async () => (await relation()).followed_by);
  await isTrue(async () => (await apex.items('robin', 'following')).includes(aliceUri));
});

it('what one writes arrives at the other, with its later edit, and goes when it is deleted', async () => {
  const audience = { to: [everybody], cc: [`${apex.actor('robin')}/followers`] };
  const object = { ...words('<p>first words</p>'), ...audience };
  const sent = await apex.act('robin', { type: 'Create', ...audience, object });
  const note = sent['object'] as Json;
  const uri = note['id'];
  await isTrue(async () => (await home(uri)) !== undefined);
  const copy = await home(uri);
  expect(copy).toMatchObject({ content: '<p>first words</p>', visibility: 'public', account: { id: robinId } });
  await apex.act('robin', { type: 'Update', object: { ...note, content: '<p>second words</p>' }, ...audience });
  await isTrue(async () => (await home(uri)).content === '<p>second words</p>');
  expect((await home(uri)).edited_at).not.toBeNull();
  await apex.act('robin', { type: 'Delete', object: uri, ...audience });
  await isTrue(async () => (await alice.api('GET', `/api/v1/statuses/${copy.id}`)).status === 404);

  const post = await write('from alice', { visibility: 'public' });
  const isThere = (text: string) => async (): Promise<boolean> =>
    (await received('Create')).some(({ object }) => String((object as Json)['content']).includes(text));
  await isTrue(isThere('from alice'));
  await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'from alice, mended' });
  await isTrue(isThere('mended'));
  await alice.api('DELETE', `/api/v1/statuses/${post.id}`);
  await isTrue(async () => (await received('Delete')).length === 1);
});

it('they answer, like and boost each other, and take likes and boosts back', async () => {
  const post = await write(`@robin@${apex.host} what do you say?`);
  await isTrue(async () =>
    (await received('Create')).some(({ object }) => String((object as Json)['id']) === post.uri),
  );
  const own = (): Promise<Answer['body']> => get(`/api/v1/statuses/${post.id}`);
  const content = '<p>Well said</p>';
  const to = [everybody, aliceUri];
  const answer = { ...words(content), inReplyTo: post.uri, to };
  const sent = await apex.act('robin', { type: 'Create', to, object: answer });
  await isTrue(async () => (await own()).replies_count === 1);
  // That software likes and boosts activities: here the one by which the post came.
  const [came] = (await received('Create')).filter(({ object }) => (object as Json)['id'] === post.uri);
  const like = await apex.act('robin', { type: 'Like', object: came?.['id'], to: [aliceUri] });
  const boost = await apex.act('robin', { type: 'Announce', object: came?.['id'], to });
  await isTrue(async () => (await own()).favourites_count === 1 && (await own()).reblogs_count === 1);
  for (const done of [like, boost]) await apex.act('robin', { type: 'Undo', object: done['id'], to: [aliceUri] });
  await isTrue(async () => (await own()).favourites_count === 0 && (await own()).reblogs_count === 0);

  const copy = await home((sent['object'] as Json)['id']);
  expect(copy).toMatchObject({ content, in_reply_to_id: post.id });
  await alice.api('POST', `/api/v1/statuses/${copy.id}/favourite`);
  await alice.api('POST', `/api/v1/statuses/${copy.id}/reblog`);
  await server.settle();
  // It takes neither: it knows likes and boosts of activities only, and says so.
  const { rows } = await server.ctx.database.pool.query<{ state: string; last_status: number }>(
    `select distinct d.state, d.last_status from deliveries d join outgoing_activities o on o.id = d.activity_id
     where o.body::jsonb ->> 'type' in ('Like', 'Announce') and d.inbox_url like $1`,
    [`${apex.origin}%`],
  );
  expect(rows).toEqual([{ state: 'failed', last_status: 400 }]);
});

it('a direct post is for whom it names', async () => {
  const object = { ...words('<p>psst</p>'), to: [aliceUri], tag: [{ type: 'Mention', href: aliceUri }] };
  const sent = await apex.act('robin', { type: 'Create', to: [aliceUri], object });
  const uri = (sent['object'] as Json)['id'];
  const told = async (): Promise<Answer['body']> => (await get('/api/v1/notifications?types[]=mention'))[0]?.status;
  await isTrue(async () => (await told())?.uri === uri);
  expect((await told()).visibility).toBe('direct');
});

it('a follow that is taken back and a block are known on the other side', async () => {
  await alice.api('POST', `/api/v1/accounts/${robinId}/unfollow`);
  await isTrue(async () => (await apex.items('robin', 'followers')).length === 0);
  await apex.act('robin', { type: 'Undo', object: aliceUri, to: [aliceUri] });
  await isTrue(async () => !(await relation()).followed_by);
  // Blocks are told by us and, as the protocol advises, by them to nobody.
  await alice.api('POST', `/api/v1/accounts/${robinId}/block`);
  await isTrue(async () => (await received('Block')).length === 1);
});
