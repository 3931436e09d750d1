// Stories of passkeys at the doors: as the only factor, as the second one, as a proof; and every answer that must not count.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuthenticator, type Authenticator, type Deviation } from '#server/testing/authenticator.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { cookieOf, sessionFrom, signInOnWeb, type WebSession } from '#server/testing/web-session.ts';

let server: TestServer;
let now = Date.now();

beforeAll(async () => {
  server = await openTestServer({ idle: true, clock: () => new Date(now) });
});
afterAll(() => server.close());

const post = (path: string, body: object = {}): Promise<Answer> => call(server.origin, 'POST', path, { body });

interface Scene {
  person: Person;
  session: WebSession;
  key: Authenticator;
  added: Answer;
}

/** Somebody with a passkey. */
async function withPasskey(name: string, options = {}): Promise<Scene> {
  const person = await signUp(server, name);
  const session = await signInOnWeb(server, person);
  const key = openAuthenticator(server.origin, options);
  return { person, session, key, added: await add(session, key) };
}

async function add(session: WebSession, key: Authenticator, more: Deviation = {}): Promise<Answer> {
  const question = await session.api('POST', '/api/auth/passkeys/challenge');
  return session.api('POST', '/api/auth/passkeys', { name: 'Blue key', passkey: key.create(question.body, more) });
}

const ask = async (body?: { token: string }): Promise<{ challenge: string; rpId?: string }> =>
  (await post(body ? '/api/auth/sign-in/second-factor/challenge' : '/api/auth/passkey/challenge', body)).body;
const enter = (passkey: object): Promise<Answer> => post('/api/auth/sign-in/passkey', { passkey });
const refused = { status: 401, body: { error: 'The passkey was not accepted. Please try again.' } };

describe('a passkey', () => {
  test('is added with a name, and brings recovery codes with it', async () => {
    const { session, added, key } = await withPasskey('alice');
    expect(added.body).toEqual({ id: expect.stringMatching(/^\d+$/), recovery_codes: expect.any(Array) });
    expect(added.body.recovery_codes).toHaveLength(10);
    expect((await session.api('GET', '/api/auth/security')).body).toMatchObject({
      second_factor: true,
      passkeys: [{ id: added.body.id, name: 'Blue key', last_used_at: null }],
      recovery_codes_left: 10,
    });
    const again = (await session.api('POST', '/api/auth/passkeys/challenge')).body;
    expect(again.excludeCredentials).toEqual([{ id: key.credentialId, type: 'public-key', transports: ['usb'] }]);
    expect((await add(session, openAuthenticator(server.origin))).body.recovery_codes).toBeNull();
  });

  test('opens the login alone', async () => {
    const { key, person } = await withPasskey('bob');
    const question = await ask();
    expect(question).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(question).not.toHaveProperty('allowCredentials');
    const answer = await enter(key.answer(question));
    expect(cookieOf(answer)).toMatch(/^rookery_session=/);
    const me = await sessionFrom(server, answer).api('GET', '/api/v1/accounts/verify_credentials');
    expect(me.body.id).toBe(person.accountId);
  });

  test('is the second factor of a password', async () => {
    const { key, person } = await withPasskey('carl');
    const half = await post('/api/auth/sign-in', { login: 'carl', password: person.password });
    expect(half.body.second_factor.methods).toEqual(['passkey', 'recovery']);
    const { token } = half.body.second_factor;
    const question = await ask({ token });
    expect(question).toMatchObject({ allowCredentials: [{ id: key.credentialId }], userVerification: 'discouraged' });
    // After the password holding the key is enough.
    const passkey = key.answer(question, { userVerified: false });
    const whole = await post('/api/auth/sign-in/second-factor', { token, passkey });
    expect((await sessionFrom(server, whole).api('GET', '/api/v1/preferences')).status).toBe(200);
    expect((await post('/api/auth/sign-in/second-factor/challenge', { token })).status).toBe(401);
  });

  test('proves that it is you before a grave change', async () => {
    const { key, session, added } = await withPasskey('dora');
    now += 20 * 60_000;
    const door = `/api/auth/passkeys/${added.body.id}`;
    expect((await session.api('DELETE', door)).status).toBe(403);
    const wrong = openAuthenticator(server.origin);
    const first = (await session.api('POST', '/api/auth/proof/challenge')).body;
    expect((await session.api('POST', '/api/auth/proof', { passkey: wrong.answer(first) })).status).toBe(422);
    const question = (await session.api('POST', '/api/auth/proof/challenge')).body;
    expect((await session.api('POST', '/api/auth/proof', { passkey: key.answer(question) })).status).toBe(200);
    expect((await session.api('DELETE', door)).status).toBe(200);
    expect((await enter(key.answer(await ask()))).status).toBe(401);
  });

  test('is renamed and removed by its owner alone', async () => {
    const { added, session } = await withPasskey('emma');
    const other = await signInOnWeb(server, await signUp(server, 'fred'));
    const door = `/api/auth/passkeys/${added.body.id}`;
    expect((await other.api('PATCH', door, { name: 'Mine' })).status).toBe(404);
    expect((await other.api('DELETE', door)).status).toBe(404);
    expect((await session.api('PATCH', door, { name: '  Green   key ' })).status).toBe(200);
    expect((await session.api('GET', '/api/auth/security')).body.passkeys).toMatchObject([{ name: 'Green key' }]);
  });
});

