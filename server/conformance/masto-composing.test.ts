// The npm client masto, unmodified: what goes beyond writing a post: pins, muted conversations, polls.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: mastodon.rest.Client;
let bob: mastodon.rest.Client;
let aliceId: string;

beforeAll(async () => {
  server = await openTestServer();
  const [first, second] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob')]);
  const clientOf = (accessToken: string): mastodon.rest.Client =>
    createRestAPIClient({ url: server.origin, accessToken, log: 'error' });
  [alice, bob, aliceId] = [clientOf(first.token), clientOf(second.token), first.accountId];
});
afterAll(() => server.close());

test('a post is pinned and taken down; its conversation is muted and heard again', async () => {
  const post = await alice.v1.statuses.create({ status: 'read this' });
  const one = alice.v1.statuses.$select(post.id);
  expect((await one.pin()).pinned).toBe(true);
  const pinned = await bob.v1.accounts.$select(aliceId).statuses.list({ pinned: true });
  expect(pinned.map(({ id }) => id)).toEqual([post.id]);
  expect((await one.unpin()).pinned).toBe(false);
  expect((await one.mute()).muted).toBe(true);
  expect((await one.unmute()).muted).toBe(false);
});

test('a poll is asked, voted in and read', async () => {
  const post = await alice.v1.statuses.create({
    status: 'which?',
    poll: { options: ['a', 'b'], expiresIn: 600, multiple: true },
  });
  const id = post.poll?.id ?? '';
  const voted = await bob.v1.polls.$select(id).votes.create({ choices: [0, 1] });
  expect(voted).toMatchObject({ votesCount: 2, votersCount: 1, voted: true, ownVotes: [0, 1] });
  expect(await bob.v1.polls.$select(id).fetch()).toEqual(voted);
  const edited = await alice.v1.statuses.$select(post.id).update({
    status: 'which?',
    poll: { options: ['c', 'd'], expiresIn: 600 },
  });
  expect(edited.poll).toMatchObject({ votesCount: 0, options: [{ title: 'c' }, { title: 'd' }] });
});

test('a post is scheduled, moved, read and dropped', async () => {
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const waiting = await alice.v1.statuses.create({ status: 'later', scheduledAt });
  expect(waiting).toMatchObject({ scheduledAt, params: { text: 'later', visibility: 'public' } });
  const one = alice.v1.scheduledStatuses.$select(waiting.id);
  const moved = new Date(Date.now() + 7_200_000).toISOString();
  expect((await one.update({ scheduledAt: moved })).scheduledAt).toBe(moved);
  expect(await alice.v1.scheduledStatuses.list()).toEqual([await one.fetch()]);
  await one.remove();
  expect(await alice.v1.scheduledStatuses.list()).toEqual([]);
});

test('conversations are listed, read, unread and put away', async () => {
  await alice.v1.statuses.create({ status: '@bob psst', visibility: 'direct' });
  await server.settle();
  const [talk] = await bob.v1.conversations.list();
  expect(talk).toMatchObject({ unread: true, accounts: [{ acct: 'alice' }], lastStatus: { visibility: 'direct' } });
  const direct = await bob.v1.timelines.direct.list({ limit: 5 });
  expect(direct.map(({ id }) => id)).toEqual([talk?.lastStatus?.id]);
  const one = bob.v1.conversations.$select(talk?.id ?? '');
  expect((await one.read()).unread).toBe(false);
  expect((await one.unread()).unread).toBe(true);
  await one.remove();
  expect(await bob.v1.conversations.list()).toEqual([]);
});

test('a post is quoted, and its quotes are listed', async () => {
  const quoted = await alice.v1.statuses.create({ status: 'quote me', quoteApprovalPolicy: 'public' });
  const quoting = await bob.v1.statuses.create({ status: 'well said', quotedStatusId: quoted.id });
  expect(quoting.quote).toMatchObject({ state: 'accepted', quotedStatus: { id: quoted.id, quotesCount: 1 } });
  const one = alice.v1.statuses.$select(quoted.id);
  expect((await one.quotes.list()).map(({ id }) => id)).toEqual([quoting.id]);
  const closed = await one.update({ status: 'quote me no more', quoteApprovalPolicy: 'nobody' });
  expect(closed.quoteApproval).toMatchObject({ automatic: [], manual: [] });
  expect((await bob.v1.statuses.$select(quoted.id).fetch()).quoteApproval.currentUser).toBe('denied');
});
