// Stories of e-mail providers whose addresses are not taken.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rookery, type Outcome } from '#server/cli/test-program.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { signInOnWeb } from '#server/testing/web-session.ts';

let server: TestServer;
let admin: Person;
let alice: Person;
const now = new Date();

beforeAll(async () => {
  server = await openTestServer({ idle: true, clock: () => now });
  [admin, alice] = await Promise.all([signUp(server, 'root', { role: 'admin' }), signUp(server, 'alice')]);
});
afterAll(() => server.close());

const doors = '/api/v1/admin/email_domain_blocks';
const block = (domain: string): Promise<Answer> => admin.api('POST', doors, { domain });
const listed = async (): Promise<Answer['body']> => (await admin.api('GET', doors)).body;

function join(username: string, email: string): Promise<Answer> {
  const body = { username, email, password: 'correct horse battery', agreement: true };
  return call(server.origin, 'POST', '/api/auth/sign-up', { body });
}

/** The refusal, and that nobody of that name came in. */
async function expectRefused(username: string, email: string): Promise<void> {
  expect(await join(username, email)).toMatchObject({
    status: 422,
    body: {
      error: 'Validation failed: Addresses of this e-mail provider are not taken here',
      details: { email: [{ error: 'ERR_BLOCKED' }] },
    },
  });
  expect((await call(server.origin, 'GET', `/api/v1/accounts/lookup?acct=${username}`)).status).toBe(404);
}

describe('a blocked provider', () => {
  test('brings nobody in, neither itself nor below its name, in any case and alphabet; others do', async () => {
    const made = await block('@Throwaway.Example.');
    expect(made).toMatchObject({ status: 200, body: { domain: 'throwaway.example' } });
    expect((await block('bücher.example')).body.domain).toBe('xn--bcher-kva.example');
    await expectRefused('eve', 'eve@throwaway.example');
    await expectRefused('eve', 'eve+1@MX.Throwaway.example');
    await expectRefused('eve', 'eve@bücher.example');
    await expectRefused('eve', 'eve@xn--bcher-kva.example');
    expect((await join('eva', 'eva@notthrowaway.example')).status).toBe(200);
    expect((await join('ewa', 'throwaway.example@mail.example')).status).toBe(200);
  });

  test('is told with how many addresses were refused on each of the last seven days', async () => {
    const found = (await listed()).find(({ domain }: { domain: string }) => domain === 'throwaway.example');
    const today = Math.floor(now.getTime() / 86_400_000) * 86_400;
    expect(found.history).toHaveLength(7);
    expect(found.history[0]).toEqual({ day: String(today), accounts: '2', uses: '2' });
    expect(found.history[6]).toEqual({ day: String(today - 6 * 86_400), accounts: '0', uses: '0' });
    expect((await admin.api('GET', `${doors}/${found.id}`)).body).toEqual(found);
  });

  test('is not taken as a changed address either, confirmed or not', async () => {
    const session = await signInOnWeb(server, alice);
    const email = 'alice@throwaway.example';
    expect(await session.api('POST', '/api/auth/email', { email })).toMatchObject({
      status: 422,
      body: { details: { email: [{ error: 'ERR_BLOCKED' }] } },
    });
    const plain = server.ctx.mail;
    server.ctx.mail = openMailbox();
    try {
      const app = await call(server.origin, 'POST', '/api/v1/apps', {
        body: { client_name: 'App', redirect_uris: 'urn:ietf:wg:oauth:2.0:oob', scopes: 'read write' },
      });
      const { client_id, client_secret } = app.body;
      const grant = { grant_type: 'client_credentials', client_id, client_secret, scope: 'read write' };
      const { access_token: appToken } = (await call(server.origin, 'POST', '/oauth/token', { body: grant })).body;
      const form = { username: 'wendy', email: 'wendy@mail.example', password: 'correct horse battery' };
      const body = { ...form, agreement: true, locale: 'en' };
      const come = await call(server.origin, 'POST', '/api/v1/accounts', { token: appToken, body });
      const again = await call(server.origin, 'POST', '/api/v1/emails/confirmations', {
        token: come.body.access_token,
        body: { email },
      });
      expect(again).toMatchObject({ status: 422, body: { details: { email: [{ error: 'ERR_BLOCKED' }] } } });
    } finally {
      server.ctx.mail = plain;
    }
  });

  test('does not bind the staff, and who is in stays in', async () => {
    await block('mail.example');
    expect((await alice.api('GET', '/api/v1/accounts/verify_credentials')).status).toBe(200);
    expect((await signUp(server, 'made_by_hand')).token).not.toBe('');
    await expectRefused('late', 'late@mail.example');
    const found = (await listed()).find(({ domain }: { domain: string }) => domain === 'mail.example');
    expect(await admin.api('DELETE', `${doors}/${found.id}`)).toMatchObject({ status: 200, body: {} });
    expect((await join('late', 'late@mail.example')).status).toBe(200);
  });
});

describe('the staff', () => {
  test('hears what is wrong with a name, and nothing is written', async () => {
    const before = (await listed()).length;
    for (const [domain, reason] of [
      ['throwaway.example', 'blocked already'],
      ['no name', 'not a valid domain name'],
      ['mail.example:25', 'not a valid domain name'],
      ['', 'not a valid domain name'],
    ] as const)
      expect(await block(domain)).toMatchObject({ status: 422, body: { error: expect.stringContaining(reason) } });
    for (const id of ['77', 'x']) {
      expect((await admin.api('GET', `${doors}/${id}`)).status).toBe(404);
      expect((await admin.api('DELETE', `${doors}/${id}`)).status).toBe(404);
    }
    expect(await listed()).toHaveLength(before);
  });

  test('reads a page in statements that do not grow with it', async () => {
    const read = (): Promise<Answer> => admin.api('GET', doors);
    await read();
    const statements = await statementsOf(server.ctx, read);
    for (const name of ['one', 'two', 'three']) await block(`${name}.example`);
    expect(await statementsOf(server.ctx, read)).toBe(statements);
    expect(statements).toBeLessThanOrEqual(1);
  });
});

test('bin/rookery email-domain blocks, lists and unblocks', async () => {
  const settings = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.ctx.config.dataDir, ORIGIN: server.origin };
  const run = (...args: string[]): Promise<Outcome> => rookery(settings, ['email-domain', ...args]);
  const blocked = await run('block', 'Junk.example', '--json');
  expect(blocked.json, blocked.stderr).toMatchObject({ domain: 'junk.example' });
  await expectRefused('john', 'john@junk.example');
  expect((await run('list')).stdout).toMatch(/^NAME +REFUSED\njunk\.example +1\n/);
  expect(await run('unblock', 'junk.example')).toMatchObject({ code: 0 });
  const again = await run('unblock', 'junk.example');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no block of junk.example')]);
  expect((await join('john', 'john@junk.example')).status).toBe(200);
});
