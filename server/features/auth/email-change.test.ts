// Stories of somebody who changes their e-mail address, and of everybody who would like to change it for them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, settle, type TestServer } from '#server/testing/server.ts';
import { addTotp, signInOnWeb, type WebSession } from '#server/testing/web-session.ts';

let server: TestServer;
let mail: Mailbox;
let now = Date.now();
const hour = 3_600_000;

beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(now) });
});
afterAll(() => server.close());
beforeEach(() => {
  now = Date.now();
  mail = openMailbox();
  server.ctx.mail = mail;
});

const post = (path: string, body: object): Promise<Answer> => call(server.origin, 'POST', path, { body });

interface Scene {
  person: Person;
  session: WebSession;
  old: string;
}

async function come(name: string): Promise<Scene> {
  const person = await signUp(server, name);
  const session = await signInOnWeb(server, person);
  return { person, session, old: (await session.api('GET', '/api/auth/email')).body.email };
}

/** Asks for the address and returns what the link in its letter holds. */
async function wish(session: WebSession, email: string): Promise<string> {
  expect(await session.api('POST', '/api/auth/email', { email })).toMatchObject({ status: 200, body: {} });
  await settle(server.ctx);
  return mail.tokenTo(email);
}

const confirm = (session: WebSession, token: string): Promise<Answer> =>
  session.api('POST', '/api/auth/email/confirm', { token });

/** Changes the address and returns what the letter to the old one holds. */
async function change({ session, old }: Scene, email: string): Promise<string> {
  expect((await confirm(session, await wish(session, email))).status).toBe(200);
  await settle(server.ctx);
  return mail.tokenTo(old);
}

