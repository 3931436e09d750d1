// Stories of people who come in: open, by approval, by invitation, with and without mail.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeInstanceSettings } from '#server/features/instance/service.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Answer } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { createUser } from './service/users.ts';
import { ensureOwnerInvitation } from './service/invite-owner.ts';

const password = 'correct horse battery';

function wish(username: string, more: Record<string, unknown> = {}) {
  return { username, email: `${username}@mail.example`, password, agreement: true, ...more };
}

describe('without an SMTP server', () => {
  let server: TestServer;
  const post = (path: string, body: unknown): Promise<Answer> => call(server.origin, 'POST', path, { body });

  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());

  test('a person signs up and may use the server at once, because nobody could confirm an address', async () => {
    const answer = await post('/api/auth/sign-up', wish('alice'));
    expect(answer.status).toBe(200);
    expect(answer.body.state).toBe('active');
    expect(answer.headers.get('set-cookie')).toMatch(/^rookery_session=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
    const me = await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', {
      token: answer.body.access_token,
    });
    expect(me.body.username).toBe('alice');
  });

  test('the first owner comes in by the link that the start prints, once', async () => {
    const link = (await ensureOwnerInvitation(server.ctx)) ?? '';
    expect(link).toBe(await ensureOwnerInvitation(server.ctx));
    const ownerToken = new URL(link).searchParams.get('owner');
    await changeInstanceSettings(server.ctx, { registrations: 'closed' });
    const answer = await post('/api/auth/sign-up', wish('olga', { owner_token: ownerToken }));
    expect(answer.body.state).toBe('active');
    const me = await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', {
      token: answer.body.access_token,
    });
    expect(me.body.role.name).toBe('Owner');
    expect(await ensureOwnerInvitation(server.ctx)).toBeNull();
    const second = await post('/api/auth/sign-up', wish('oscar', { owner_token: ownerToken }));
    expect(second.status).toBe(403);
    expect(second.body.error).toContain('has been used');
    await changeInstanceSettings(server.ctx, { registrations: 'open' });
  });

  test('nobody signs up while the doors are closed', async () => {
    await changeInstanceSettings(server.ctx, { registrations: 'closed' });
    const answer = await post('/api/auth/sign-up', wish('late'));
    expect(answer).toMatchObject({ status: 403, body: { error: 'Sign-ups are closed on this server' } });
    await changeInstanceSettings(server.ctx, { registrations: 'open' });
  });

  test('whoever waits for approval is seen by nobody, can do nothing, and comes in when the staff says yes', async () => {
    await changeInstanceSettings(server.ctx, { registrations: 'approval' });
    const admin = await signUp(server, 'adam', { role: 'admin' });
    expect((await post('/api/auth/sign-up', wish('paula'))).body.details.reason[0].error).toBe('ERR_BLANK');
    const waiting = await post('/api/auth/sign-up', wish('paula', { reason: 'I like rooks' }));
    expect(waiting.body).toEqual({ state: 'pending' });
    expect(await call(server.origin, 'GET', '/api/v1/accounts/lookup?acct=paula')).toMatchObject({ status: 404 });
    const early = await post('/api/auth/sign-in', { login: 'paula', password });
    expect(early).toMatchObject({ status: 403, body: { error: 'Your login is currently pending approval' } });

    const list = await admin.api('GET', '/api/admin/sign-ups');
    expect(list.body).toMatchObject([{ username: 'paula', email: 'paula@mail.example', reason: 'I like rooks' }]);
    expect(await admin.api('POST', `/api/admin/sign-ups/${list.body[0].account_id}/approve`)).toMatchObject({
      status: 200,
      body: {},
    });
    expect((await post('/api/auth/sign-in', { login: 'paula', password })).status).toBe(200);
    expect((await call(server.origin, 'GET', '/api/v1/accounts/lookup?acct=paula')).body.username).toBe('paula');
    expect((await admin.api('POST', `/api/admin/sign-ups/${list.body[0].account_id}/reject`)).status).toBe(404);
    await changeInstanceSettings(server.ctx, { registrations: 'open' });
  });

  test('a sign-up that is turned away leaves nothing behind, and its name is free again', async () => {
    await changeInstanceSettings(server.ctx, { registrations: 'approval' });
    const admin = await signUp(server, 'anna', { role: 'admin' });
    await post('/api/auth/sign-up', wish('spam', { reason: 'buy' }));
    const [entry] = (await admin.api('GET', '/api/admin/sign-ups')).body;
    await admin.api('POST', `/api/admin/sign-ups/${entry.account_id}/reject`);
    expect((await admin.api('GET', '/api/admin/sign-ups')).body).toEqual([]);
    await changeInstanceSettings(server.ctx, { registrations: 'open' });
    expect((await post('/api/auth/sign-up', wish('spam'))).body.state).toBe('active');
  });

  test.each([
    ['an empty name', { username: '' }, 'username', 'ERR_BLANK'],
    ['a name with a space', { username: 'a b' }, 'username', 'ERR_INVALID'],
    ['a name in Cyrillic letters', { username: 'Аdmin' }, 'username', 'ERR_INVALID'],
    ['a name of 31 letters', { username: 'a'.repeat(31) }, 'username', 'ERR_TOO_LONG'],
    ['a name kept for the staff', { username: 'Supp0rt' }, 'username', 'ERR_RESERVED'],
    ['a name that is taken, in other letters', { username: 'ALICE' }, 'username', 'ERR_TAKEN'],
    ['an address without a domain', { email: 'nobody' }, 'email', 'ERR_INVALID'],
    ['two addresses', { email: 'a@mail.example,b@mail.example' }, 'email', 'ERR_INVALID'],
    ['an address with a line break', { email: 'a@mail.example\r\nBcc: b@mail.example' }, 'email', 'ERR_INVALID'],
    ['an address with a route', { email: 'a%b@mail.example' }, 'email', 'ERR_INVALID'],
    ['a quoted address', { email: '"x y"@mail.example' }, 'email', 'ERR_INVALID'],
    ['an address that is known', { email: 'Alice@mail.example' }, 'email', 'ERR_TAKEN'],
    ['a short password', { password: '1234567' }, 'password', 'ERR_TOO_SHORT'],
    ['the name as password', { username: 'margaret', password: 'MARGARET' }, 'password', 'ERR_INVALID'],
    ['no agreement', { agreement: false }, 'agreement', 'ERR_ACCEPTED'],
  ])('refuses %s and says why', async (_what, more, field, code) => {
    const answer = await post('/api/auth/sign-up', { ...wish('fresh'), ...more });
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatch(/^Validation failed: /);
    expect(answer.body.details[field]).toMatchObject([{ error: code, description: expect.any(String) }]);
    expect((await call(server.origin, 'GET', '/api/v1/accounts/lookup?acct=fresh')).status).toBe(404);
  });

  test('of many who want the same name at once, one gets it', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => post('/api/auth/sign-up', wish('rare', { email: `rare${n}@mail.example` }))),
    );
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 422, 422, 422]);
  });

  test('roles and flags in the body change nothing', async () => {
    const answer = await post(
      '/api/auth/sign-up',
      wish('mallory', { role: 'owner', approved_at: '2020-01-01', opened: true }),
    );
    const me = await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', {
      token: answer.body.access_token,
    });
    expect(me.body.role.permissions).toBe('0');
  });

  test('our own API signs up by the same service', async () => {
    const made = await post('/api/users', { username: 'ursula', email: 'ursula@mail.example', password });
    expect(made).toMatchObject({ status: 201, body: { username: 'ursula', state: 'active' } });
    const read = await call(server.origin, 'GET', `/api/users/${made.body.id}`);
    expect(read.body).toMatchObject({ id: made.body.id, username: 'ursula', followers_count: 0 });
    expect(
      (await call(server.origin, 'GET', '/api/users')).body.map((user: { username: string }) => user.username),
    ).toContain('ursula');
    expect((await post('/api/users', { username: 'ursula', email: 'u2@mail.example', password })).status).toBe(422);
    expect(await call(server.origin, 'GET', '/api/users/1')).toMatchObject({
      status: 404,
      body: { error: 'Record not found' },
    });
  });
});

