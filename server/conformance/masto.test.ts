// The npm client masto, unmodified, as the app of a person: what it asks for and how it reads the answers is what real apps do.
import { createOAuthAPIClient, createRestAPIClient, type mastodon } from 'masto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { allow, browserSession } from './consent.ts';

type Rest = mastodon.rest.Client;

const scope = 'read write follow push';
const redirectUri = 'https://app.example/back?from=rookery';

let server: TestServer;
let people: { alice: Person; bob: Person; carol: Person };
/** Alice's client holds the token that came through the consent page. */
let alice: Rest;
let aliceToken: string;
let bob: Rest;
let carol: Rest;
let nobody: Rest;

const clientOf = (accessToken?: string): Rest =>
  createRestAPIClient({ url: server.origin, ...(accessToken === undefined ? {} : { accessToken }), log: 'error' });

beforeAll(async () => {
  server = await openTestServer();
  const [first, second, third] = await Promise.all(['alice', 'bob', 'carol'].map((name) => signUp(server, name)));
  if (!first || !second || !third) throw new Error('nobody came');
  people = { alice: first, bob: second, carol: third };
  [bob, carol, nobody] = [clientOf(second.token), clientOf(third.token), clientOf()];
  aliceToken = await authorize();
  alice = clientOf(aliceToken);
});
afterAll(() => server.close());

/** Registers an app, asks Alice on the consent page, and trades the code for a token. */
async function authorize(): Promise<string> {
  const app = await nobody.v1.apps.create({
    clientName: 'Pocket',
    redirectUris: [redirectUri],
    scopes: scope,
    website: 'https://app.example',
  });
  expect(app).toMatchObject({
    name: 'Pocket',
    redirectUris: [redirectUri],
    scopes: scope.split(' '),
    vapidKey: expect.stringMatching(/^[\w-]{87}$/),
  });
  const { clientId, clientSecret } = app;
  if (!clientId || !clientSecret) throw new Error('the app got no credentials');
  const cookie = await browserSession(server.origin, 'alice', people.alice.password);
  const consent = await allow(server.origin, cookie, { clientId, redirectUri, scope, state: 'a=b&c' });
  expect(consent.state).toBe('a=b&c');
  expect(consent.page).toContain('Pocket');
  const params = {
    grantType: 'authorization_code' as const,
    clientId,
    clientSecret,
    redirectUri,
    code: consent.code,
    codeVerifier: consent.codeVerifier,
    scope,
  };
  const oauth = createOAuthAPIClient({ url: server.origin, log: 'error' });
  const token = await oauth.token.create(params);
  expect(token).toMatchObject({ tokenType: 'Bearer', scope, createdAt: expect.closeTo(Date.now() / 1000, -2) });
  await expect(oauth.token.create(params)).rejects.toMatchObject({ statusCode: 400, message: 'invalid_grant' });
  return (await againAfterReuse(clientId, clientSecret, cookie)) ?? token.accessToken;
}

/** A code that is shown twice ends the token that it gave, so the app asks once more. */
async function againAfterReuse(clientId: string, clientSecret: string, cookie: string): Promise<string> {
  const { code, codeVerifier } = await allow(server.origin, cookie, { clientId, redirectUri, scope, state: '' });
  const params = { grantType: 'authorization_code' as const, clientId, clientSecret, redirectUri, code, codeVerifier };
  const token = await createOAuthAPIClient({ url: server.origin }).token.create(params);
  return token.accessToken;
}

describe('signing in', () => {
  test('an app knows itself by its token, and a revoked token opens nothing', async () => {
    expect((await alice.v1.apps.verifyCredentials()).name).toBe('Pocket');
    const app = await nobody.v1.apps.create({ clientName: 'Other', redirectUris: redirectUri, scopes: scope });
    const credentials = { clientId: app.clientId ?? '', clientSecret: app.clientSecret ?? '' };
    const oauth = createOAuthAPIClient({ url: server.origin });
    const { accessToken } = await oauth.token.create({
      grantType: 'client_credentials',
      redirectUri,
      scope: 'read',
      ...credentials,
    });
    expect((await clientOf(accessToken).v1.apps.verifyCredentials()).name).toBe('Other');
    await oauth.revoke({ ...credentials, token: accessToken });
    await expect(clientOf(accessToken).v1.apps.verifyCredentials()).rejects.toMatchObject({
      statusCode: 401,
      message: 'The access token is invalid',
    });
  });

  test('a refused sign-up names the field, in the words that clients know', async () => {
    const app = await nobody.v1.apps.create({ clientName: 'Door', redirectUris: redirectUri, scopes: scope });
    const credentials = { clientId: app.clientId ?? '', clientSecret: app.clientSecret ?? '' };
    const { accessToken } = await createOAuthAPIClient({ url: server.origin }).token.create({
      grantType: 'client_credentials',
      redirectUri,
      scope,
      ...credentials,
    });
    const form = { password: 'a long enough pass phrase', agreement: true, locale: 'en' };
    await expect(
      clientOf(accessToken).v1.accounts.create({ ...form, username: 'alice', email: 'x@mail.example' }),
    ).rejects.toMatchObject({
      statusCode: 422,
      details: { username: [{ error: 'ERR_TAKEN' }] },
    });
    const token = await clientOf(accessToken).v1.accounts.create({
      ...form,
      username: 'dora',
      email: 'dora@mail.example',
    });
    expect((await clientOf(token.accessToken).v1.accounts.verifyCredentials()).username).toBe('dora');
  });
});

