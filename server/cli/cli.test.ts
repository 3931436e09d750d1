// The command line as an administrator uses it: programs of their own, on a database, beside a server or without one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresQueue } from '#server/platform/queue/postgres.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { buildProgram } from './program.ts';
import { builtProgram } from '#server/testing/child-server.ts';
import { freePort, rookery, root, until } from './test-program.ts';

describe('beside a running server', () => {
  let server: TestServer;
  let settings: Record<string, string>;

  beforeAll(async () => {
    // What the commands set off stays where it is: no worker takes it away from the test.
    server = await openTestServer({ idle: true });
    settings = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.ctx.config.dataDir, ORIGIN: server.origin };
  });

  afterAll(() => server.close());

  it('a person is made, found, given a role and a token, and the token opens the doors', async () => {
    const made = await rookery(settings, [
      'user',
      'create',
      'alice',
      '--email',
      'alice@nest.test',
      '--role',
      'admin',
      '--confirmed',
      '--json',
    ]);
    expect(made).toMatchObject({
      code: 0,
      json: { username: 'alice', role: 'admin', id: expect.stringMatching(/^\d+$/) },
    });
    expect(made.json.password.length).toBeGreaterThan(15);

    const listed = await rookery(settings, ['user', 'list', '--json']);
    expect(listed.json).toEqual([
      expect.objectContaining({ username: 'alice', email: 'alice@nest.test', role: 'admin', state: 'active' }),
    ]);
    expect((await rookery(settings, ['user', 'list'])).stdout).toMatch(
      /^NAME .*\nalice +admin +alice@nest\.test +active/,
    );

    expect(await rookery(settings, ['user', 'role', 'alice', 'moderator'])).toMatchObject({
      code: 0,
      stdout: 'alice has the role moderator now.\n',
    });

    const token = await rookery(settings, ['token', 'create', 'alice', '--scopes', 'read write']);
    const secret = token.stdout.trimEnd().split('\n').at(-1);
    const answer = await fetch(`${server.origin}/api/v1/accounts/verify_credentials`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(await answer.json()).toMatchObject({ username: 'alice' });
  });

  it('a password comes from an option, from standard input, or is made', async () => {
    const made = await rookery(
      settings,
      ['user', 'create', 'bob', '--email', 'bob@nest.test', '--password', '-', '--json'],
      'correct horse battery\n',
    );
    expect(made).toMatchObject({ code: 0, json: { username: 'bob' } });
    expect(made.json).not.toHaveProperty('password');
    const chosen = await rookery(settings, ['user', 'set-password', 'bob', '--password', 'another long password']);
    expect(chosen.stdout).toBe('The password of bob is changed; all sessions and tokens have ended.\n');
    const given = await rookery(settings, ['user', 'set-password', 'bob@nest.test', '--json']);
    expect(given.json.password.length).toBeGreaterThan(15);
    const reset = await rookery(settings, ['user', 'reset-2fa', 'bob']);
    expect(reset).toMatchObject({ code: 0, stdout: 'bob had no second factor.\n' });
  });

  it('what is refused says why on standard error, with exit code 1 and nothing on standard output', async () => {
    const nobody = await rookery(settings, ['token', 'create', 'nobody', '--scopes', 'read', '--json']);
    expect(nobody).toMatchObject({ code: 1, stdout: '', stderr: 'Error: There is no user nobody\n' });
    const short = await rookery(settings, ['user', 'create', 'carol', '--email', 'carol', '--password', 'x']);
    expect(short).toMatchObject({ code: 1, stdout: '' });
    expect(short.stderr).toMatch(/^Error: Validation failed: .*e-mail/i);
    expect(await rookery(settings, ['queue', 'retry', 'no-such-job'])).toMatchObject({
      code: 1,
      stderr: 'Error: Nothing with the id no-such-job was given up.\n',
    });
  });

  it('what is not understood says how it is used, with exit code 2', async () => {
    const wrong = await rookery(settings, ['user', 'create', 'dave']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/required option '--email <address>' not specified/);
    expect((await rookery(settings, ['user', 'role', 'alice', 'king'])).stderr).toMatch(
      /Allowed choices are user, moderator, admin, owner/,
    );
    expect((await rookery(settings, ['uesr'])).stderr).toMatch(/Did you mean user\?/);
  });

  it('the queue is counted; a job that was given up is listed and run again', async () => {
    const impatient = openPostgresQueue(server.databaseUrl, pino({ level: 'silent' }), {
      patience: { tries: 1, pauseMs: 1 },
    });
    impatient.work('slow', 1, () => Promise.reject(new Error('the cable is cut')));
    await impatient.add('slow', [
      { id: 'event-1', subscriber: 'mailer', event: 'post.created', eventId: '1', payload: {} },
    ]);
    await until(async () => (await impatient.deadLetters(5)).length === 1);
    await impatient.close();

    expect((await rookery(settings, ['queue', '--json'])).json).toMatchObject({
      lanes: { slow: { waiting: 0, failed: 1 }, inbox: { failed: 0 } },
      deliveries: { waiting: 0, failed: 0 },
    });
    expect((await rookery(settings, ['queue', 'dead'])).stdout).toMatch(
      /^ID .*\nevent-1 +slow +post\.created +mailer +1 .*the cable is cut\n$/,
    );
    expect((await rookery(settings, ['queue', 'retry', 'event-1', '--json'])).json).toEqual({ jobs: 1, deliveries: 0 });
    expect((await rookery(settings, ['queue', 'dead'])).stdout).toBe('No job was given up.\n');
    expect((await rookery(settings, ['queue', 'retry', '--deliveries'])).stdout).toBe('Again: 0 jobs, 0 deliveries.\n');
  });

  it('migrate finds nothing to do', async () => {
    expect((await rookery(settings, ['migrate'])).stdout).toBe('The database is up to date.\n');
    expect((await rookery(settings, ['migrate', '--dry-run', '--json'])).json).toEqual({ pending: [] });
  });

  it('the doctor finds everything in order', async () => {
    const { code, json } = await rookery(settings, ['doctor', '--json']);
    const found = Object.fromEntries(
      json.checks.map(({ check, state }: { check: string; state: string }) => [check, state]),
    );
    expect(found).toMatchObject({
      settings: 'fine',
      'Node.js': 'fine',
      DATA_DIR: 'fine',
      clock: 'fine',
      database: 'fine',
      'database extensions': 'fine',
      'database clock': 'fine',
      'database schema': 'fine',
      Redis: 'fine',
      uploads: 'fine',
      mail: 'fine',
      address: 'fine',
    });
    expect({ code, ok: json.ok }).toEqual({ code: 0, ok: true });
  });
});

