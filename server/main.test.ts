// The server as a process: what it says about its settings, how it ends, and one server as several processes.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { builtProgram } from '#server/testing/child-server.ts';
import { hasRedis } from '#server/testing/context.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { prepareServer, type ProcessOptions, type ServerProcess } from '#server/testing/process.ts';
import { freePort } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

const prepared: ServerProcess[] = [];
afterEach(async () => {
  for (const server of prepared.splice(0).toReversed()) await server.remove();
});

async function startServer(options: ProcessOptions = {}): Promise<ServerProcess> {
  const server = await prepareServer(options);
  prepared.push(server);
  await server.start();
  return server;
}

/** Makes a person through the server's database, as bin/rookery does while it runs. */
async function invite(server: ServerProcess, username: string): Promise<Person> {
  const { config, secrets } = loadConfig({ env: server.env, file: null });
  const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl: server.databaseUrl });
  try {
    return await signUp({ ctx, origin: server.origin }, username);
  } finally {
    await ctx.close();
  }
}

async function run(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const program = await builtProgram('main.js');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('exit', (code) => resolve({ code, said }));
  });
}

test('wrong settings are all named, and nothing is opened', async () => {
  const { code, said } = await run({
    PORT: 'eighty',
    ROLES: 'web,baker',
    ORIGIN: 'https://community.example.org',
    ALLOW_PRIVATE_ADDRESSES: 'true',
  });
  expect(code).toBe(1);
  for (const name of ['PORT', 'ROLES', 'ALLOW_PRIVATE_ADDRESSES']) expect(said).toContain(name);
  expect(said).not.toContain('database');
});

test('a database that cannot be reached is named in one line', { timeout: 180_000 }, async () => {
  const { code, said } = await run({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
    DATA_DIR: '/tmp/rookery-none',
    PORT: String(await freePort()),
  });
  expect(code).toBe(1);
  expect(said).toContain('could not start');
});

test('a second start finds what the first one left, and SIGTERM ends it in order', { timeout: 180_000 }, async () => {
  const server = await startServer();
  const alice = await invite(server, 'alice');
  const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'kept' });
  expect(await server.stop()).toBe(0);
  await server.start();
  expect((await alice.api('GET', `/api/v1/statuses/${body.id}`)).body.content).toContain('kept');
});

test('a request that runs when SIGTERM comes is answered in full', { timeout: 180_000 }, async () => {
  const server = await startServer();
  const alice = await invite(server, 'alice');
  const content = JSON.stringify({ status: 'written while closing' });
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${alice.token}`,
      'content-type': 'application/json',
      'content-length': String(content.length),
      // The server says when it has begun with the request: a signal before that would be none in the middle.
      expect: '100-continue',
    };
    const open = request(new URL('/api/v1/statuses', server.address), { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    open.on('error', reject);
    open.once('continue', () => {
      open.write(content.slice(0, 10));
      void server.stop();
      setTimeout(() => open.end(content.slice(10)), 200);
    });
  });
  const { status, text } = await answered;
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ visibility: 'public' });
});

describe.skipIf(!hasRedis())('one server as several processes', () => {
  test(
    'what one web process accepts, the worker carries out and the streaming process tells',
    { timeout: 180_000 },
    async () => {
      const web = await startServer({ redis: true, env: { ROLES: 'web' } });
      await startServer({ beside: web, env: { ROLES: 'worker' } });
      const streaming = await startServer({ beside: web, env: { ROLES: 'streaming' } });
      const secondWeb = await startServer({ beside: web, env: { ROLES: 'web' } });
      const [alice, bob] = [await invite(web, 'alice'), await invite(web, 'bob')];
      await bob.api('POST', `/api/v1/accounts/${alice.accountId}/follow`);
      const heard: string[] = [];
      const socket = new WebSocket(`${streaming.address.replace('http', 'ws')}/api/v1/streaming?stream=user`, [
        bob.token,
      ]);
      socket.on('message', (content: Buffer) => heard.push(content.toString()));
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'through three processes' });
      await until(() => heard.some((frame) => frame.includes('through three processes')));
      await until(
        async () =>
          (await call(secondWeb.address, 'GET', '/api/v1/timelines/home', { token: bob.token })).body[0]?.id ===
          body.id,
      );
      socket.terminate();
      expect((await call(streaming.address, 'GET', '/api/v1/timelines/public')).status).toBe(404);
      expect((await call(streaming.address, 'GET', '/livez')).status).toBe(200);
    },
  );

  test('an edit shows at once in every web process that keeps rendered posts', { timeout: 180_000 }, async () => {
    const web = await startServer({ redis: true });
    const second = await startServer({ beside: web, env: { ROLES: 'web' } });
    const alice = await invite(web, 'alice');
    const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'first words' });
    const there = async (): Promise<string> =>
      (await call(second.address, 'GET', `/api/v1/statuses/${body.id}`)).body.content;
    expect(await there()).toContain('first words');
    await alice.api('PUT', `/api/v1/statuses/${body.id}`, { status: 'second words' });
    await until(async () => (await there()).includes('second words'), 2000);
  });
});
