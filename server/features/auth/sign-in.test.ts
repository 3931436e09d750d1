// Stories of signing in and out: passwords, sessions, limits, and what ends when.
import crypto from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Answer } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

let server: TestServer;
let mail: Mailbox;
const post = (path: string, body?: unknown, token?: string, headers?: Record<string, string>): Promise<Answer> =>
  call(server.origin, 'POST', path, { body, token, headers });
const me = (token: string): Promise<Answer> =>
  call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token });
const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

beforeAll(async () => {
  server = await openTestServer();
  mail = openMailbox();
  server.ctx.mail = mail;
});
afterAll(() => server.close());

describe('signing in', () => {
  test('by name or address, in any case of letters; each time a new session', async () => {
    const { username, password } = await signUp(server, 'alice');
    const first = await post('/api/auth/sign-in', { login: 'Alice', password });
    const second = await post('/api/auth/sign-in', { login: 'ALICE@mail.example', password }, undefined, {
      cookie: cookieOf(first),
    });
    expect((await me(first.body.access_token)).body.username).toBe(username);
    expect(cookieOf(second)).not.toBe(cookieOf(first));
    expect(cookieOf(second)).toMatch(/^rookery_session=[\w-]{43}$/);
  });

  test('a wrong password and an unknown login get one answer, made by the same work', async () => {
    await signUp(server, 'bob');
    const hash = vi.spyOn(crypto, 'argon2');
    const wrong = await post('/api/auth/sign-in', { login: 'bob', password: 'not it at all' });
    expect(hash).toHaveBeenCalledTimes(1);
    const unknown = await post('/api/auth/sign-in', { login: 'nobody@mail.example', password: 'not it at all' });
    expect(hash).toHaveBeenCalledTimes(2);
    hash.mockRestore();
    expect(wrong).toMatchObject({ status: 401, body: { error: 'The user name, e-mail address or password is wrong' } });
    expect(unknown.body).toEqual(wrong.body);
    expect(wrong.headers.get('set-cookie')).toBeNull();
  });

  test.each([
    ['no password', { login: 'bob' }],
    ['no login', { password: 'x' }],
    ['a list', ['bob', 'x']],
    ['an object for a text', { login: { a: 1 }, password: 'x' }],
    ['a password of 2,000 letters', { login: 'bob', password: 'x'.repeat(2000) }],
  ])('with %s is refused in words', async (_what, body) => {
    const answer = await post('/api/auth/sign-in', body);
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatch(/^Validation failed: /);
  });

  test('a page of another site cannot sign its visitors in', async () => {
    const { password } = await signUp(server, 'berta');
    const body = { login: 'berta', password };
    expect((await post('/api/auth/sign-in', body, undefined, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('/api/auth/sign-in', body, undefined, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(
      (await post('/api/auth/sign-in', body, undefined, { origin: server.origin, 'sec-fetch-site': 'same-origin' }))
        .status,
    ).toBe(200);
  });

  test('the 26th try against one account within an hour is refused, whoever tries and however the login is written', async () => {
    const { password } = await signUp(server, 'victim');
    const logins = ['victim', 'VICTIM', 'victim@mail.example', ' @victim'];
    for (let n = 0; n < 25; n += 1)
      await server.ctx.cache.count(`act:signIn:person:${(await idOf('victim')) ?? ''}`, 3_600_000);
    for (const login of logins) {
      const answer = await post('/api/auth/sign-in', { login, password });
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3000);
    }
  });

  test('the 26th try from one network within five minutes is refused; an IPv6 network counts as one', async () => {
    const hash = vi.spyOn(crypto, 'argon2');
    const attempt = async (remoteAddress: string): Promise<number> => {
      const answer = await server.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in',
        remoteAddress,
        payload: { login: crypto.randomUUID(), password: 'guess' },
      });
      return answer.statusCode;
    };
    const addresses = Array.from({ length: 25 }, (_, n) => `2001:db8:1:2::${(n + 1).toString(16)}`);
    expect(new Set(await Promise.all(addresses.map(attempt)))).toEqual(new Set([401]));
    expect(await attempt('2001:db8:1:2:ffff::1')).toBe(429);
    expect(await attempt('2001:db8:1:3::1')).toBe(401);
    expect(hash).toHaveBeenCalledTimes(26);
    hash.mockRestore();
  });

  test('X-Forwarded-For of a stranger does not make a new address', async () => {
    const attempt = (n: number) =>
      server.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in',
        remoteAddress: '203.0.113.9',
        headers: { 'x-forwarded-for': `198.51.100.${n}` },
        payload: { login: crypto.randomUUID(), password: 'guess' },
      });
    const answers = await Promise.all(Array.from({ length: 26 }, (_, n) => attempt(n)));
    expect(answers.filter((answer) => answer.statusCode === 429)).toHaveLength(1);
  });
});

