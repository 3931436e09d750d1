// Stories of the second factor: an authenticator app, recovery codes, and what asks for a fresh proof.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { addTotp, cookieOf, sessionFrom, signInOnWeb } from '#server/testing/web-session.ts';
import { findSecondFactors } from './queries/security.ts';
import { resetSecondFactors } from './service/second-factor.ts';
import { createToken } from './service/users.ts';

let server: TestServer;
let mail: Mailbox;
let now = Date.now();

beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(now) });
  mail = openMailbox();
  server.ctx.mail = mail;
});
afterAll(() => server.close());

const later = (ms: number): void => {
  now += ms;
};
const minute = 60_000;
const post = (path: string, body?: unknown): Promise<Answer> => call(server.origin, 'POST', path, { body });
const passwordStep = (person: Person): Promise<Answer> =>
  post('/api/auth/sign-in', { login: person.username, password: person.password });
const secondStep = (token: string, code: string): Promise<Answer> =>
  post('/api/auth/sign-in/second-factor', { token, code });

describe('an authenticator app', () => {
  test('is set up with a picture and a code; from then on the password alone opens nothing', async () => {
    const alice = await signUp(server, 'alice');
    const session = await signInOnWeb(server, alice);
    const started = await session.api('POST', '/api/auth/totp');
    expect(started.body).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: expect.stringMatching(/^otpauth:\/\/totp\/localhost:alice\?.*secret=/),
      qr: expect.stringMatching(/^<svg/),
    });
    expect((await passwordStep(alice)).body).toHaveProperty('access_token');
    const { app, recovery } = await addTotp(server, session);
    expect(new Set(recovery).size).toBe(10);
    expect(recovery[0]).toMatch(/^(\w{4}-){3}\w{4}$/);
    expect((await session.api('GET', '/api/auth/security')).body).toMatchObject({
      second_factor: true,
      totp_since: new Date(now).toISOString(),
      recovery_codes_left: 10,
    });
    const half = await passwordStep(alice);
    expect(half.body).toEqual({ second_factor: { token: expect.any(String), methods: ['totp', 'recovery'] } });
    expect(cookieOf(half)).toBe('');
    const { token } = half.body.second_factor;
    expect((await call(server.origin, 'GET', '/api/v1/preferences', { token })).status).toBe(401);
    later(30_000);
    const whole = await secondStep(token, app.code());
    expect((await sessionFrom(server, whole).api('GET', '/api/v1/preferences')).status).toBe(200);
    expect(cookieOf(whole)).not.toBe('');
    await server.settle();
    expect(mail.letterTo('alice@mail.example').subject).toBe('A new way to sign in at localhost');
  });

  test('takes a code once, and only one half minute early or late', async () => {
    const bob = await signUp(server, 'bob');
    const { app } = await addTotp(server, await signInOnWeb(server, bob));
    const { token } = (await passwordStep(bob)).body.second_factor;
    const wrong = { status: 401, body: { error: 'The code is wrong or was used already' } };
    expect(await secondStep(token, app.code())).toMatchObject(wrong);
    later(5 * minute);
    for (const steps of [-2, 2]) expect(await secondStep(token, app.code(steps))).toMatchObject(wrong);
    const code = app.code(-1);
    expect((await secondStep(token, code)).status).toBe(200);
    const again = (await passwordStep(bob)).body.second_factor.token;
    expect(await secondStep(again, code)).toMatchObject(wrong);
    expect((await secondStep(again, app.code(1))).status).toBe(200);
    // What is older than the last one that was taken is spent as well.
    expect(await secondStep((await passwordStep(bob)).body.second_factor.token, app.code())).toMatchObject(wrong);
  });

  test('of two who send the same code at once, one comes in', async () => {
    const carl = await signUp(server, 'carl');
    const { app } = await addTotp(server, await signInOnWeb(server, carl));
    const halves = await Promise.all([passwordStep(carl), passwordStep(carl), passwordStep(carl)]);
    later(30_000);
    const answers = await Promise.all(halves.map(({ body }) => secondStep(body.second_factor.token, app.code())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
  });

  test('is asked ten times in ten minutes, then no more', async () => {
    const dora = await signUp(server, 'dora');
    await addTotp(server, await signInOnWeb(server, dora));
    later(11 * minute);
    const { token } = (await passwordStep(dora)).body.second_factor;
    for (let tries = 0; tries < 10; tries += 1) expect((await secondStep(token, '000000')).status).toBe(401);
    const refused = await secondStep(token, '000000');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-limit')).toBe('10');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  });

  test('the step after the password works once, for ten minutes, and only for whom the password was', async () => {
    const [emil, frida] = [await signUp(server, 'emil'), await signUp(server, 'frida')];
    const { app } = await addTotp(server, await signInOnWeb(server, emil));
    const other = await addTotp(server, await signInOnWeb(server, frida));
    later(30_000);
    const { token } = (await passwordStep(emil)).body.second_factor;
    expect((await secondStep(token, other.app.code())).status).toBe(401);
    expect((await secondStep(token, app.code())).status).toBe(200);
    later(30_000);
    expect((await secondStep(token, app.code())).status).toBe(401);
    const stale = (await passwordStep(emil)).body.second_factor.token;
    later(11 * minute);
    expect(await secondStep(stale, app.code())).toMatchObject({
      status: 401,
      body: { error: 'This took too long. Please sign in again.' },
    });
  });

  test('lies sealed in the database', async () => {
    const gerd = await signUp(server, 'gerd');
    const session = await signInOnWeb(server, gerd);
    const { secret } = (await session.api('POST', '/api/auth/totp')).body;
    const rows = await server.ctx.database.read.selectFrom('totp_keys').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('does not count before its code was shown; a wrong one says so at the field', async () => {
    const hans = await signUp(server, 'hans');
    const session = await signInOnWeb(server, hans);
    await session.api('POST', '/api/auth/totp');
    expect(await session.api('POST', '/api/auth/totp/confirm', { code: '000000' })).toMatchObject({
      status: 422,
      body: { details: { code: [{ error: 'ERR_INVALID' }] } },
    });
    expect((await passwordStep(hans)).body).toHaveProperty('access_token');
    await addTotp(server, session);
    expect(await session.api('POST', '/api/auth/totp')).toMatchObject({ status: 409 });
  });
});

describe('recovery codes', () => {
  test('open the login once each, in any case of letters, and their owner is told', async () => {
    const ida = await signUp(server, 'ida');
    const session = await signInOnWeb(server, ida);
    const { recovery } = await addTotp(server, session);
    const code = recovery[3] ?? '';
    const typed = code.toUpperCase().replaceAll('-', ' ');
    expect((await secondStep((await passwordStep(ida)).body.second_factor.token, typed)).status).toBe(200);
    expect((await secondStep((await passwordStep(ida)).body.second_factor.token, code)).status).toBe(401);
    expect((await session.api('GET', '/api/auth/security')).body.recovery_codes_left).toBe(9);
    await server.settle();
    expect(mail.letterTo('ida@mail.example').subject).toMatch(/^A recovery code was used/);
    const rows = await server.ctx.database.read.selectFrom('recovery_codes').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(recovery[4]?.replaceAll('-', '') ?? '');
  });

  test('are replaced as a whole; nobody else’s codes work', async () => {
    const [jana, karl] = [await signUp(server, 'jana'), await signUp(server, 'karl')];
    const session = await signInOnWeb(server, jana);
    expect((await session.api('POST', '/api/auth/recovery-codes')).status).toBe(422);
    const { recovery: old } = await addTotp(server, session);
    const { recovery: foreign } = await addTotp(server, await signInOnWeb(server, karl));
    const { recovery_codes: fresh } = (await session.api('POST', '/api/auth/recovery-codes')).body;
    const { token } = (await passwordStep(jana)).body.second_factor;
    for (const code of [old[0], foreign[0]]) expect((await secondStep(token, code ?? '')).status).toBe(401);
    expect((await secondStep(token, fresh[0])).status).toBe(200);
  });
});

describe('grave changes', () => {
  const grave: Array<[string, string]> = [
    ['POST', '/api/auth/totp'],
    ['DELETE', '/api/auth/totp'],
    ['POST', '/api/auth/passkeys/challenge'],
    ['DELETE', '/api/auth/passkeys/1'],
    ['POST', '/api/auth/recovery-codes'],
  ];

  test('ask for a fresh proof, and the cookie from before the proof is worthless', async () => {
    const lena = await signUp(server, 'lena');
    const session = await signInOnWeb(server, lena);
    const { app } = await addTotp(server, session);
    later(20 * minute);
    for (const [method, path] of grave) {
      expect(await session.api(method, path)).toMatchObject({
        status: 403,
        body: { error: 'Please confirm first that it is you', details: { session: [{ error: 'ERR_STALE' }] } },
      });
    }
    expect((await session.api('GET', '/api/auth/security')).body).toMatchObject({
      totp_since: expect.any(String),
      fresh_until: null,
    });
    const { password } = lena;
    const prove = (body: object): Promise<Answer> => session.api('POST', '/api/auth/proof', body);
    expect(await prove({ password: 'not it' })).toMatchObject({ status: 422, body: { details: { password: [{}] } } });
    expect(await prove({ password })).toMatchObject({ status: 422, body: { details: { code: [{}] } } });
    expect(await prove({ password, code: '000000' })).toMatchObject({ status: 422, body: { details: { code: [{}] } } });
    const before = session.cookie();
    expect((await prove({ password, code: app.code() })).body.fresh_until).toBe(
      new Date(now + 15 * minute).toISOString(),
    );
    expect(session.cookie()).not.toBe(before);
    const consent = (cookie: string): Promise<Answer> =>
      call(server.origin, 'POST', '/api/auth/sign-out', { headers: { cookie } });
    await consent(before);
    expect((await session.api('GET', '/api/auth/sessions')).status).toBe(200);
    expect((await session.api('DELETE', '/api/auth/totp')).status).toBe(200);
    expect((await passwordStep(lena)).body).toHaveProperty('access_token');
    expect((await session.api('GET', '/api/auth/security')).body).toMatchObject({
      second_factor: false,
      recovery_codes_left: 0,
    });
    await server.settle();
    expect(mail.letterTo('lena@mail.example').subject).toMatch(/^A second factor was removed/);
  });

  test('are not for apps, whatever their token reaches', async () => {
    const mia = await signUp(server, 'mia');
    const token = await createToken(server.ctx, mia.accountId, 'read write follow push');
    for (const [method, path] of [...grave, ['GET', '/api/auth/apps'], ['GET', '/api/auth/security']] as const)
      expect([path, (await call(server.origin, method, path, { token })).status]).toEqual([path, 403]);
  });

  test('a cookie from before signing in is never taken over', async () => {
    const nora = await signUp(server, 'nora');
    const headers = { cookie: 'rookery_session=planted-by-somebody-else' };
    const body = { login: 'nora', password: nora.password };
    const answer = await call(server.origin, 'POST', '/api/auth/sign-in', { body, headers });
    expect(cookieOf(answer)).toMatch(/^rookery_session=[\w-]{43}$/);
    expect(cookieOf(await call(server.origin, 'POST', '/api/auth/sign-in', { body, headers }))).not.toBe(
      cookieOf(answer),
    );
  });

  test('somebody who lost everything is let in by the admin’s command, and told so', async () => {
    const paul = await signUp(server, 'paul');
    await addTotp(server, await signInOnWeb(server, paul));
    expect(await resetSecondFactors(server.ctx, paul.accountId)).toBe(true);
    expect((await passwordStep(paul)).body).toHaveProperty('access_token');
    const { recoveryCodes, isOn } = await findSecondFactors(server.ctx, paul.accountId);
    expect({ recoveryCodes, isOn }).toEqual({ recoveryCodes: 0, isOn: false });
    await server.settle();
    expect(mail.letterTo('paul@mail.example').subject).toMatch(/^A second factor was removed/);
    expect(await resetSecondFactors(server.ctx, paul.accountId)).toBe(false);
  });

  test('a new password by letter does not take the second factor away', async () => {
    const olaf = await signUp(server, 'olaf');
    await addTotp(server, await signInOnWeb(server, olaf));
    await post('/api/auth/password-reset/request', { email: 'olaf@mail.example' });
    await server.settle();
    const password = 'a brand new pass phrase';
    await post('/api/auth/password-reset', { token: mail.tokenTo('olaf@mail.example'), password });
    expect((await passwordStep({ ...olaf, password })).body).toHaveProperty('second_factor');
  });
});
