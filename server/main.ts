// Starts the server in its roles, prints where it is, and closes in order when told to.
import type { Server } from 'node:http';
import { loadConfig, SettingsError, type Config, type Secrets } from '#config/load.ts';
import { buildApp } from '#server/app.ts';
import type { App } from '#server/platform/http/app.ts';
import { openContext, type AppContext } from '#server/context.ts';
import { ensureOwnerInvitation } from '#server/features/auth/service/invite-owner.ts';
import { readiness } from '#server/health.ts';
import { openEmbeddedPostgres } from '#server/platform/embedded-postgres.ts';
import { openLog, routeLibraryLogs } from '#server/platform/log.ts';
import { migrate } from '#server/platform/migrate.ts';
import { startPulse } from '#server/platform/pulse.ts';
import { entities } from '#server/schema.ts';
import { startWorker } from '#server/worker.ts';

/** Lines for the person who started the server; programs read the JSON log. */
const say = (line: string): void => void process.stderr.write(`${line}\n`);

type Closer = () => Promise<void>;

async function start(config: Config, secrets: Secrets): Promise<Closer> {
  const log = openLog(config);
  await routeLibraryLogs(log);
  const closers: Closer[] = [];
  const close: Closer = async () => {
    for (const closer of closers.toReversed())
      await closer().catch((error: unknown) => log.warn({ err: error }, 'something did not close cleanly'));
  };
  try {
    let databaseUrl = secrets.databaseUrl;
    if (databaseUrl === undefined) {
      const embedded = await openEmbeddedPostgres({ dataDir: config.dataDir, log, onProgress: say });
      closers.push(() => embedded.close());
      databaseUrl = embedded.url;
    }
    await migrate(databaseUrl, entities, (name) => say(`Migrating the database: ${name}`));
    const ctx = await openContext({ config, secrets, log, databaseUrl });
    closers.push(() => ctx.close());
    const stopPulse = startPulse(ctx);
    closers.push(async () => stopPulse());
    if (config.roles.includes('worker')) {
      const worker = await startWorker(ctx);
      closers.push(() => worker.stop());
    }
    const app = await buildApp(ctx);
    closers.push(() => drain(app, config));
    await app.listen({ port: config.port, host: config.host });
    await greet(ctx);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The last lines of a start: where the server is, and how its owner comes in. */
async function greet(ctx: AppContext): Promise<void> {
  say(`\nRookery is ready at ${ctx.config.origin}`);
  const invitation = await ensureOwnerInvitation(ctx);
  if (invitation !== null)
    say(`Nobody owns this server yet. Sign up as its owner with this link, once:\n${invitation}`);
  process.send?.('ready');
}

/** Says goodbye to balancers first, then takes no new requests, then waits for those that run: at most 10 s. */
async function drain(app: App, config: Config): Promise<void> {
  readiness.draining = true;
  if (config.origin.startsWith('https:')) await new Promise((resolve) => setTimeout(resolve, 2000));
  const closing = app.close();
  const patience = new Promise<void>((resolve) => setTimeout(resolve, 10_000).unref());
  await Promise.race([closing, patience]);
  (app.server as Server).closeAllConnections();
}

function readSettings(): { config: Config; secrets: Secrets } {
  try {
    return loadConfig({ env: process.env });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    say('Rookery cannot start with these settings:');
    for (const mistake of error.mistakes) say(`  - ${mistake}`);
    process.exit(1);
  }
}

const { config, secrets } = readSettings();
try {
  const close = await start(config, secrets);
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) return;
      closing = true;
      say('Closing: finishing what is in hand …');
      setTimeout(() => process.exit(1), 40_000).unref();
      void close().then(() => process.exit(0));
    });
  }
} catch (error) {
  say(`Rookery could not start: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Error && config.logLevel === 'debug') say(error.stack ?? '');
  process.exit(1);
}
