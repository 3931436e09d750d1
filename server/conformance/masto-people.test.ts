// The npm client masto, unmodified: what people do with people beyond following, and their own profile and settings.
import { createOAuthAPIClient, createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMailbox } from '#server/testing/mailbox.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let person: { alice: Person; bob: Person; carol: Person };
let alice: mastodon.rest.Client;
let bob: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer();
  const [first, second, third] = await Promise.all(['alice', 'bob', 'carol'].map((name) => signUp(server, name)));
  if (!first || !second || !third) throw new Error('nobody signed up');
  person = { alice: first, bob: second, carol: third };
  const clientOf = (accessToken: string) => createRestAPIClient({ url: server.origin, accessToken, log: 'error' });
  [alice, bob] = [clientOf(first.token), clientOf(second.token)];
});
afterAll(() => server.close());

test('servers are blocked, listed and unblocked', async () => {
  await alice.v1.domainBlocks.create({ domain: 'far.example' });
  expect(await alice.v1.domainBlocks.list()).toEqual(['far.example']);
  await alice.v1.domainBlocks.remove({ domain: 'far.example' });
  expect(await alice.v1.domainBlocks.list()).toEqual([]);
});

test('people are shown on a profile, noted about, removed as followers; whom one knows is named', async () => {
  const { bob: other, carol } = person;
  const select = alice.v1.accounts.$select(other.accountId);
  await select.follow({ reblogs: false, notify: true, languages: ['en'] });
  expect((await select.pin()).endorsed).toBe(true);
  expect((await alice.v1.endorsements.list()).map(({ id }) => id)).toEqual([other.accountId]);
  const shown = await bob.v1.accounts.$select(person.alice.accountId).endorsements.list({ limit: 5 });
  expect(shown.map(({ id }) => id)).toEqual([other.accountId]);
  expect((await select.unpin()).endorsed).toBe(false);
  expect((await select.endorse()).endorsed).toBe(true);
  expect((await select.unendorse()).endorsed).toBe(false);
  expect((await select.note.create({ comment: 'a friend' })).note).toBe('a friend');
  await bob.v1.accounts.$select(carol.accountId).follow();
  await bob.v1.accounts.$select(person.alice.accountId).follow();
  await select.removeFromFollowers();
  const [relationship] = await alice.v1.accounts.relationships.fetch({ id: [other.accountId] });
  expect(relationship).toMatchObject({ followedBy: false, following: true, note: 'a friend' });
  // The client's type takes a bare list, which it cannot write into a query; the name of the parameter makes it one.
  const wanted = { id: [carol.accountId] } as unknown as string[];
  const [familiar] = await alice.v1.accounts.familiarFollowers.fetch(wanted);
  expect([familiar?.id, familiar?.accounts.map(({ id }) => id)]).toEqual([carol.accountId, [other.accountId]]);
  expect((await alice.v1.accounts.fetch({ id: [other.accountId, '1'] })).map(({ id }) => id)).toEqual([
    other.accountId,
  ]);
});

test('a mute ends by itself, and is listed with its end until then', async () => {
  const select = alice.v1.accounts.$select(person.carol.accountId);
  const relationship = await select.mute({ duration: 3600, notifications: false });
  expect(relationship).toMatchObject({ muting: true, mutingNotifications: false });
  const [muted] = await alice.v1.mutes.list();
  expect(muted).toMatchObject({ id: person.carol.accountId, muteExpiresAt: expect.stringMatching(/Z$/) });
});

test('the directory is read, and the profile and the settings', async () => {
  await bob.v1.statuses.create({ status: 'here I am' });
  expect((await alice.v1.directory.list({ order: 'new', local: true })).map(({ acct }) => acct)).toContain('bob');
  const changed = await alice.v1.profile.update({ displayName: 'Alice', note: 'birds', showMedia: false });
  expect(changed).toMatchObject({ displayName: 'Alice', note: 'birds', showMedia: false, avatar: null });
  expect(await alice.v1.profile.fetch()).toEqual(changed);
  expect((await alice.v1.profile.avatar.remove()).displayName).toBe('Alice');
  expect((await alice.v1.profile.header.remove()).header).toMatch(/missing\.png$/);
  expect(Object.keys(await alice.v1.preferences.fetch()).toSorted()).toEqual([
    'posting:default:language',
    'posting:default:quote_policy',
    'posting:default:sensitive',
    'posting:default:visibility',
    'reading:autoplay:gifs',
    'reading:expand:media',
    'reading:expand:spoilers',
  ]);
});

test('somebody who signs up and mistyped their address asks for the letter again', async () => {
  const mail = openMailbox();
  server.ctx.mail = mail;
  const plain = { url: server.origin, log: 'error' } as const;
  const redirectUri = 'urn:ietf:wg:oauth:2.0:oob';
  const app = await createRestAPIClient(plain).v1.apps.create({
    clientName: 'Pocket',
    redirectUris: redirectUri,
    scopes: 'read write',
  });
  const { accessToken } = await createOAuthAPIClient(plain).token.create({
    grantType: 'client_credentials',
    clientId: app.clientId ?? '',
    clientSecret: app.clientSecret ?? '',
    redirectUri,
    scope: 'read write',
  });
  const fay = { username: 'fay', email: 'fya@mail.example', password: 'correct horse battery', locale: 'en' };
  const come = await createRestAPIClient({ ...plain, accessToken }).v1.accounts.create({ ...fay, agreement: true });
  const waiting = createRestAPIClient({ ...plain, accessToken: come.accessToken });
  expect(await waiting.v1.emails.confirmations.create({ email: 'fay@mail.example' })).toEqual({});
  await server.settle();
  expect(mail.letterTo('fay@mail.example').text).toContain('/confirm');
});

test('somebody is reported', async () => {
  const post = await bob.v1.statuses.create({ status: 'rude' });
  const accountId = person.bob.accountId;
  const report = await alice.v1.reports.create({ accountId, statusIds: [post.id], category: 'other', comment: 'rude' });
  expect(report).toMatchObject({ actionTaken: false, statusIds: [post.id], targetAccount: { acct: 'bob' } });
});
