// Opens everything that the server stands on, from its settings. The only place that chooses an adapter.
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config, Secrets } from '#config/load.ts';
import type { Bus } from '#server/platform/bus/bus.ts';
import { openMemoryBus } from '#server/platform/bus/memory.ts';
import { openRedisBus } from '#server/platform/bus/redis.ts';
import type { Cache } from '#server/platform/cache/cache.ts';
import { openMemoryCache } from '#server/platform/cache/memory.ts';
import { openRedisCache } from '#server/platform/cache/redis.ts';
import { openDatabase, type Database } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { openDomains, type Domains } from '#server/features/domains/service/live.ts';
import { createSafeFetch, type SafeFetch } from '#server/platform/fetch.ts';
import { openDiskFiles } from '#server/platform/files/disk.ts';
import { filesBase, openMediaAddresses, type MediaAddresses } from '#server/platform/files/address.ts';
import type { Files } from '#server/platform/files/files.ts';
import { openFragments, type Fragments } from '#server/platform/fragments.ts';
import { createIdMaker } from '#server/platform/ids.ts';
import { openLogMail } from '#server/platform/mail/log.ts';
import type { Mail } from '#server/platform/mail/mail.ts';
import { openMetrics, type Metrics } from '#server/platform/metrics.ts';
import { openPresence, type Presence } from '#server/platform/presence.ts';
import { openPostgresQueue } from '#server/platform/queue/postgres.ts';
import type { Lane, Queue } from '#server/platform/queue/queue.ts';
import { openRedisQueue } from '#server/platform/queue/redis.ts';
import { entities } from '#server/schema.ts';

/** What every verb is handed first. Time, ids and the network come from here, so that tests are exact. */
export interface AppContext {
  config: Config;
  secrets: Secrets;
  log: Logger;
  metrics: Metrics;
  clock: () => Date;
  /** A new id; with `at`, one that sorts as if it had been made then. */
  newId: (at?: Date) => string;
  database: Database;
  queue: Queue;
  bus: Bus;
  cache: Cache;
  files: Files;
  /** Where files are fetched; for serializers. */
  media: MediaAddresses;
  mail: Mail;
  fetch: SafeFetch;
  /** What was decided about other servers. */
  domains: Domains;
  fragments: Fragments;
  /** Who has their home timeline open. */
  presence: Presence;
  /** Called after a write that emitted events; set by the worker of this process, if it has one. */
  onEvents: { wake: () => void };
  /** Ends when the process is told to stop: long work then breaks off, and is done again at the next start. */
  closing: AbortSignal;
}

export interface ContextOptions {
  config: Config;
  secrets: Secrets;
  log: Logger;
  /** A database that is up and migrated. */
  databaseUrl: string;
  clock?: () => Date;
}

/** Opens all adapters. @throws when one cannot be opened; what was opened before is closed again */
export async function openContext(options: ContextOptions): Promise<AppContext & { close(): Promise<void> }> {
  const { config, secrets, log, databaseUrl, clock = () => new Date() } = options;
  const closers: Array<() => Promise<void>> = [];
  const keep = <Part extends { close(graceMs?: number): Promise<void> }>(part: Part): Part => {
    closers.unshift(() => part.close());
    return part;
  };
  const closing = new AbortController();
  const close = async (): Promise<void> => {
    closing.abort();
    for (const closer of closers)
      await closer().catch((error: unknown) => log.warn({ err: error }, 'something did not close cleanly'));
  };
  const { redisUrl } = secrets;
  const prefix = config.redisPrefix;
  const onEvents = { wake: (): void => {} };
  try {
    const database = keep(
      await openDatabase({
        url: databaseUrl,
        entities,
        poolSize: config.databasePool,
        log,
        clock,
        onEvents: () => onEvents.wake(),
      }),
    );
    const domains = keep(await openDomains({ database, config, log }));
    const cache = keep(redisUrl ? await openRedisCache(redisUrl, prefix, log) : openMemoryCache(clock));
    const bus = keep(redisUrl ? await openRedisBus(redisUrl, prefix, log) : openMemoryBus(log));
    const metrics = openMetrics();
    const heard = { onLost: (lane: Lane) => metrics.lostJobs.inc({ lane }) };
    const queue = keep(
      redisUrl ? openRedisQueue(redisUrl, prefix, log, heard) : openPostgresQueue(databaseUrl, log, heard),
    );
    return {
      config,
      secrets,
      log,
      metrics,
      clock,
      newId: createIdMaker(clock),
      database,
      queue,
      bus,
      cache,
      files: await chooseFiles(config, secrets),
      media: openMediaAddresses(config, secrets),
      mail: keep(await chooseMail(config, secrets, log)),
      fetch: keep(
        createSafeFetch({
          allowPrivateAddresses: config.allowPrivateAddresses,
          userAgent: `Rookery (+${config.origin})`,
          isRefused: (host, isFederated) => (isFederated ? domains.isShut(host) : domains.blockOf(host) !== null),
        }),
      ),
      domains,
      fragments: await openFragments(bus),
      presence: await openPresence(bus, clock),
      onEvents,
      closing: closing.signal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The SMTP client is loaded by those who send letters. */
async function chooseMail(config: Config, { smtpUrl }: Secrets, log: Logger): Promise<Mail> {
  if (!smtpUrl) return openLogMail(log);
  const { openSmtpMail } = await import('#server/platform/mail/smtp.ts');
  return openSmtpMail(smtpUrl, config.mailFrom);
}

/** The bucket when one is named (the settings' check sees to it that the rest is there), else the disk. */
async function chooseFiles(config: Config, secrets: Secrets): Promise<Files> {
  const { s3AccessKey, s3SecretKey } = secrets;
  const hasBucket = config.s3Bucket !== undefined && s3AccessKey !== undefined && s3SecretKey !== undefined;
  return openFilesOn(hasBucket ? 's3' : 'disk', config, secrets);
}

/** One of the two places for files, whichever the server uses now. @throws {Invalid} when the settings name no bucket */
export async function openFilesOn(place: 'disk' | 's3', config: Config, secrets: Secrets): Promise<Files> {
  if (place === 'disk')
    return openDiskFiles(join(config.dataDir, 'media'), filesBase({ ...config, s3Bucket: undefined }));
  const { s3Bucket: bucket, s3Region: region, s3Endpoint: endpoint } = config;
  const { s3AccessKey: accessKey, s3SecretKey: secretKey } = secrets;
  if (bucket === undefined || accessKey === undefined || secretKey === undefined)
    throw new Invalid('There is no bucket: give S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY (docs/run/settings.md).');
  // The S3 client costs 30 MB of memory, so only those who use it load it.
  const { openS3Files } = await import('#server/platform/files/s3.ts');
  return openS3Files({ bucket, region, endpoint, publicUrl: filesBase(config), accessKey, secretKey });
}
