// Opens what a command needs and closes it again, beside a running server or without one.
import pino, { type Logger } from 'pino';
import { loadConfig } from '#config/load.ts';
import { openContext, type AppContext } from '#server/context.ts';
import { openEmbeddedPostgres } from '#server/platform/embedded-postgres.ts';
import { migrate } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';
import type { Config, Secrets } from '#config/load.ts';
import { tell } from './terminal.ts';

export interface Opened {
  config: Config;
  secrets: Secrets;
  log: Logger;
  databaseUrl: string;
}

/**
 * Gives the address of the database: DATABASE_URL, or the embedded one, which is shared with a running server, else
 * started for as long as the command runs.
 */
export async function withDatabase<T>(use: (opened: Opened) => Promise<T>): Promise<T> {
  const { config, secrets } = loadConfig({ env: process.env });
  const log = openLog();
  if (secrets.databaseUrl !== undefined) return use({ config, secrets, log, databaseUrl: secrets.databaseUrl });
  const embedded = await openEmbeddedPostgres({ dataDir: config.dataDir, log, onProgress: tell });
  try {
    return await use({ config, secrets, log, databaseUrl: embedded.url });
  } finally {
    await embedded.close();
  }
}

/** Gives a whole context on an up-to-date database. No job is done here: what the command sets off, the server does. */
export async function withContext<T>(use: (ctx: AppContext) => Promise<T>): Promise<T> {
  return withDatabase(async (opened) => {
    await migrate(opened.databaseUrl, entities, (name) => tell(`Migrating the database: ${name}`));
    const ctx = await openContext(opened);
    try {
      return await use(ctx);
    } finally {
      await ctx.close();
    }
  });
}

/** Faults only, and not on standard output: that is the result's. */
function openLog(): Logger {
  return pino({ level: 'error', base: null }, pino.destination({ dest: 2, sync: true }));
}
