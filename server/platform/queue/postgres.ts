// Jobs in PostgreSQL, in a schema of their own: the default, with nothing to install beside the server.
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { giveBackLost } from '../database/lost.ts';
import { bullQueue, type BullStore, type QueueOptions } from './bullmq.ts';
import { lanes, type Queue } from './queue.ts';

const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend);

/** Creates or updates the queue's own schema; safe to run again. */
export async function migratePostgresQueue(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** Opens the queue on a database whose queue schema is migrated. */
export function openPostgresQueue(url: string, log: Logger, options?: QueueOptions): Queue {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    application_name: 'rookery queue',
    options: '-c search_path=bullmq,public',
  });
  // Every lane listens for errors twice: as queue and as worker.
  pool.setMaxListeners(4 * lanes.length);
  pool.on('error', (error) => log.warn({ err: error }, 'an idle queue connection was lost'));
  giveBackLost(pool);
  const store: BullStore = {
    // The classes differ from the Redis ones only in the type of their connection, which the port never touches.
    openQueue: (name) => new PostgresQueue(name, { connection: pool }) as unknown as ReturnType<BullStore['openQueue']>,
    openWorker: (name, run, concurrency) =>
      new PostgresWorker(name, (job) => run(job.id ?? '', job.data), {
        connection: pool,
        concurrency,
        stalledInterval: 10_000,
        lockDuration: 15_000,
        maxStalledCount: 5,
      }) as unknown as ReturnType<BullStore['openWorker']>,
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      // A worker that was cut off may still hold a connection; the process need not wait for it.
      const enough = new Promise<void>((resolve) => setTimeout(resolve, 3000).unref());
      await Promise.race([pool.end(), enough]);
    },
  };
  return bullQueue(store, log, options);
}