describe('an answer does not count', () => {
  const deviations: Array<[string, Deviation]> = [
    ['from another origin', { origin: 'https://rookery.example.evil' }],
    ['from the same host on another port', { origin: 'http://localhost:1' }],
    ['for another host', { rpId: 'evil.example' }],
    ['to a question that nobody asked', { challenge: 'bm90aGluZyBvZiB0aGUgc29ydCB3YXMgYXNrZWQ' }],
    ['without the person being verified', { userVerified: false }],
  ];

  test.each(deviations.map(([what, deviation], index) => [what, deviation, `grace${index}`] as const))(
    '%s',
    async (_what, deviation, name) => {
      const { key } = await withPasskey(name);
      expect(await enter(key.answer(await ask(), deviation))).toMatchObject(refused);
      expect((await enter(key.answer(await ask()))).status).toBe(200);
    },
  );

  test('a second time', async () => {
    const { key } = await withPasskey('hugo', { counts: false });
    const answer = key.answer(await ask());
    expect((await enter(answer)).status).toBe(200);
    expect(await enter(answer)).toMatchObject(refused);
    const raced = key.answer(await ask());
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => enter(raced)))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 401, 401, 401]);
  });

  test('when the key’s count goes back: somebody copied it', async () => {
    const { key } = await withPasskey('ina');
    expect((await enter(key.answer(await ask(), { counter: 50 }))).status).toBe(200);
    expect(await enter(key.answer(await ask(), { counter: 50 }))).toMatchObject(refused);
    expect(await enter(key.answer(await ask(), { counter: 7 }))).toMatchObject(refused);
    expect((await enter(key.answer(await ask(), { counter: 51 }))).status).toBe(200);
  });

  test('ten minutes later', async () => {
    const { key } = await withPasskey('jan');
    const question = await ask();
    now += 11 * 60_000;
    expect(await enter(key.answer(question))).toMatchObject(refused);
  });

  test('to a question that was asked for something else or somebody else', async () => {
    const { key, person } = await withPasskey('kim');
    const other = await withPasskey('lars');
    const half = await post('/api/auth/sign-in', { login: 'kim', password: person.password });
    const { token } = half.body.second_factor;
    // The weaker question of the second step must not serve to come in without a password.
    expect(await enter(key.answer(await ask({ token })))).toMatchObject(refused);
    const foreign = other.key.answer(await ask({ token }));
    expect(await post('/api/auth/sign-in/second-factor', { token, passkey: foreign })).toMatchObject(refused);
    const open = key.answer(await ask());
    expect(await post('/api/auth/sign-in/second-factor', { token, passkey: open })).toMatchObject(refused);
  });

  test('with another’s name on it, or with nothing in it', async () => {
    const { key } = await withPasskey('mona');
    const stranger = openAuthenticator(server.origin);
    const forged = { ...stranger.answer(await ask()), id: key.credentialId, rawId: key.credentialId };
    expect(await enter(forged)).toMatchObject(refused);
    expect((await post('/api/auth/sign-in/passkey', {})).status).toBe(422);
    const empty = { clientDataJSON: '', authenticatorData: '', signature: '' };
    expect(await enter({ ...forged, response: empty })).toMatchObject(refused);
  });
});

test('a login that is disabled stays closed for its passkey', async () => {
  const { key, person } = await withPasskey('nils');
  await server.ctx.database.write((tx) =>
    tx.sql.updateTable('users').set({ disabled_at: new Date() }).where('account_id', '=', person.accountId).execute(),
  );
  expect(await enter(key.answer(await ask()))).toMatchObject({
    status: 403,
    body: { error: 'Your login is currently disabled' },
  });
});

describe('a new passkey is refused', () => {
  test.each<[string, Deviation, string]>([
    ['from another origin', { origin: 'https://evil.example' }, 'otto'],
    ['for another host', { rpId: 'evil.example' }, 'paul'],
    ['to a question that nobody asked', { challenge: 'bm90aGluZw' }, 'quinn'],
  ])('%s', async (_what, deviation, name) => {
    const session = await signInOnWeb(server, await signUp(server, name));
    expect((await add(session, openAuthenticator(server.origin), deviation)).status).toBe(422);
    expect((await session.api('GET', '/api/auth/security')).body).toMatchObject({ second_factor: false, passkeys: [] });
  });

  test('when it is somebody’s already', async () => {
    const { key } = await withPasskey('rita');
    const session = await signInOnWeb(server, await signUp(server, 'sven'));
    expect((await add(session, key)).status).toBe(422);
    expect((await session.api('GET', '/api/auth/security')).body.passkeys).toEqual([]);
  });
});