describe('a new address', () => {
  test('counts once its link is opened in the own session; the old one is told', async () => {
    const { person, session, old } = await come('anna');
    const token = await wish(session, 'anna@new.example');
    expect(mail.letterTo('anna@new.example').text).toContain(`${server.origin}/confirm-email?token=`);
    const waiting = { email: 'anna@new.example', expires_at: new Date(now + 24 * hour).toISOString() };
    const before = await session.api('GET', '/api/auth/email');
    expect(before.body).toMatchObject({ email: old, waiting: { email: waiting.email } });
    expect(Date.parse(before.body.waiting.expires_at)).toBeLessThanOrEqual(Date.parse(waiting.expires_at));
    expect(await confirm(session, token)).toMatchObject({ status: 200, body: { email: 'anna@new.example' } });
    expect((await session.api('GET', '/api/auth/email')).body).toEqual({
      email: 'anna@new.example',
      confirmed: true,
      waiting: null,
    });
    await settle(server.ctx);
    const told = mail.letterTo(old);
    expect(told.subject).toContain('was changed');
    expect(told.text).toContain(`${server.origin}/restore-email?token=`);
    expect(told.text).not.toContain('anna@new.example');
    const { password } = person;
    expect((await post('/api/auth/sign-in', { login: 'anna@new.example', password })).status).toBe(200);
    expect((await post('/api/auth/sign-in', { login: old, password })).status).toBe(401);
    expect((await confirm(session, token)).status).toBe(422);
  });

  test('needs both: the link alone does nothing, nor does it in the session of somebody else', async () => {
    const [bert, mallory] = [await come('bert'), await come('mallory')];
    const token = await wish(bert.session, 'bert@new.example');
    expect((await post('/api/auth/email/confirm', { token })).status).toBe(401);
    expect((await post('/api/auth/confirm', { token })).status).toBe(422);
    expect((await post('/api/auth/email/restore', { token })).status).toBe(422);
    expect(await confirm(mallory.session, token)).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining('another account') },
    });
    expect((await bert.person.api('POST', '/api/auth/email/confirm', { token })).status).toBe(403);
    expect((await mallory.session.api('GET', '/api/auth/email')).body.email).toBe(mallory.old);
    expect((await bert.session.api('GET', '/api/auth/email')).body.email).toBe(bert.old);
    expect((await confirm(bert.session, token)).status).toBe(200);
  });

  test('is asked for with a fresh proof, on the website', async () => {
    const { person, session } = await come('carl');
    const body = { email: 'carl@new.example' };
    expect((await person.api('POST', '/api/auth/email', body)).status).toBe(403);
    now += 16 * 60_000;
    expect(await session.api('POST', '/api/auth/email', body)).toMatchObject({
      status: 403,
      body: { details: { session: [{ error: 'ERR_STALE' }] } },
    });
    await session.api('POST', '/api/auth/proof', { password: person.password });
    expect((await session.api('POST', '/api/auth/email', body)).status).toBe(200);
  });

  let scene: Scene | undefined;
  test.each([
    ['nothing', '', 'give an e-mail address'],
    ['a route', 'a%b@c', 'not an e-mail address'],
    ['quotes', '"x y"@z', 'not an e-mail address'],
    ['line breaks', 'a@mail.example\r\nBcc: b@mail.example', 'not an e-mail address'],
    ['a line break at its end', 'a@mail.example\r\n', 'not an e-mail address'],
    ['two addresses', 'a@mail.example,b@mail.example', 'not an e-mail address'],
    ['two addresses with a space', 'a@mail.example b@mail.example', 'not an e-mail address'],
    ['a name beside it', 'Anna <a@mail.example>', 'not an e-mail address'],
    ['the present one', 'wrong@mail.example', 'already'],
  ])('with %s is refused in words', async (_, email, words) => {
    scene ??= await come('wrong');
    const session = scene.session;
    expect(
      await session.api('POST', '/api/auth/email', { email: email.replace('wrong@mail.example', scene.old) }),
    ).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining(words), details: { email: [{ description: expect.any(String) }] } },
    });
    expect((await session.api('GET', '/api/auth/email')).body.waiting).toBeNull();
  });

  test('that somebody has is answered alike; its owner gets a letter, and no link leaves', async () => {
    const [dora, owner] = [await come('dora'), await come('owen')];
    const given = await dora.session.api('POST', '/api/auth/email', { email: owner.old.toUpperCase() });
    const free = await dora.session.api('POST', '/api/auth/email', { email: 'dora@free.example' });
    expect([given.status, given.body]).toEqual([free.status, free.body]);
    await dora.session.api('POST', '/api/auth/email', { email: owner.old });
    await settle(server.ctx);
    expect((await dora.session.api('GET', '/api/auth/email')).body.waiting.email).toBe(owner.old);
    expect(mail.letterTo(owner.old).subject).toContain('already');
    expect(mail.letterTo(owner.old).text).toContain('belongs to owen');
    expect(mail.letterTo(owner.old).text).not.toMatch(/token=|dora/);
  });

  test('that somebody took meanwhile is refused to whoever reads its mail', async () => {
    const [ella, finn] = [await come('ella'), await come('finn')];
    const hers = await wish(ella.session, 'both@new.example');
    const his = await wish(finn.session, 'both@new.example');
    expect((await confirm(finn.session, his)).status).toBe(200);
    expect(await confirm(ella.session, hers)).toMatchObject({ status: 422, body: { error: expect.any(String) } });
    expect((await ella.session.api('GET', '/api/auth/email')).body.email).toBe(ella.old);
  });

  test('of two who confirm it in the same moment gives way to one', async () => {
    const both = [await come('gina'), await come('hugo')];
    const tokens: string[] = [];
    for (const { session } of both) tokens.push(await wish(session, 'race@new.example'));
    const answers = await Promise.all(both.map(({ session }, index) => confirm(session, tokens[index] ?? '')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
  });
});

describe('a link', () => {
  test('is void after a newer wish, after a day, and when the wish is taken back', async () => {
    const { session, old } = await come('ida');
    const first = await wish(session, 'ida1@new.example');
    const second = await wish(session, 'ida2@new.example');
    expect((await confirm(session, first)).status).toBe(422);
    expect((await session.api('DELETE', '/api/auth/email')).status).toBe(200);
    expect((await confirm(session, second)).status).toBe(422);
    const third = await wish(session, 'ida3@new.example');
    now += 24 * hour + 1;
    expect(await confirm(session, third)).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('too old') },
    });
    expect((await session.api('GET', '/api/auth/email')).body).toEqual({ email: old, confirmed: true, waiting: null });
  });

  test('to a new password that went to the old address is void after the change; one to the new address works', async () => {
    const scene = await come('jana');
    await post('/api/auth/password-reset/request', { email: scene.old });
    await settle(server.ctx);
    const token = mail.tokenTo(scene.old);
    await change(scene, 'jana@new.example');
    const password = 'a thief chose this phrase';
    expect((await post('/api/auth/password-reset', { token, password })).status).toBe(422);
    await post('/api/auth/password-reset/request', { email: 'jana@new.example' });
    await settle(server.ctx);
    const good = { token: mail.tokenTo('jana@new.example'), password: 'her own new pass phrase' };
    expect((await post('/api/auth/password-reset', good)).status).toBe(200);
  });

  test('to a new address is void after a new password', async () => {
    const { person, session } = await come('kurt');
    const token = await wish(session, 'kurt@new.example');
    const change = { current_password: person.password, password: 'another long pass phrase' };
    expect((await session.api('POST', '/api/auth/password', change)).status).toBe(200);
    const again = await signInOnWeb(server, { ...person, password: change.password });
    expect((await confirm(again, token)).status).toBe(422);
  });
});