describe('sessions', () => {
  test('are listed with the present one marked, and each can be ended', async () => {
    const { password } = await signUp(server, 'dora');
    const phone = (await post('/api/auth/sign-in', { login: 'dora', password }, undefined, { 'user-agent': 'Phone' }))
      .body.access_token;
    const desk = (await post('/api/auth/sign-in', { login: 'dora', password }, undefined, { 'user-agent': 'Desk' }))
      .body.access_token;
    const list = await call(server.origin, 'GET', '/api/auth/sessions', { token: desk });
    expect(list.body).toHaveLength(2);
    expect(list.body.find((session: { current: boolean }) => session.current)).toMatchObject({
      user_agent: 'Desk',
      ip: '127.0.0.1',
      created_at: expect.any(String),
    });
    const other = list.body.find((session: { current: boolean }) => !session.current);
    expect(await call(server.origin, 'DELETE', `/api/auth/sessions/${other.id}`, { token: desk })).toMatchObject({
      status: 200,
      body: {},
    });
    expect((await me(phone)).status).toBe(401);
    expect((await me(desk)).status).toBe(200);
    expect((await call(server.origin, 'DELETE', `/api/auth/sessions/${other.id}`, { token: desk })).status).toBe(404);
  });

  test('of somebody else are not found', async () => {
    const { password } = await signUp(server, 'eve');
    const victim = await signUp(server, 'frank');
    await post('/api/auth/sign-in', { login: 'frank', password: victim.password });
    const [session] = await server.ctx.database.read
      .selectFrom('sessions')
      .select('id')
      .where('account_id', '=', victim.accountId)
      .execute();
    const token = (await post('/api/auth/sign-in', { login: 'eve', password })).body.access_token;
    expect((await call(server.origin, 'DELETE', `/api/auth/sessions/${session?.id}`, { token })).status).toBe(404);
  });

  test('are no business of apps', async () => {
    const { token } = await signUp(server, 'gert');
    for (const [method, path] of [
      ['GET', '/api/auth/sessions'],
      ['POST', '/api/auth/sign-out-everywhere'],
      ['DELETE', '/api/auth/sessions/1'],
    ] as const) {
      expect((await call(server.origin, method, path, { token })).status).toBe(403);
    }
  });

  test('signing out ends this session, its token and its cookie', async () => {
    const { password } = await signUp(server, 'hugo');
    const here = await post('/api/auth/sign-in', { login: 'hugo', password });
    const out = await post('/api/auth/sign-out', {}, here.body.access_token, { cookie: cookieOf(here) });
    expect(out).toMatchObject({ status: 200, body: {} });
    expect(out.headers.get('set-cookie')).toMatch(/^rookery_session=; .*Expires=Thu, 01 Jan 1970/);
    expect((await me(here.body.access_token)).status).toBe(401);
  });

  test('signing out everywhere ends all sessions and all tokens of apps, and tells open connections', async () => {
    const person = await signUp(server, 'ida');
    const told: unknown[] = [];
    const stop = await server.ctx.bus.subscribe('signed-out', (message) => told.push(message));
    const { access_token: token } = (await post('/api/auth/sign-in', { login: 'ida', password: person.password })).body;
    expect((await me(person.token)).status).toBe(200);
    expect(await post('/api/auth/sign-out-everywhere', {}, token)).toMatchObject({ status: 200, body: {} });
    expect((await me(token)).status).toBe(401);
    expect((await me(person.token)).status).toBe(401);
    await until(() => told.length > 0);
    expect(told).toContainEqual({ accountId: person.accountId });
    await stop();
  });
});