it('every command describes itself, its options and its answer as JSON', () => {
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  const commands = leaves(buildProgram());
  expect(commands.length).toBeGreaterThanOrEqual(10);
  for (const command of commands) {
    const help = command.helpInformation();
    expect(help).toMatch(/^Usage: bin\/rookery .+\n\n\S.+/);
    expect(help).toContain('--json');
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  }
});

describe('on an embedded database', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-cli-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    'the same commands work before the first start, beside the server, and after it',
    { timeout: 60_000 },
    async () => {
      const port = await freePort();
      const settings = { DATA_DIR: join(folder, 'data'), PORT: String(port), LOG_LEVEL: 'error' };
      const made = await rookery(settings, [
        'user',
        'create',
        'alice',
        '--email',
        'alice@nest.test',
        '--role',
        'owner',
        '--confirmed',
      ]);
      expect(made).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Created alice with the role owner\.\nPassword: \S+\n$/),
      });

      const server = spawn(process.execPath, [await builtProgram('main.js')], {
        cwd: root,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      try {
        const said = text(server.stderr);
        await until(async () => (await fetch(`http://localhost:${port}/livez`)).ok);
        const token = await rookery(settings, ['token', 'create', 'alice', '--scopes', 'read', '--json']);
        const answer = await fetch(`http://localhost:${port}/api/v1/accounts/verify_credentials`, {
          headers: { authorization: `Bearer ${token.json.token}` },
        });
        expect(await answer.json()).toMatchObject({ username: 'alice' });
        // The command let go of the database; the server still holds it.
        expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
        server.kill('SIGTERM');
        await once(server, 'exit');
        expect(await said).toContain(`Rookery is ready at http://localhost:${port}`);
      } finally {
        server.kill('SIGKILL');
      }

      expect((await rookery(settings, ['user', 'list', '--json'])).json).toMatchObject([
        { username: 'alice', role: 'owner' },
      ]);
    },
  );
});