describe('the former address', () => {
  test('takes a change back: it counts again, all is signed out, and only a new password opens the login', async () => {
    const scene = await come('lena');
    const token = await change(scene, 'thief@evil.example');
    now += 6 * 24 * hour;
    expect((await post('/api/auth/email/restore', { token })).status).toBe(200);
    for (const key of [scene.session.token, scene.person.token])
      expect((await call(server.origin, 'GET', '/api/v1/preferences', { token: key })).status).toBe(401);
    const { password } = scene.person;
    for (const login of ['lena', scene.old, 'thief@evil.example'])
      expect((await post('/api/auth/sign-in', { login, password })).status).toBe(401);
    await settle(server.ctx);
    const chosen = { token: mail.tokenTo(scene.old), password: 'only lena knows this one' };
    expect((await post('/api/auth/password-reset', chosen)).status).toBe(200);
    const login = { login: scene.old, password: chosen.password };
    expect((await post('/api/auth/sign-in', login)).status).toBe(200);
    expect((await post('/api/auth/email/restore', { token })).status).toBe(422);
  });

  test('does so also after a second change, whose link is void then', async () => {
    const scene = await come('mona');
    const token = await change(scene, 'one@evil.example');
    expect((await confirm(scene.session, await wish(scene.session, 'two@evil.example'))).status).toBe(200);
    await settle(server.ctx);
    const thiefs = mail.tokenTo('one@evil.example');
    expect((await post('/api/auth/email/restore', { token })).status).toBe(200);
    expect((await post('/api/auth/email/restore', { token: thiefs })).status).toBe(422);
    await settle(server.ctx);
    expect(mail.letterTo(scene.old).text).toContain('/reset-password?token=');
  });

  test('throws out the factors that came since the change was asked for, and says so', async () => {
    const scene = await come('pia');
    const thiefsLink = await wish(scene.session, 'pia@evil.example');
    const thief = await addTotp(server, scene.session);
    expect((await confirm(scene.session, thiefsLink)).status).toBe(200);
    await settle(server.ctx);
    const token = mail.tokenTo(scene.old);
    expect(await post('/api/auth/email/restore', { token })).toMatchObject({
      status: 200,
      body: { factors_removed: 1 },
    });
    await settle(server.ctx);
    const texts = mail.letters.filter(({ to }) => to === scene.old).map(({ text }) => text);
    expect(texts.join()).toContain('Those from before still count');
    const link = /reset-password\?token=([\w-]+)/.exec(texts.join())?.[1];
    const chosen = { token: link, password: 'only pia knows this one' };
    expect((await post('/api/auth/password-reset', chosen)).status).toBe(200);
    const login = { login: 'pia', password: chosen.password };
    const opened = await post('/api/auth/sign-in', login);
    expect(opened).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
    expect(thief.recovery).toHaveLength(10);
  });

  test('keeps the factors from before: who reads the old mailbox alone does not come in', async () => {
    const scene = await come('rosa');
    const own = await addTotp(server, scene.session);
    now += hour;
    await scene.session.api('POST', '/api/auth/proof', {
      password: scene.person.password,
      code: own.app.code(),
    });
    const token = await change(scene, 'rosa@new.example');
    expect((await post('/api/auth/email/restore', { token })).body).toEqual({ factors_removed: 0 });
    await settle(server.ctx);
    const chosen = { token: mail.tokenTo(scene.old), password: 'only rosa knows this one' };
    expect((await post('/api/auth/password-reset', chosen)).status).toBe(200);
    const opened = await post('/api/auth/sign-in', { login: 'rosa', password: chosen.password });
    expect(opened.body.access_token).toBeUndefined();
    expect(opened.body.second_factor ?? opened.status).toBeTruthy();
  });

  test('may do so for a week', async () => {
    const scene = await come('nils');
    const token = await change(scene, 'nils@new.example');
    now += 7 * 24 * hour + 1;
    expect(await post('/api/auth/email/restore', { token })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('too old') },
    });
  });
});

test('somebody may wish five times in half an hour', async () => {
  const { session } = await come('olaf');
  const statuses: number[] = [];
  for (let round = 0; round < 6; round += 1)
    statuses.push((await session.api('POST', '/api/auth/email', { email: `olaf${round}@new.example` })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});
