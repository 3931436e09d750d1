// Pins between two Rookeries.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPair, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
});
afterAll(() => pair.close());

it('what is pinned here is pinned there, until it is taken down', async () => {
  const { alice, bob, aliceThere, settle } = pair;
  const pinnedThere = async (): Promise<string[]> => {
    const { body } = await bob.api('GET', `/api/v1/accounts/${aliceThere}/statuses?pinned=true`);
    return body.map(({ uri }: { uri: string }) => uri);
  };
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'read this first' });
  await settle();
  await alice.api('POST', `/api/v1/statuses/${post.id}/pin`);
  await settle();
  expect(await pinnedThere()).toEqual([post.uri]);
  await alice.api('POST', `/api/v1/statuses/${post.id}/unpin`);
  await settle();
  expect(await pinnedThere()).toEqual([]);
});

it('a followers-only post that is pinned is told to nobody', async () => {
  const { alice, here, settle } = pair;
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'for friends', visibility: 'private' });
  await alice.api('POST', `/api/v1/statuses/${post.id}/pin`);
  await settle();
  const { rows } = await here.ctx.database.pool.query(
    `select from outgoing_activities where activity_uri like '%/add/%' and body like '%' || $1 || '%'`,
    [post.uri],
  );
  expect(rows).toHaveLength(0);
  const featured = await fetch(`${here.origin}/ap/users/${alice.accountId}/featured`, {
    headers: { accept: 'application/activity+json' },
  });
  expect(await featured.text()).not.toContain(post.uri);
});
