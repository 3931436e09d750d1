// The npm client masto, unmodified: quotes between two servers, in the states that clients know.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPair, type Pair } from '#server/federation/pair.ts';
import type { Person } from '#server/testing/people.ts';

let pair: Pair;
let alice: mastodon.rest.Client;
let bob: mastodon.rest.Client;

beforeAll(async () => {
  pair = await openPair();
  const clientOf = (url: string, { token }: Person): mastodon.rest.Client =>
    createRestAPIClient({ url, accessToken: token, log: 'error' });
  [alice, bob] = [clientOf(pair.here.origin, pair.alice), clientOf(pair.there.origin, pair.bob)];
});
afterAll(() => pair.close());

/** What bob sees of a post of alice. */
async function copyOf(uri: string): Promise<mastodon.v1.Status> {
  await pair.settle();
  const [copy] = (await bob.v1.timelines.home.list()).filter((status) => status.uri === uri);
  if (!copy) throw new Error('the post has not come');
  return copy;
}

test('a quote of another server’s post is pending, then accepted, listed there and told, then revoked', async () => {
  const quoted = await alice.v1.statuses.create({ status: 'quote me', quoteApprovalPolicy: 'followers' });
  const copy = await copyOf(quoted.uri);
  expect(copy.quoteApproval).toEqual({ automatic: ['followers'], manual: [], currentUser: 'automatic' });
  const quoting = await bob.v1.statuses.create({ status: 'well said', quotedStatusId: copy.id });
  expect(quoting.quote).toEqual({ state: 'pending', quotedStatus: null });
  await pair.settle();
  const one = bob.v1.statuses.$select(quoting.id);
  expect((await one.fetch()).quote).toMatchObject({ state: 'accepted', quotedStatus: { id: copy.id } });
  const [listed] = await alice.v1.statuses.$select(quoted.id).quotes.list();
  expect(listed).toMatchObject({ uri: quoting.uri, quote: { state: 'accepted', quotedStatus: { quotesCount: 1 } } });
  const [told] = await alice.v1.notifications.list({ types: ['quote'] });
  expect(told).toMatchObject({ type: 'quote', status: { uri: quoting.uri } });
  // The library has no method for this door yet.
  await pair.alice.api('POST', `/api/v1/statuses/${quoted.id}/quotes/${listed?.id}/revoke`);
  await pair.settle();
  expect((await one.fetch()).quote).toEqual({ state: 'revoked', quotedStatus: null });
  expect(await alice.v1.statuses.$select(quoted.id).quotes.list()).toEqual([]);
});

test('a post that nobody may quote says so, and the refusal can be read', async () => {
  const quoted = await alice.v1.statuses.create({ status: 'not this', quoteApprovalPolicy: 'nobody' });
  const copy = await copyOf(quoted.uri);
  expect(copy.quoteApproval.currentUser).toBe('denied');
  await expect(bob.v1.statuses.create({ status: 'but', quotedStatusId: copy.id })).rejects.toThrow(/does not let you/u);
});

test('the server says that its quotes can be relied on', async () => {
  expect((await alice.v2.instance.fetch()).apiVersions.mastodon).toBeGreaterThanOrEqual(7);
});
