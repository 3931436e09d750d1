// Apps that register as RFC 7591 has it, and what a spent budget says.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Answer } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

const register = (body: object): Promise<Answer> => call(server.origin, 'POST', '/oauth/register', { body });

describe('registering by RFC 7591', () => {
  test('gives credentials that the token door knows', async () => {
    const { registration_endpoint: door } = (
      await call(server.origin, 'GET', '/.well-known/oauth-authorization-server')
    ).body;
    expect(door).toBe(`${server.origin}/oauth/register`);
    const made = await register({
      client_name: 'Rook reader',
      redirect_uris: ['https://reader.example/back', 'reader://back'],
      scope: 'read push',
      client_uri: 'https://reader.example/',
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        client_id: expect.stringMatching(/^[\w-]{43}$/),
        client_id_issued_at: expect.closeTo(Date.now() / 1000, -2),
        client_secret_expires_at: 0,
        client_name: 'Rook reader',
        client_uri: 'https://reader.example/',
        redirect_uris: ['https://reader.example/back', 'reader://back'],
        scope: 'read push',
        token_endpoint_auth_method: 'client_secret_post',
      },
    });
    const { client_id, client_secret } = made.body;
    const body = { grant_type: 'client_credentials', client_id, client_secret, scope: 'push' };
    expect(await call(server.origin, 'POST', '/oauth/token', { body })).toMatchObject({
      status: 200,
      body: { scope: 'push' },
    });
  });

  test.each([
    ['no address', { client_name: 'x' }, 'invalid_redirect_uri'],
    ['a script for an address', { client_name: 'x', redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['an unknown scope', { redirect_uris: ['https://a.example/'], scope: 'everything' }, 'invalid_client_metadata'],
    ['an empty name', { client_name: ' ', redirect_uris: ['https://a.example/'] }, 'invalid_client_metadata'],
  ])('refuses %s in the words of the standard', async (_what, body, error) => {
    expect(await register(body)).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
  });
});

describe('budgets', () => {
  test('every answer of the API tells the budget, its rest and the moment when it begins anew', async () => {
    const alice = await signUp(server, 'alice');
    const { headers } = await alice.api('GET', '/api/v1/preferences');
    const [limit, rest, reset] = ['limit', 'remaining', 'reset'].map(
      (name) => headers.get(`x-ratelimit-${name}`) ?? '',
    );
    expect(Number(rest)).toBe(Number(limit) - 1);
    expect(reset).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(reset ?? '') - Date.now()).toBeLessThanOrEqual(300_000);
  });

  test('a token that is wrong spends the budget of its address, and in the end it is 429', async () => {
    const small = await openTestServer({ idle: true, rateLimit: 20 });
    try {
      const knock = (): Promise<Answer> =>
        call(small.origin, 'GET', '/api/v1/preferences', { token: `guess-${Math.random()}` });
      for (let index = 0; index < 4; index += 1)
        expect(await knock()).toMatchObject({ status: 401, body: { error: 'The access token is invalid' } });
      const { status, body, headers } = await knock();
      expect({ status, body }).toEqual({ status: 429, body: { error: 'Too many requests' } });
      expect(headers.get('x-ratelimit-limit')).toBe('4');
      expect(headers.get('x-ratelimit-remaining')).toBe('0');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await small.close();
    }
  });

  test.each([
    ['GET', '/api/v2/instance', undefined],
    ['GET', '/api/v1/accounts/verify_credentials', 'token'],
  ])('the budget of a person is five times that of an address: %s %s', async (method, path, who) => {
    const token = who === undefined ? undefined : (await signUp(server, 'paula')).token;
    const { headers } = await call(server.origin, method, path, { token });
    const whole = server.ctx.config.rateLimit;
    expect(Number(headers.get('x-ratelimit-limit'))).toBe(who === undefined ? whole / 5 : whole);
  });
});
