// How often what guards accounts may be tried. Every refusal tells the budget, and when it begins anew.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { signInOnWeb } from '#server/testing/web-session.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

interface Knock {
  method?: 'POST' | 'DELETE';
  url: string;
  payload?: object;
  token?: string;
  /** Strangers come from the network; only this machine's own address is not counted. */
  from?: string;
}

/** Knocks until it is too often: how many came through, and the refusal's headers. */
async function knockUntilRefused(
  knock: Knock,
  most = 60,
): Promise<{ through: number; headers: Record<string, unknown> }> {
  const { method = 'POST', url, payload = {}, token, from = '203.0.113.20' } = knock;
  for (let through = 0; through < most; through += 1) {
    const answer = await server.app.inject({
      method,
      url,
      payload,
      remoteAddress: from,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    if (answer.statusCode === 429) return { through, headers: answer.headers };
    expect(answer.statusCode).toBeLessThan(500);
  }
  throw new Error('never refused');
}

function expectBudget(headers: Record<string, unknown>, limit: number, withinMs: number): void {
  expect(headers['x-ratelimit-limit']).toBe(String(limit));
  expect(headers['x-ratelimit-remaining']).toBe('0');
  const reset = String(headers['x-ratelimit-reset']);
  expect(reset).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Date.parse(reset)).toBeLessThanOrEqual(Date.now() + withinMs);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
}

const minute = 60_000;

describe('from one address', () => {
  test('five sign-ups in half an hour, by whichever door', async () => {
    const payload = { username: '', email: '', password: '' };
    const { through, headers } = await knockUntilRefused({ url: '/api/auth/sign-up', payload });
    expect(through).toBe(5);
    expectBudget(headers, 5, 30 * minute);
    expect((await knockUntilRefused({ url: '/api/users', payload })).through).toBe(0);
  });

  test('five new apps in ten minutes, by either door', async () => {
    const payload = { client_name: 'App', redirect_uris: ['https://a.example/back'] };
    const { through, headers } = await knockUntilRefused({ url: '/api/v1/apps', payload });
    expect(through).toBe(5);
    expectBudget(headers, 5, 10 * minute);
    expect((await knockUntilRefused({ url: '/oauth/register', payload })).through).toBe(0);
  });

  test('twenty-five sign-ins by passkey in five minutes', async () => {
    const empty = { clientDataJSON: '', authenticatorData: '', signature: '' };
    const passkey = { id: 'AA', rawId: 'AA', type: 'public-key', clientExtensionResults: {}, response: empty };
    const from = '203.0.113.21';
    const { through, headers } = await knockUntilRefused({
      url: '/api/auth/sign-in/passkey',
      payload: { passkey },
      from,
    });
    expect(through).toBe(25);
    expectBudget(headers, 25, 5 * minute);
    const payload = { login: 'somebody', password: 'guess' };
    expect((await knockUntilRefused({ url: '/api/auth/sign-in', payload, from })).through).toBe(0);
  });
});

describe('against one person', () => {
  test('five letters in half an hour, wherever they are asked for', async () => {
    const payload = { email: 'someone@mail.example' };
    const { through, headers } = await knockUntilRefused({ url: '/api/auth/confirm/resend', payload });
    expect(through).toBe(5);
    expectBudget(headers, 5, 30 * minute);
    const other = { email: ' SOMEONE@mail.example' };
    const from = '203.0.113.22';
    expect((await knockUntilRefused({ url: '/api/auth/password-reset/request', payload: other, from })).through).toBe(
      0,
    );
  });

  test('ten tries to change the password in ten minutes, and ten proofs', async () => {
    const session = await signInOnWeb(server, await signUp(server, 'alice'));
    const payload = { current_password: 'a guess', password: 'another long pass phrase' };
    const change = await knockUntilRefused({ url: '/api/auth/password', payload, token: session.token });
    expect(change.through).toBe(10);
    expectBudget(change.headers, 10, 10 * minute);
    const proof = await knockUntilRefused({
      url: '/api/auth/proof',
      payload: { password: 'a guess' },
      token: session.token,
    });
    expect(proof.through).toBe(10);
    expectBudget(proof.headers, 10, 10 * minute);
  });

  test('thirty deletions in half an hour', async () => {
    const bob = await signUp(server, 'bob');
    for (let spent = 0; spent < 30; spent += 1)
      await server.ctx.cache.count(`act:delete a post:${bob.accountId}`, 30 * minute);
    const { body: post } = await bob.api('POST', '/api/v1/statuses', { status: 'here to stay' });
    const refused = await bob.api('DELETE', `/api/v1/statuses/${post.id}`);
    expect(refused.status).toBe(429);
    expectBudget(Object.fromEntries(refused.headers), 30, 30 * minute);
    expect((await bob.api('GET', `/api/v1/statuses/${post.id}`)).status).toBe(200);
  });
});