describe('with an SMTP server', () => {
  let server: TestServer;
  let mail: Mailbox;
  const post = (path: string, body: unknown): Promise<Answer> => call(server.origin, 'POST', path, { body });

  beforeAll(async () => {
    server = await openTestServer();
    mail = openMailbox();
    server.ctx.mail = mail;
  });
  afterAll(() => server.close());

  test('a person comes in after opening the link in the letter, which works once', async () => {
    const answer = await post('/api/auth/sign-up', wish('carol'));
    expect(answer.body).toEqual({ state: 'unconfirmed' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    const early = await post('/api/auth/sign-in', { login: 'carol', password });
    expect(early).toMatchObject({ status: 403, body: { error: 'Your login is missing a confirmed e-mail address' } });
    await server.settle();
    const token = mail.tokenTo('carol@mail.example');
    expect(mail.letterTo('carol@mail.example').text).toContain(`${server.origin}/confirm?token=`);
    expect(await post('/api/auth/confirm', { token })).toMatchObject({ status: 200, body: { state: 'active' } });
    expect((await post('/api/auth/sign-in', { login: 'carol', password })).status).toBe(200);
    expect((await post('/api/auth/confirm', { token })).status).toBe(422);
  });

  test.each([
    ['de', 'greta', 'Bestätige deine Adresse', 'Willkommen, greta!'],
    ['de-AT', 'hanna', 'Bestätige deine Adresse', 'Willkommen, hanna!'],
    ['en', 'irene', 'Confirm your address', 'Welcome, irene!'],
    ['tlh', 'jesse', 'Confirm your address', 'Welcome, jesse!'],
  ])(
    'somebody who reads %s gets a letter in their language, or in English',
    async (locale, name, subject, greeting) => {
      await post('/api/auth/sign-up', wish(name, { locale }));
      await server.settle();
      const letter = mail.letterTo(`${name}@mail.example`);
      expect(letter.subject).toContain(subject);
      expect(letter.text).toContain(greeting);
      expect(letter.html).toContain(greeting);
      expect(letter.text).toContain(`${server.origin}/confirm?token=`);
    },
  );

  test('signing up with a known address gets the same answer, and its owner a letter', async () => {
    await createUser(server.ctx, { username: 'dora', email: 'dora@mail.example', confirmed: true });
    const known = await post('/api/auth/sign-up', wish('thief', { email: 'DORA@mail.example' }));
    const fresh = await post('/api/auth/sign-up', wish('fresh'));
    expect(known.body).toEqual(fresh.body);
    expect([...known.headers.keys()].toSorted()).toEqual([...fresh.headers.keys()].toSorted());
    await server.settle();
    expect(mail.letterTo('dora@mail.example').subject).toContain('already');
    expect((await post('/api/auth/sign-in', { login: 'thief', password })).status).toBe(401);
  });

  test('the confirmation is sent again to whom it is owed, five times in half an hour, with one answer for all', async () => {
    await post('/api/auth/sign-up', wish('erin'));
    await server.settle();
    const sent = mail.letters.length;
    expect(await post('/api/auth/confirm/resend', { email: 'erin@mail.example' })).toMatchObject({
      status: 200,
      body: {},
    });
    expect(await post('/api/auth/confirm/resend', { email: 'nobody@mail.example' })).toMatchObject({
      status: 200,
      body: {},
    });
    await server.settle();
    expect(mail.letters.length).toBe(sent + 1);
    for (let n = 0; n < 4; n += 1) await post('/api/auth/confirm/resend', { email: 'erin@mail.example' });
    const over = await post('/api/auth/confirm/resend', { email: 'ERIN@mail.example' });
    expect(over.status).toBe(429);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(1000);
  });

  test('a person whom the staff must approve needs both, in any order', async () => {
    await changeInstanceSettings(server.ctx, { registrations: 'approval' });
    const admin = await signUp(server, 'amos', { role: 'admin' });
    await post('/api/auth/sign-up', wish('gina', { reason: 'hello' }));
    await server.settle();
    expect(mail.letterTo('amos@mail.example').text).toContain('hello');
    const [entry] = (await admin.api('GET', '/api/admin/sign-ups')).body;
    await admin.api('POST', `/api/admin/sign-ups/${entry.account_id}/approve`);
    expect((await post('/api/auth/sign-in', { login: 'gina', password })).status).toBe(403);
    expect((await post('/api/auth/confirm', { token: mail.tokenTo('gina@mail.example') })).body.state).toBe('active');

    await post('/api/auth/sign-up', wish('hans', { reason: 'hello' }));
    await server.settle();
    expect((await post('/api/auth/confirm', { token: mail.tokenTo('hans@mail.example') })).body.state).toBe('pending');
    expect((await post('/api/auth/sign-in', { login: 'hans', password })).body.error).toContain('pending');
    const [other] = (await admin.api('GET', '/api/admin/sign-ups')).body;
    await admin.api('POST', `/api/admin/sign-ups/${other.account_id}/approve`);
    await server.settle();
    expect(mail.letterTo('hans@mail.example').subject).toContain('Welcome');
    expect((await post('/api/auth/sign-in', { login: 'hans', password })).status).toBe(200);
    await changeInstanceSettings(server.ctx, { registrations: 'open' });
  });

  test('an app signs a person up; its token reaches nothing until the address is confirmed', async () => {
    const app = (
      await post('/api/v1/apps', {
        client_name: 'App',
        redirect_uris: 'urn:ietf:wg:oauth:2.0:oob',
        scopes: 'read write',
      })
    ).body;
    const credentials = { client_id: app.client_id, client_secret: app.client_secret };
    const own = (await post('/oauth/token', { ...credentials, grant_type: 'client_credentials', scope: 'read write' }))
      .body.access_token;
    const body = { ...wish('ines'), locale: 'en' };
    const made = await call(server.origin, 'POST', '/api/v1/accounts', { token: own, body });
    expect(made.body).toMatchObject({ token_type: 'Bearer', scope: 'read write', created_at: expect.any(Number) });
    const token = made.body.access_token;
    const early = await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token });
    expect(early).toMatchObject({ status: 403, body: { error: 'Your login is missing a confirmed e-mail address' } });
    expect((await call(server.origin, 'GET', '/api/v1/emails/check_confirmation', { token })).body).toBe(false);
    expect(await call(server.origin, 'POST', '/api/v1/emails/confirmations', { token })).toMatchObject({
      status: 200,
      body: {},
    });
    await server.settle();
    const stale = mail.tokenTo('ines@mail.example');
    const resend = (email: string): Promise<Answer> =>
      call(server.origin, 'POST', '/api/v1/emails/confirmations', { token, body: { email } });
    expect(await resend('no address')).toMatchObject({ status: 422, body: { details: { email: [{}] } } });
    expect((await resend('ines.new@mail.example')).status).toBe(200);
    await server.settle();
    expect((await post('/api/auth/confirm', { token: stale })).status).toBe(422);
    await post('/api/auth/confirm', { token: mail.tokenTo('ines.new@mail.example') });
    expect((await resend('ines.third@mail.example')).status).toBe(403);
    expect((await call(server.origin, 'GET', '/api/v1/emails/check_confirmation', { token })).body).toBe(true);
    const again = await call(server.origin, 'POST', '/api/v1/accounts', {
      token: own,
      body: { ...body, username: 'other' },
    });
    expect(again.body).toMatchObject({ token_type: 'Bearer', scope: 'read write' });
    expect(
      (await call(server.origin, 'GET', '/api/v1/accounts/verify_credentials', { token: again.body.access_token }))
        .status,
    ).toBe(403);
  });
});
