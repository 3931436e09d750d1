// The embedded database through crashes, neighbours and mishaps, on real clusters in folders of their own.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explain } from './embedded-postgres/explain.ts';
import { openEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';

const module = fileURLToPath(new URL('./embedded-postgres.ts', import.meta.url));
const holderProgram = `
  import { openEmbeddedPostgres } from ${JSON.stringify(module)};
  const log = { warn() {}, error() {}, info() {} };
  const held = await openEmbeddedPostgres({ dataDir: process.argv[1], log, onProgress() {} });
  process.on('SIGTERM', () => held.close().then(() => process.exit(0)));
  console.log(held.url);
  setInterval(() => {}, 1000);
`;

let template: string;
let folder: string;
let dataDir: string;
let opened: EmbeddedPostgres[];
let holders: ChildProcess[];

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'embedded-template-'));
  const { close } = await openEmbeddedPostgres({
    dataDir: template,
    log: pino({ level: 'silent' }),
    onProgress: () => {},
  });
  await close();
});

afterAll(() => rm(template, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  dataDir = join(folder, 'data');
  opened = [];
  holders = [];
});

afterEach(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  // What a killed holder left running is taken over and then stopped.
  if ((await serverPid()) !== null) opened.push(await open());
  for (const postgres of opened) await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

/** Begins with a database that was made before and is not running, instead of none: making one takes a second. */
async function beginWithDatabase(): Promise<void> {
  await promisify(execFile)('cp', ['-a', template, dataDir]);
}

async function open(onProgress: (text: string) => void = () => {}, at = dataDir): Promise<EmbeddedPostgres> {
  const postgres = await openEmbeddedPostgres({ dataDir: at, log: pino({ level: 'silent' }), onProgress });
  opened.push(postgres);
  return postgres;
}

/** Another process that holds the database; resolves once it has it. */
async function startHolder(): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holderProgram, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(child);
  const [said]: Buffer[] = await once(child.stdout, 'data');
  return { process: child, url: String(said).trim() };
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(): Promise<number | null> {
  const lines = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(lines, 10);
  return pid > 0 && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until<T>(look: () => Promise<T | null>, limitMs = 15_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await pause(20);
  }
}

describe('one process', () => {
  it('makes the database once, keeps what is in it, and is back in a moment the second time', async () => {
    const said: string[] = [];
    const first = await open((text) => said.push(text));
    await ask(first.url, 'create table kept (word text); insert into kept values ($$žluť 日本$$)');
    await first.close();
    expect(said[0]).toMatch(/^Creating the embedded database/);
    expect(await serverPid()).toBeNull();

    const second = await open();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select word from kept')).toEqual([{ word: 'žluť 日本' }]);
  });

  it('gives a role that owns its database and no more, behind a password that only the owner of the files can read', async () => {
    await beginWithDatabase();
    const { url } = await open();
    const [role] = await ask(url, 'select rolsuper, rolcreatedb from pg_roles where rolname = current_user');
    expect(role).toEqual({ rolsuper: false, rolcreatedb: true });
    expect((await stat(join(dataDir, 'postgres', 'rookery-access.json'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(ask(wrong.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('listens on loopback only, speaks UTF-8 and never loses a commit', async () => {
    await beginWithDatabase();
    const { url } = await open();
    const settings = await ask<{ name: string; setting: string }>(
      url,
      `select name, setting from pg_settings where name in ('listen_addresses', 'synchronous_commit', 'fsync', 'server_encoding', 'max_connections')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      synchronous_commit: 'on',
      fsync: 'on',
      server_encoding: 'UTF8',
      max_connections: '100',
    });
    const sorted = await ask(url, `select lower('ÄŽ') as low`);
    expect(sorted).toEqual([{ low: 'äž' }]);
  });

  it('keeps what people write out of its log', async () => {
    await beginWithDatabase();
    const { url } = await open();
    await ask(url, 'create table secret (word text primary key); insert into secret values ($$hush-hush$$)');
    await expect(ask(url, 'insert into secret values ($$hush-hush$$)')).rejects.toMatchObject({ code: '23505' });
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('hush');
  });

  it('works in a DATA_DIR behind a symbolic link', async () => {
    await beginWithDatabase();
    await open();
    const link = join(folder, 'link');
    await symlink(dataDir, link);
    const { url } = await open(undefined, link);
    expect(url).toBe(opened[0]?.url);
  });
});

describe('several processes', () => {
  it('share one server, and only the last to leave stops it', async () => {
    await beginWithDatabase();
    const other = await startHolder();
    const ours = await open();
    expect(ours.url).toBe(other.url);
    const pid = await serverPid();
    other.process.kill('SIGTERM');
    await once(other.process, 'exit');
    expect(await ask(ours.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await serverPid()).toBe(pid);
    await ours.close();
    expect(await serverPid()).toBeNull();
  });

  it('make one database when all start for the first time at once', async () => {
    const all = await Promise.all([startHolder(), startHolder(), open()]);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
  });

  it('lose nothing and do not wait when one comes while the last is leaving', async () => {
    await beginWithDatabase();
    for (let round = 0; round < 5; round += 1) {
      const first = await open();
      const [, second] = await Promise.all([first.close(), open()]);
      expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await second.close();
    }
  });
});

describe('after a crash', () => {
  it('a holder killed with -9 leaves a server that the next start takes over', async () => {
    await beginWithDatabase();
    const killed = await startHolder();
    await ask(killed.url, 'create table kept (n int); insert into kept values (7)');
    const pid = await serverPid();
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');
    expect(await serverPid()).toBe(pid);

    const next = await open();
    expect(await serverPid()).toBe(pid);
    expect(await ask(next.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await next.close();
    expect(await serverPid()).toBeNull();
  });

  it('a server killed with -9 while nobody watches recovers at the next start', async () => {
    await beginWithDatabase();
    const killed = await startHolder();
    await ask(killed.url, 'create table kept (n int); insert into kept values (8)');
    const pid = await serverPid();
    killed.process.kill('SIGKILL');
    process.kill(pid!, 'SIGKILL');
    const next = await open();
    expect(await ask(next.url, 'select n from kept')).toEqual([{ n: 8 }]);
  });

  it('a server killed with -9 under its holder is started again', async () => {
    await beginWithDatabase();
    const { url } = await open();
    const pid = await serverPid();
    process.kill(pid!, 'SIGKILL');
    const next = await until(async () => ((await serverPid()) === pid ? null : serverPid()));
    expect(next).not.toBe(pid);
    expect(await until(() => ask(url, 'select 1 as one').catch(() => null))).toEqual([{ one: 1 }]);
  });

  it('closes without complaint when the server has just been killed', async () => {
    await beginWithDatabase();
    const { close } = await open();
    const pid = await serverPid();
    process.kill(pid!, 'SIGKILL');
    await expect(close()).resolves.toBeUndefined();
  });

  it('a lock file whose process number now belongs to somebody else is no obstacle', async () => {
    await beginWithDatabase();
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n\n127.0.0.1\n`);
    expect(await ask((await open()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('mishaps', () => {
  it('moves to another port and remembers it when somebody sits on its own', async () => {
    await beginWithDatabase();
    const first = await open();
    await first.close();
    const squatter = createServer((socket) => socket.destroy());
    squatter.listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(squatter, 'listening');
    const moved = await open();
    expect(moved.url).not.toBe(first.url);
    await moved.close();
    squatter.close();
    expect((await open()).url).toBe(moved.url);
  });

  it('says so when DATA_DIR cannot be made', async () => {
    await writeFile(dataDir, 'a file, no folder');
    await expect(open()).rejects.toThrow(/DATA_DIR .* cannot be made/);
  });

  it('does not touch a cluster whose access file is lost', async () => {
    await beginWithDatabase();
    await rm(join(dataDir, 'postgres', 'rookery-access.json'));
    await expect(open()).rejects.toThrow(/rookery-access.json is missing .* restore it from a backup/);
  });

  it('names the mistake when PostgreSQL itself refuses to start', async () => {
    await beginWithDatabase();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    await expect(open()).rejects.toThrow(/made by another major version/);
  });

  it.each([
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', /disk is full/],
    ['initdb: error: could not create directory "/x": Permission denied', /right to enter and write/],
    ['FATAL:  data directory "/x" has wrong ownership', /start as the user who made it/],
    ['initdb: error: invalid locale name "C.UTF-8"', /locale C.UTF-8/],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', /too little memory/],
    ["postgres: /lib/libc.so.6: version `GLIBC_2.38' not found (required by postgres)", /lacks a library/],
    ['something nobody has seen before', /set DATABASE_URL/],
  ])('explains %s', (output, advice) => {
    const { message } = explain('The embedded database could not be started', output);
    expect(message).toMatch(advice);
    expect(message).toContain(output.trim());
  });
});
