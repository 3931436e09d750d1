// Stories of client apps: registering, asking a person, trading the code, and everything that must not work.
import { createHash } from 'node:crypto';
import { createOAuthAPIClient, createRestAPIClient } from 'masto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;
/** Alice's browser: the cookie of her session. */
let cookie: string;

const callback = 'https://client.example/callback?x=1';
const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

beforeAll(async () => {
  server = await openTestServer();
  alice = await signUp(server, 'alice');
  const answer = await call(server.origin, 'POST', '/api/auth/sign-in', {
    body: { login: 'alice', password: alice.password },
  });
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(() => server.close());

interface Client {
  client_id: string;
  client_secret: string;
}

const form = (fields: Record<string, string | undefined>): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));

async function register(more: Record<string, unknown> = {}): Promise<Client> {
  const body = {
    client_name: 'Test <App>',
    redirect_uris: `${callback}\n${outOfBand}`,
    scopes: 'read write follow push',
    website: 'https://client.example/',
    ...more,
  };
  const answer = await call(server.origin, 'POST', '/api/v1/apps', { body });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** The consent page for that request, as Alice's browser gets it. */
function ask(
  client: Client,
  more: Record<string, string | undefined> = {},
  headers: Record<string, string> = { cookie },
): Promise<Answer> {
  const query = form({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: callback,
    scope: 'read write',
    state: 'st&te',
    ...more,
  });
  return call(server.origin, 'GET', `/oauth/authorize?${query.toString()}`, { headers });
}

/** Sends the form of a consent page as a browser would. */
function decide(page: Answer, decision: 'allow' | 'deny', more: Record<string, string> = {}): Promise<Answer> {
  const fields = [...String(page.body).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [name, unescape(value)] as const,
  );
  return call(server.origin, 'POST', '/oauth/authorize', {
    body: form({ ...Object.fromEntries(fields), decision, ...more }),
    headers: { cookie },
  });
}

const unescape = (html: string): string =>
  html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const locationOf = (answer: Answer): URL => new URL(answer.headers.get('location') ?? '');

async function getCode(client: Client, more: Record<string, string | undefined> = {}): Promise<string> {
  const answer = await decide(await ask(client, more), 'allow');
  return locationOf(answer).searchParams.get('code') ?? '';
}

function trade(
  client: Client,
  more: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const fields = {
    grant_type: 'authorization_code',
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uri: callback,
    ...more,
  };
  return call(server.origin, 'POST', '/oauth/token', { body: form(fields), headers });
}

describe('registering an app', () => {
  test('answers with every field that clients need', async () => {
    const answer = await call(server.origin, 'POST', '/api/v1/apps', {
      body: form({ client_name: 'Ice', redirect_uris: 'icecubesapp://', scopes: 'read' }),
    });
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Ice',
      website: null,
      scopes: ['read'],
      redirect_uris: ['icecubesapp://'],
      redirect_uri: 'icecubesapp://',
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      vapid_key: expect.stringMatching(/^B[\w-]{86}$/),
    });
    const instance = await call(server.origin, 'GET', '/api/v2/instance');
    expect(instance.body.configuration.vapid.public_key).toBe(answer.body.vapid_key);
  });

  test('takes several addresses as a list, and keeps only a hash of the secret', async () => {
    const client = await register({ redirect_uris: [callback, 'myapp://cb'] });
    const row = await server.ctx.database.read
      .selectFrom('oauth_apps')
      .selectAll()
      .where('client_id', '=', client.client_id)
      .executeTakeFirstOrThrow();
    expect(row.redirect_uris).toEqual([callback, 'myapp://cb']);
    expect(JSON.stringify(row)).not.toContain(client.client_secret);
  });

  test.each([
    ['a script', { redirect_uris: 'javascript:alert(1)' }],
    ['a data address', { redirect_uris: 'data:text/html,x' }],
    ['a fragment', { redirect_uris: 'https://client.example/#x' }],
    ['a user name', { redirect_uris: 'https://user@client.example/' }],
    ['a relative address', { redirect_uris: '/callback' }],
    ['no address', { redirect_uris: '' }],
    ['an unknown scope', { scopes: 'read everything' }],
    ['no name', { client_name: '' }],
  ])('with %s is refused', async (_what, more) => {
    const answer = await call(server.origin, 'POST', '/api/v1/apps', {
      body: { client_name: 'App', redirect_uris: callback, ...more },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatch(/^Validation failed: /);
  });

  test('is limited to five from one address in ten minutes', async () => {
    const attempt = () =>
      server.app.inject({
        method: 'POST',
        url: '/api/v1/apps',
        remoteAddress: '203.0.113.77',
        payload: { client_name: 'App', redirect_uris: callback },
      });
    const answers = await Promise.all(Array.from({ length: 6 }, attempt));
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe('the consent page', () => {
  test('names the app and what it wants in words, escapes everything, and lets the answer reach the app', async () => {
    const page = await ask(await register());
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('Test &lt;App&gt;');
    expect(page.body).toContain('post, change and delete in your name');
    expect(page.body).toContain(`@alice@${server.ctx.config.handleDomain}`);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("form-action 'self' https://client.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.body).not.toContain('<script');
    const style = await call(server.origin, 'GET', '/oauth/style.css');
    expect(style.headers.get('content-type')).toContain('text/css');
  });

  test('lets the form reach apps with a scheme of their own', async () => {
    const page = await ask(await register({ redirect_uris: 'icecubesapp://' }), { redirect_uri: 'icecubesapp://' });
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' icecubesapp:;");
    expect((await decide(page, 'allow')).headers.get('location')).toMatch(
      /^icecubesapp:\/\/\?code=[\w-]{43}&state=st%26te$/,
    );
  });

  test('sends somebody who is not signed in to the sign-in page and back', async () => {
    const answer = await ask(await register(), {}, {});
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '', server.origin);
    expect(location.pathname).toBe('/sign-in');
    const back = new URL(location.searchParams.get('return_to') ?? '', server.origin);
    expect(back.pathname).toBe('/oauth/authorize');
    expect(back.searchParams.get('state')).toBe('st&te');
    const forced = await ask(await register(), { force_login: 'true' });
    expect(forced.headers.get('location')).toMatch(/^\/sign-in\?return_to=/);
    expect(forced.headers.get('location')).not.toContain('force_login');
    expect((await ask(await register(), { force_login: 'false' })).status).toBe(200);
  });

  test('a refusal goes back to the app', async () => {
    const location = locationOf(await decide(await ask(await register()), 'deny'));
    expect(location.href).toMatch(/^https:\/\/client\.example\/callback\?x=1&error=access_denied&/);
    expect(location.searchParams.get('state')).toBe('st&te');
    expect(location.searchParams.get('code')).toBeNull();
  });

  test.each([
    ['an unknown app', { client_id: 'nobody' }],
    ['another address', { redirect_uri: 'https://evil.example/' }],
    ['a longer address', { redirect_uri: `${callback}&more=1` }],
    ['an address with dots', { redirect_uri: 'https://client.example/x/../callback?x=1' }],
    ['a doubled slash', { redirect_uri: 'https://client.example//callback?x=1' }],
  ])('%s gets a page and is sent nowhere', async (_what, more) => {
    const page = await ask(await register(), more);
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('This did not work');
  });

  test.each([
    ['a scope that the app did not register', { scope: 'read admin:read' }, 'invalid_scope'],
    ['a scope that does not exist', { scope: 'read all' }, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a plain challenge', { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without a method', { code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    ['a broken challenge', { code_challenge: 'abc', code_challenge_method: 'S256' }, 'invalid_request'],
  ])('%s is told to the app', async (_what, more, code) => {
    const location = locationOf(await ask(await register(), more));
    expect(location.host).toBe('client.example');
    expect(location.searchParams.get('error')).toBe(code);
    expect(location.searchParams.get('state')).toBe('st&te');
  });

  test('a form without its own token, or from another site, gives nothing', async () => {
    const page = await ask(await register());
    const forged = await decide(page, 'allow', { csrf: 'x' });
    expect(forged.status).toBe(200);
    expect(forged.body).toContain('to use your account?');
    const fields = form({ client_id: 'x', decision: 'allow' });
    const foreign = await call(server.origin, 'POST', '/oauth/authorize', {
      body: fields,
      headers: { cookie, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });

  test('an app that cannot be redirected to gets its code by hand', async () => {
    const client = await register();
    const answer = await decide(await ask(client, { redirect_uri: outOfBand }), 'allow');
    expect(answer.status).toBe(200);
    const code = /value="([\w-]{43})"/.exec(answer.body)?.[1];
    const token = await trade(client, { code, redirect_uri: outOfBand });
    expect(token.body.token_type).toBe('Bearer');
    expect((await decide(await ask(client, { redirect_uri: outOfBand }), 'deny')).body).toContain('did not allow');
  });
});

describe('the token door', () => {
  test('trades a code for a token, in whatever form the client speaks', async () => {
    const client = await register();
    const credentials = { client_id: client.client_id, client_secret: client.client_secret };
    const fields = { grant_type: 'authorization_code', redirect_uri: callback, scope: 'ignored here' };
    const basic = {
      authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
    };
    const codes = [
      await getCode(client),
      await getCode(client),
      await getCode(client),
      await getCode(client),
      await getCode(client),
      await getCode(client),
    ];
    const multipart = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...credentials, code: codes[1] ?? '' }))
      multipart.set(name, value);
    const text = form({ ...fields, ...credentials, code: codes[2] }).toString();
    const answers = [
      await call(server.origin, 'POST', '/oauth/token', { body: { ...fields, ...credentials, code: codes[0] } }),
      await call(server.origin, 'POST', '/oauth/token', { body: multipart }),
      await call(server.origin, 'POST', '/oauth/token', { body: text, headers: { 'content-type': 'text/plain' } }),
      await call(server.origin, 'POST', '/oauth/token', { body: form({ ...fields, code: codes[3] }), headers: basic }),
      await call(server.origin, 'POST', '/oauth/token', {
        body: form({ ...fields, ...credentials, code: codes[4] }),
        headers: basic,
      }),
    ];
    // Bytes have no type of their own, so no content type is sent.
    const bytes = new TextEncoder().encode(form({ ...fields, ...credentials, code: codes[5] }).toString());
    const unlabelled = await fetch(`${server.origin}/oauth/token`, { method: 'POST', body: bytes });
    expect(unlabelled.status).toBe(200);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 200,
        body: {
          access_token: expect.stringMatching(/^[\w-]{43}$/),
          token_type: 'Bearer',
          scope: 'read write',
          created_at: expect.any(Number),
        },
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(
        (await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token: answer.body.access_token }))
          .body.username,
      ).toBe('alice');
    }
  });

  test('a code works once; its second use takes back what the first gave', async () => {
    const client = await register();
    const code = await getCode(client);
    const { access_token: token } = (await trade(client, { code })).body;
    expect(await trade(client, { code })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.any(String) },
    });
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(401);
  });

  test('of two who trade the same code at once, at most one has a token in the end', async () => {
    const client = await register();
    const code = await getCode(client);
    const answers = await Promise.all([trade(client, { code }), trade(client, { code })]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 400]);
    const { access_token: token } = answers.find((answer) => answer.status === 200)?.body ?? {};
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(401);
  });

  test('a code is worth nothing to another app, for another address, or after ten minutes', async () => {
    const client = await register();
    const other = await register();
    const code = await getCode(client);
    expect((await trade(other, { code })).body.error).toBe('invalid_grant');
    expect((await trade(client, { code, redirect_uri: outOfBand })).body.error).toBe('invalid_grant');
    await server.ctx.database.write((tx) =>
      tx.sql
        .updateTable('oauth_codes')
        .set({ created_at: new Date(Date.now() - 601_000) })
        .execute(),
    );
    expect((await trade(client, { code })).body.error).toBe('invalid_grant');
  });

  test('a challenge must be answered', async () => {
    const client = await register();
    const verifier = 'v'.repeat(64);
    const challenge = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const code = await getCode(client, challenge);
    expect((await trade(client, { code })).body.error).toBe('invalid_grant');
    expect((await trade(client, { code, code_verifier: 'w'.repeat(64) })).body.error).toBe('invalid_grant');
    expect((await trade(client, { code, code_verifier: verifier })).status).toBe(200);
  });

  test.each([
    ['a wrong secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['an unknown app', { client_id: 'x' }, 401, 'invalid_client'],
    ['no code', { code: undefined }, 400, 'invalid_request'],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request'],
    ['a password grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a scope beyond the app', { grant_type: 'client_credentials', scope: 'admin:read' }, 400, 'invalid_scope'],
  ])('%s is refused with the code that programs know', async (_what, more, status, code) => {
    const answer = await trade(await register(), { code: 'x', ...more });
    expect(answer).toMatchObject({ status, body: { error: code, error_description: expect.any(String) } });
  });

  test('a body that cannot be read is an invalid request', async () => {
    const answer = await call(server.origin, 'POST', '/oauth/token', { body: { grant_type: { a: 1 } } });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('an app of its own may know itself, and nothing about people', async () => {
    const client = await register();
    const { access_token: token } = (await trade(client, { grant_type: 'client_credentials', scope: undefined })).body;
    const own = await call(server.origin, 'GET', '/api/v1/apps/verify_credentials', { token });
    expect(own.body).toMatchObject({
      name: 'Test <App>',
      scopes: ['read', 'write', 'follow', 'push'],
      vapid_key: expect.any(String),
    });
    const me = await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token });
    expect(me).toMatchObject({ status: 422, body: { error: 'This method requires an authenticated user' } });
  });
});

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
    const answer = await call(server.origin, 'GET', `/api/v1/accounts/${alice.accountId}`, { token: 'nonsense' });
    expect(answer).toMatchObject({ status: 401, body: { error: 'The access token is invalid' } });
  });

  test('are revoked by their app, twice if it likes, but not by another', async () => {
    const client = await register();
    const other = await register();
    const { access_token: token } = (await trade(client, { code: await getCode(client) })).body;
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
    const client = await register();
    const code = await getCode(client);
    const { access_token: token } = (await trade(client, { code })).body;
    for (const table of ['oauth_codes', 'access_tokens', 'sessions'] as const) {
      const rows = JSON.stringify(await server.ctx.database.read.selectFrom(table).selectAll().execute());
      for (const secret of [token, code, cookie.split('=')[1] ?? '']) expect(rows).not.toContain(secret);
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
  const code = await getCode({ client_id: app.clientId ?? '', client_secret: app.clientSecret ?? '' });
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