describe('people', () => {
  test('a profile is changed with its picture, and nothing else of it is lost', async () => {
    const avatar = new Blob(
      [
        await sharp({ create: { width: 500, height: 400, channels: 3, background: '#08f' } })
          .png()
          .toBuffer(),
      ],
      { type: 'image/png' },
    );
    const changed = await alice.v1.accounts.updateCredentials({
      displayName: 'Alice of the birds',
      note: 'I watch #birds',
      avatar,
      fieldsAttributes: [{ name: 'Home', value: 'https://alice.example' }],
      source: { privacy: 'unlisted', sensitive: false, language: 'de' },
    });
    expect(changed).toMatchObject({
      displayName: 'Alice of the birds',
      source: {
        note: 'I watch #birds',
        privacy: 'unlisted',
        language: 'de',
        fields: [{ name: 'Home', value: 'https://alice.example' }],
      },
      fields: [{ name: 'Home', value: expect.stringContaining('href="https://alice.example"') }],
    });
    const picture = await fetch(changed.avatar);
    expect([picture.status, picture.headers.get('content-type')?.startsWith('image/')]).toEqual([200, true]);
    const later = await alice.v1.accounts.updateCredentials({ bot: false, source: { privacy: 'public' } });
    expect(later).toMatchObject({
      displayName: 'Alice of the birds',
      avatar: changed.avatar,
      source: { language: 'de', privacy: 'public', note: 'I watch #birds' },
    });
    expect(await alice.v1.accounts.verifyCredentials()).toEqual(later);
    expect((await alice.v1.preferences.fetch())['posting:default:language']).toBe('de');
    expect((await alice.v1.profile.avatar.remove()).avatar).toMatch(/\/avatars\/original\/missing\.png$/);
  });

  test('are found by id, by handle, by several ids, and by searching', async () => {
    const id = people.bob.accountId;
    const found = await nobody.v1.accounts.$select(id).fetch();
    expect(found).toMatchObject({ id, username: 'bob', acct: 'bob' });
    expect(await nobody.v1.accounts.lookup({ acct: 'bob' })).toEqual(found);
    expect(await nobody.v1.accounts.fetch({ id: [id, '1', people.alice.accountId] })).toHaveLength(2);
    expect((await alice.v1.accounts.search.list({ q: 'bob', limit: 5 })).map((account) => account.id)).toEqual([id]);
    await expect(nobody.v1.accounts.lookup({ acct: 'nobody@here.example' })).rejects.toMatchObject({
      statusCode: 404,
      message: 'Record not found',
    });
  });

  test('follow, unfollow, block, mute and their undoing answer with how the two stand', async () => {
    const target = alice.v1.accounts.$select(people.bob.accountId);
    const back = bob.v1.accounts.$select(people.alice.accountId);
    expect(await target.follow({ reblogs: false, notify: true, languages: ['en'] })).toMatchObject({
      following: true,
      showingReblogs: false,
      notifying: true,
      languages: ['en'],
    });
    expect(await target.follow({ reblogs: true })).toMatchObject({ following: true, showingReblogs: true });
    expect(
      await alice.v1.accounts.relationships.fetch({ id: [people.carol.accountId, '1', people.bob.accountId] }),
    ).toMatchObject([
      { id: people.carol.accountId, following: false, followedBy: false },
      { id: people.bob.accountId, following: true },
    ]);
    expect((await alice.v1.accounts.$select(people.alice.accountId).following.list()).map(({ id }) => id)).toEqual([
      people.bob.accountId,
    ]);
    expect((await nobody.v1.accounts.$select(people.bob.accountId).followers.list()).map(({ id }) => id)).toEqual([
      people.alice.accountId,
    ]);
    expect(await target.unfollow()).toMatchObject({ following: false });
    expect(await target.mute({ notifications: false, duration: 600 })).toMatchObject({
      muting: true,
      mutingNotifications: false,
    });
    expect((await alice.v1.mutes.list()).map(({ id }) => id)).toEqual([people.bob.accountId]);
    expect(await target.unmute()).toMatchObject({ muting: false });
    await back.follow();
    expect(await target.block()).toMatchObject({ blocking: true, followedBy: false });
    expect((await alice.v1.blocks.list()).map(({ id }) => id)).toEqual([people.bob.accountId]);
    await expect(back.follow()).rejects.toMatchObject({
      statusCode: expect.toSatisfy((status: number) => status >= 400 && status < 500),
    });
    expect(await target.unblock()).toMatchObject({ blocking: false });
    await back.follow();
    await target.removeFromFollowers();
    expect(await alice.v1.accounts.relationships.fetch({ id: [people.bob.accountId] })).toMatchObject([
      { followedBy: false },
    ]);
  });

  test('who is locked is asked first', async () => {
    await carol.v1.accounts.updateCredentials({ locked: true });
    const locked = people.carol.accountId;
    expect(await alice.v1.accounts.$select(locked).follow()).toMatchObject({ following: false, requested: true });
    expect(await bob.v1.accounts.$select(locked).follow()).toMatchObject({ requested: true });
    expect((await carol.v1.followRequests.list()).map(({ acct }) => acct).toSorted()).toEqual(['alice', 'bob']);
    expect((await carol.v1.accounts.verifyCredentials()).source.followRequestsCount).toBe(2);
    expect(await carol.v1.followRequests.$select(people.alice.accountId).authorize()).toMatchObject({
      followedBy: true,
    });
    expect(await carol.v1.followRequests.$select(people.bob.accountId).reject()).toMatchObject({
      followedBy: false,
      requestedBy: false,
    });
    expect(await carol.v1.followRequests.list()).toEqual([]);
    expect(await alice.v1.accounts.relationships.fetch({ id: [locked] })).toMatchObject([
      { following: true, requested: false },
    ]);
  });
});
