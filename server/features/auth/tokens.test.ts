// What tokens reach, how they end, and a client of another author at all the doors.
import { createOAuthAPIClient, createRestAPIClient } from 'masto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOauthScene, callback, type Client, type OauthScene } from '#server/testing/oauth-scene.ts';
import { call, signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let scene: OauthScene;

beforeAll(async () => {
  server = await openTestServer();
  scene = await openOauthScene(server);
});
afterAll(() => server.close());

describe('tokens', () => {
  test('reach no further than their scopes', async () => {
    const bob = await signUp(server, 'bob');
    const tries: Array<[string, string, string, number]> = [
      ['read', 'POST', `/api/v1/accounts/${bob.accountId}/follow`, 403],
      ['write:statuses', 'POST', `/api/v1/accounts/${bob.accountId}/follow`, 403],
      ['write:follows', 'POST', `/api/v1/accounts/${bob.accountId}/follow`, 200],
      ['follow', 'POST', `/api/v1/accounts/${bob.accountId}/mute`, 200],
      ['follow', 'GET', '/api/v1/accounts/verify_credentials', 403],
      ['profile', 'GET', '/api/v1/accounts/verify_credentials', 200],
      ['profile', 'GET', '/oauth/userinfo', 200],
      ['profile', 'GET', '/api/v1/preferences', 403],
      ['read:accounts', 'GET', '/api/v1/preferences', 200],
      ['read:statuses', 'GET', `/api/v1/accounts/${bob.accountId}`, 403],
      ['admin:read admin:write', 'GET', '/api/admin/instance', 403],
    ];
    for (const [scopes, method, path, status] of tries) {
      const { token } = await signUp(
        server,
        `scoped_${tries.findIndex((one) => one[0] === scopes && one[2] === path)}`,
        { scopes },
      );
      const answer = await call(server.origin, method, path, { token });
      const refusal = status === 403 ? 'This action is outside the authorized scopes' : undefined;
      expect([scopes, path, answer.status, answer.body.error]).toEqual([scopes, path, status, refusal]);
    }
  });

  test('admin scopes in the hand of an ordinary person open nothing, staff below the rank neither', async () => {
    const moderator = await signUp(server, 'mod', { role: 'moderator' });
    expect(await moderator.api('GET', '/api/admin/instance')).toMatchObject({
      status: 403,
      body: { error: 'This action is not allowed for your role' },
    });
    expect((await moderator.api('GET', '/api/admin/sign-ups')).status).toBe(200);
  });

  test('a bad one is refused even where none is needed', async () => {
    const answer = await call(server.origin, 'GET', `/api/v1/accounts/${scene.alice.accountId}`, { token: 'nonsense' });
    expect(answer).toMatchObject({ status: 401, body: { error: 'The access token is invalid' } });
  });

  test('are revoked by their app, twice if it likes, but not by another', async () => {
    const client = await scene.register();
    const other = await scene.register();
    const { access_token: token } = (await scene.trade(client, { code: await scene.getCode(client) })).body;
    const revoke = (by: Client) =>
      call(server.origin, 'POST', '/oauth/revoke', {
        body: { client_id: by.client_id, client_secret: by.client_secret, token },
      });
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(200);
    expect(await revoke(other)).toMatchObject({ status: 403, body: { error: 'unauthorized_client' } });
    expect(await revoke(client)).toMatchObject({ status: 200, body: {} });
    expect(await revoke(client)).toMatchObject({ status: 200, body: {} });
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(401);
  });

  test('are kept as hashes only', async () => {
    const client = await scene.register();
    const code = await scene.getCode(client);
    const { access_token: token } = (await scene.trade(client, { code })).body;
    for (const table of ['oauth_codes', 'access_tokens', 'sessions'] as const) {
      const rows = JSON.stringify(await server.ctx.database.read.selectFrom(table).selectAll().execute());
      for (const secret of [token, code, scene.cookie.split('=')[1] ?? '']) expect(rows).not.toContain(secret);
    }
  });
});

test('the metadata say where everything is', async () => {
  const { body } = await call(server.origin, 'GET', '/.well-known/oauth-authorization-server');
  expect(body).toMatchObject({
    issuer: `${server.origin}/`,
    authorization_endpoint: `${server.origin}/oauth/authorize`,
    token_endpoint: `${server.origin}/oauth/token`,
    revocation_endpoint: `${server.origin}/oauth/revoke`,
    userinfo_endpoint: `${server.origin}/oauth/userinfo`,
    app_registration_endpoint: `${server.origin}/api/v1/apps`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  });
  expect(body.scopes_supported).toContain('write:statuses');
});

test("masto, another author's client, registers, signs in and reads who it is", async () => {
  const masto = createRestAPIClient({ url: server.origin });
  const app = await masto.v1.apps.create({
    clientName: 'masto',
    redirectUris: callback,
    scopes: 'read write follow push',
  });
  const code = await scene.getCode({ client_id: app.clientId ?? '', client_secret: app.clientSecret ?? '' });
  const oauth = createOAuthAPIClient({ url: server.origin });
  const token = await oauth.token.create({
    grantType: 'authorization_code',
    clientId: app.clientId ?? '',
    clientSecret: app.clientSecret ?? '',
    redirectUri: callback,
    code,
  });
  const signedIn = createRestAPIClient({ url: server.origin, accessToken: token.accessToken });
  const me = await signedIn.v1.accounts.verifyCredentials();
  expect(me.acct).toBe('alice');
  const instance = await signedIn.v2.instance.fetch();
  expect(instance.configuration.statuses.maxCharacters).toBe(5000);
});