describe('passwords', () => {
  test('a forgotten one is replaced by the link in a letter, once, and everything is signed out', async () => {
    const person = await signUp(server, 'jana');
    const { access_token: token } = (await post('/api/auth/sign-in', { login: 'jana', password: person.password }))
      .body;
    expect(await post('/api/auth/password-reset/request', { email: 'Jana@mail.example' })).toMatchObject({
      status: 200,
      body: {},
    });
    await server.settle();
    expect(mail.letterTo('jana@mail.example').text).toContain(`${server.origin}/reset-password?token=`);
    const link = mail.tokenTo('jana@mail.example');
    const short = await post('/api/auth/password-reset', { token: link, password: 'short' });
    expect(short.body.details.password[0].error).toBe('ERR_TOO_SHORT');
    expect(await post('/api/auth/password-reset', { token: link, password: 'a much better one' })).toMatchObject({
      status: 200,
      body: {},
    });
    expect((await post('/api/auth/password-reset', { token: link, password: 'another one yet' })).status).toBe(422);
    expect((await me(token)).status).toBe(401);
    expect((await me(person.token)).status).toBe(401);
    expect((await post('/api/auth/sign-in', { login: 'jana', password: person.password })).status).toBe(401);
    expect((await post('/api/auth/sign-in', { login: 'jana', password: 'a much better one' })).status).toBe(200);
    await server.settle();
    expect(mail.letterTo('jana@mail.example').subject).toContain('was changed');
  });

  test('asking for a new one says nothing about whether the address is known', async () => {
    const before = mail.letters.length;
    const one = await post('/api/auth/password-reset/request', { email: 'jana@mail.example' });
    const other = await post('/api/auth/password-reset/request', { email: 'stranger@mail.example' });
    await server.settle();
    expect(other.body).toEqual(one.body);
    expect(mail.letters.slice(before).map((letter) => letter.to)).toEqual(['jana@mail.example']);
  });

  test('a link for a new one ends after two hours', async () => {
    await signUp(server, 'karl');
    await post('/api/auth/password-reset/request', { email: 'karl@mail.example' });
    await server.settle();
    const token = mail.tokenTo('karl@mail.example');
    await server.ctx.database.write((tx) =>
      tx.sql
        .updateTable('email_tokens')
        .set({ expires_at: new Date(0) })
        .where('purpose', '=', 'reset')
        .execute(),
    );
    expect((await post('/api/auth/password-reset', { token, password: 'a much better one' })).status).toBe(422);
    expect((await post('/api/auth/password-reset', { token: 'nonsense', password: 'a much better one' })).status).toBe(
      422,
    );
  });

  test('links use the configured address, whatever the Host header says', async () => {
    await signUp(server, 'lena');
    await server.app.inject({
      method: 'POST',
      url: '/api/auth/password-reset/request',
      headers: { host: 'evil.example' },
      payload: { email: 'lena@mail.example' },
    });
    await server.settle();
    expect(mail.letterTo('lena@mail.example').text).not.toContain('evil.example');
  });

  test('who knows the present one may change it, which signs out everywhere', async () => {
    const { password } = await signUp(server, 'mona');
    const { access_token: token } = (await post('/api/auth/sign-in', { login: 'mona', password })).body;
    expect(
      (await post('/api/auth/password', { current_password: 'wrong', password: 'a much better one' }, token)).status,
    ).toBe(403);
    expect(
      (await post('/api/auth/password', { current_password: password, password: 'a much better one' }, token)).status,
    ).toBe(200);
    expect((await me(token)).status).toBe(401);
  });
});

test('a disabled or suspended login is refused at every door', async () => {
  const person = await signUp(server, 'nina');
  await server.ctx.database.write((tx) =>
    tx.sql.updateTable('users').set({ disabled_at: new Date() }).where('account_id', '=', person.accountId).execute(),
  );
  expect(await me(person.token)).toMatchObject({ status: 403, body: { error: 'Your login is currently disabled' } });
  expect((await post('/api/auth/sign-in', { login: 'nina', password: person.password })).status).toBe(403);
});

async function idOf(username: string): Promise<string | undefined> {
  const row = await server.ctx.database.read
    .selectFrom('accounts')
    .select('id')
    .where('username', '=', username)
    .executeTakeFirst();
  return row?.id;
}
