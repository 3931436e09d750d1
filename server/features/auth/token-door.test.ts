// Stories of apps that trade codes for tokens: every form that clients speak, and everything that must not work.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { form, openOauthScene, outOfBand, callback, type OauthScene } from '#server/testing/oauth-scene.ts';
import { call } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let scene: OauthScene;

beforeAll(async () => {
  server = await openTestServer();
  scene = await openOauthScene(server);
});
afterAll(() => server.close());

describe('the token door', () => {
  test('trades a code for a token, in whatever form the client speaks', async () => {
    const client = await scene.register();
    const credentials = { client_id: client.client_id, client_secret: client.client_secret };
    const fields = { grant_type: 'authorization_code', redirect_uri: callback, scope: 'ignored here' };
    const basic = {
      authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
    };
    const codes = [
      await scene.getCode(client),
      await scene.getCode(client),
      await scene.getCode(client),
      await scene.getCode(client),
      await scene.getCode(client),
      await scene.getCode(client),
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
    const client = await scene.register();
    const code = await scene.getCode(client);
    const { access_token: token } = (await scene.trade(client, { code })).body;
    expect(await scene.trade(client, { code })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.any(String) },
    });
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(401);
  });

  test('of two who trade the same code at once, at most one has a token in the end', async () => {
    const client = await scene.register();
    const code = await scene.getCode(client);
    const answers = await Promise.all([scene.trade(client, { code }), scene.trade(client, { code })]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 400]);
    const { access_token: token } = answers.find((answer) => answer.status === 200)?.body ?? {};
    expect((await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token })).status).toBe(401);
  });

  test('a code is worth nothing to another app, for another address, or after ten minutes', async () => {
    const client = await scene.register();
    const other = await scene.register();
    const code = await scene.getCode(client);
    expect((await scene.trade(other, { code })).body.error).toBe('invalid_grant');
    expect((await scene.trade(client, { code, redirect_uri: outOfBand })).body.error).toBe('invalid_grant');
    await server.ctx.database.write((tx) =>
      tx.sql
        .updateTable('oauth_codes')
        .set({ created_at: new Date(Date.now() - 601_000) })
        .execute(),
    );
    expect((await scene.trade(client, { code })).body.error).toBe('invalid_grant');
  });

  test('a challenge must be answered', async () => {
    const client = await scene.register();
    const verifier = 'v'.repeat(64);
    const challenge = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const code = await scene.getCode(client, challenge);
    expect((await scene.trade(client, { code })).body.error).toBe('invalid_grant');
    expect((await scene.trade(client, { code, code_verifier: 'w'.repeat(64) })).body.error).toBe('invalid_grant');
    expect((await scene.trade(client, { code, code_verifier: verifier })).status).toBe(200);
  });

  test.each([
    ['a wrong secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['an unknown app', { client_id: 'x' }, 401, 'invalid_client'],
    ['no code', { code: undefined }, 400, 'invalid_request'],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request'],
    ['a password grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a scope beyond the app', { grant_type: 'client_credentials', scope: 'admin:read' }, 400, 'invalid_scope'],
  ])('%s is refused with the code that programs know', async (_what, more, status, code) => {
    const answer = await scene.trade(await scene.register(), { code: 'x', ...more });
    expect(answer).toMatchObject({ status, body: { error: code, error_description: expect.any(String) } });
  });

  test('a body that cannot be read is an invalid request', async () => {
    const answer = await call(server.origin, 'POST', '/oauth/token', { body: { grant_type: { a: 1 } } });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('an app of its own may know itself, and nothing about people', async () => {
    const client = await scene.register();
    const { access_token: token } = (await scene.trade(client, { grant_type: 'client_credentials', scope: undefined }))
      .body;
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
