// The files of the embedded database: made once, in a draft folder that is renamed when it is whole.
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Binaries } from './binaries.ts';
import { DatabaseStartError, errorCode, explain } from './explain.ts';
import type { Runner } from './runner.ts';

/** How to reach the server; kept in the cluster's own folder, so that both come and go together. */
export interface Access {
  port: number;
  superuserPassword: string;
  rolePassword: string;
}

export interface ClusterOptions {
  binaries: Binaries;
  runner: Runner;
  dataDir: string;
  folder: string;
  onProgress: (text: string) => void;
}

const accessFile = 'rookery-access.json';

/** The kept access, or null when there is no cluster yet. @throws {DatabaseStartError} when there is one that we cannot use */
export async function readAccess(folder: string): Promise<Access | null> {
  const path = join(folder, accessFile);
  try {
    const kept: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isAccess(kept)) return kept;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && (await isAbsent(folder))) return null;
    if (errorCode(error) === 'EACCES') {
      throw new DatabaseStartError(`${folder} belongs to another user: start as the user who made it.`, error);
    }
    throw new DatabaseStartError(`${path} is missing or cannot be read: restore it from a backup of DATA_DIR.`, error);
  }
  throw new DatabaseStartError(`${path} is damaged: restore it from a backup of DATA_DIR.`);
}

/** Keeps the access, with the owner that the cluster's files must have. */
export async function writeAccess(folder: string, access: Access, { owner }: Runner): Promise<void> {
  const draft = join(folder, `${accessFile}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(access)}\n`, { mode: 0o600, flush: true });
  if (owner !== null) await chown(draft, owner.uid, owner.gid);
  await rename(draft, join(folder, accessFile));
}

/** Makes the cluster. When another process does so at the same time, the first to finish wins and both use its. */
export async function createCluster(options: ClusterOptions): Promise<Access> {
  const { binaries, runner, dataDir, folder, onProgress } = options;
  onProgress('Creating the embedded database (only the first time)');
  await removeOldDrafts(dataDir);
  const draft = join(dataDir, `postgres-draft-${process.pid}-${randomBytes(3).toString('hex')}`);
  const access: Access = { port: await freePort(), superuserPassword: password(), rolePassword: password() };
  try {
    await mkdir(draft, { mode: 0o700 });
    const passwordFile = join(draft, 'password');
    await writeFile(passwordFile, `${access.superuserPassword}\n`, { mode: 0o600 });
    if (runner.owner !== null) {
      for (const path of [passwordFile, draft]) await chown(path, runner.owner.uid, runner.owner.gid);
    }
    const cluster = join(draft, 'cluster');
    await initialise(binaries, runner, cluster, passwordFile);
    await writeAccess(cluster, access, runner);
    await rename(cluster, folder);
    return access;
  } catch (error) {
    const made = await readAccess(folder).catch(() => null);
    if (made !== null) return made;
    if (error instanceof DatabaseStartError) throw error;
    throw new DatabaseStartError(
      `The embedded database cannot be made in ${dataDir}. Give this user the right to write there, or set DATA_DIR.`,
      error,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function initialise(binaries: Binaries, runner: Runner, cluster: string, passwordFile: string): Promise<void> {
  const child = runner.spawn(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
    ],
    ['ignore', 'pipe', 'pipe'],
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wrote = Promise.all([child.stdout, child.stderr].map(async (stream) => (stream === null ? '' : text(stream))));
  const code = await ended.catch((error: unknown) => {
    throw new DatabaseStartError(
      `The shipped PostgreSQL (${binaries.initdb}) cannot be run here. Set DATABASE_URL instead.`,
      error,
    );
  });
  if (code !== 0) throw explain('The embedded database could not be made', (await wrote).join('\n'));
}

/** A port of this machine that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string')
    throw new DatabaseStartError('No free port was found on 127.0.0.1.');
  return address.port;
}

/** Drafts whose maker was killed. */
async function removeOldDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const maker = /^postgres-draft-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/** Whether a process of this number exists, ours or anybody's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function isAbsent(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length === 0,
    (error: unknown) => errorCode(error) === 'ENOENT',
  );
}

function password(): string {
  return randomBytes(24).toString('hex');
}

function isAccess(kept: unknown): kept is Access {
  return (
    typeof kept === 'object' &&
    kept !== null &&
    typeof (kept as Access).port === 'number' &&
    typeof (kept as Access).superuserPassword === 'string' &&
    typeof (kept as Access).rolePassword === 'string'
  );
}
