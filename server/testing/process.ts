// The server as a process of its own, to be killed: its database and folder stay.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { childServer, type ChildServer } from './child-server.ts';
import { createDatabase } from './context.ts';
import { freePort } from './server.ts';

export interface ServerProcess extends ChildServer {
  origin: string;
  /** Where this process answers; the same as its origin unless it stands beside another, or behind a proxy. */
  address: string;
  databaseUrl: string;
  /** The environment that it runs in. */
  env: Record<string, string>;
  /** Kills it if it runs and takes everything away. */
  remove(): Promise<void>;
}

export interface ProcessOptions {
  redis?: boolean;
  /** Stands on the same database, store and folder as that one, with a port of its own. */
  beside?: ServerProcess;
  /** More of the environment. */
  env?: Record<string, string>;
  /** Names that end in `.test` lead to this machine, and its clock can be moved. */
  names?: boolean;
  /** No file that it writes may be longer, in units of 512 bytes: as on a disk that is full. */
  fileBlocks?: number;
}

/** Prepares a database, a folder and a port; nothing runs yet. */
export async function prepareServer(options: ProcessOptions = {}): Promise<ServerProcess> {
  const { beside, fileBlocks, names = false } = options;
  const folder = beside?.env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'rookery-process-')));
  const database = beside ? { url: beside.databaseUrl, drop: async () => {} } : await createDatabase();
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const origin = beside?.origin ?? options.env?.['ORIGIN'] ?? address;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    ORIGIN: origin,
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: '1000000',
    ...(options.redis === true ? { REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `process-${port}` } : {}),
    ...beside?.env,
    ...options.env,
    PORT: String(port),
  };
  const child = childServer({ env, names, fileBlocks });
  return {
    ...child,
    origin,
    address,
    databaseUrl: database.url,
    env,
    async remove() {
      await child.kill();
      await database.drop();
      if (!beside) await rm(folder, { recursive: true, force: true });
    },
  };
}
