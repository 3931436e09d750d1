// What stands beside the server: Redis, Meilisearch, the S3 store, the mail server, and the way from outside.
import { Redis } from 'ioredis';
import { createTransport } from 'nodemailer';
import type { Settings } from '#config/load.ts';
import { createSafeFetch, type FetchedResponse } from '#server/platform/fetch.ts';
import { broken, fine, probe, warning, type Finding } from './finding.ts';

/** Looks at each service that a setting names. */
export async function checkServices(settings: Settings): Promise<Finding[]> {
  const found = await Promise.all([
    checkRedis(settings),
    checkSearch(settings),
    checkFiles(settings),
    checkMail(settings),
    checkOrigin(settings),
  ]);
  return found.flat();
}

async function checkRedis({ secrets: { redisUrl } }: Settings): Promise<Finding[]> {
  if (redisUrl === undefined) return [fine('Redis', 'not used (REDIS_URL is not set)')];
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5_000,
  });
  // The reason also comes back from connect(); this listener only keeps it from ending the process.
  redis.on('error', () => {});
  try {
    return [
      await probe(
        'Redis',
        'Check host, port and password in REDIS_URL, and that Redis runs and lets this machine in.',
        async () => {
          await redis.connect();
          const about = await redis.info();
          const read = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(about)?.[1]?.trim() ?? '';
          const version = read('redis_version');
          const policy = read('maxmemory_policy');
          if (Number.parseFloat(version) < 6.2)
            return broken('Redis', `version ${version} is too old`, 'Upgrade it to version 7 or newer.');
          if (policy !== '' && policy !== 'noeviction') {
            return broken(
              'Redis',
              `it may throw away jobs (maxmemory-policy is ${policy})`,
              'Set maxmemory-policy noeviction in redis.conf.',
            );
          }
          return fine('Redis', version);
        },
      ),
    ];
  } finally {
    redis.disconnect();
  }
}

/** Services that the administrator names may well be on this machine or in its network. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<FetchedResponse> {
  const door = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'Rookery doctor' });
  try {
    return await door.fetch(url, { headers, timeoutMs: 6_000 });
  } finally {
    await door.close(0);
  }
}

async function checkSearch({ secrets: { meiliUrl, meiliKey } }: Settings): Promise<Finding[]> {
  if (meiliUrl === undefined || meiliKey === undefined) return [fine('Meilisearch', 'not used (MEILI_URL is not set)')];
  const base = meiliUrl.replace(/\/+$/, '');
  return [
    await probe('Meilisearch', 'Check MEILI_URL, and that Meilisearch runs and lets this machine in.', async () => {
      const health = await ask(`${base}/health`);
      if (health.status !== 200)
        return broken('Meilisearch', `its health answers ${health.status}`, 'Look into the log of Meilisearch.');
      const version = await ask(`${base}/version`, { authorization: `Bearer ${meiliKey}` });
      if (version.status !== 200)
        return broken(
          'Meilisearch',
          `the key is refused (${version.status})`,
          'Set MEILI_KEY to a key that may do everything.',
        );
      return fine('Meilisearch', 'healthy, and the key fits');
    }),
  ];
}

async function checkFiles({ config, secrets }: Settings): Promise<Finding[]> {
  const { s3Bucket, s3Region, s3Endpoint } = config;
  const { s3AccessKey, s3SecretKey } = secrets;
  if (s3Bucket === undefined || s3AccessKey === undefined || s3SecretKey === undefined) {
    return [fine('uploads', 'kept in DATA_DIR/media (S3_BUCKET is not set)')];
  }
  return [
    await probe(
      'uploads',
      'Check S3_BUCKET, S3_REGION, S3_ENDPOINT and the two keys; the bucket must exist.',
      async () => {
        // The S3 client is large, so only those who use it load it.
        const { HeadBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
        const client = new S3Client({
          region: s3Region,
          credentials: { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey },
          maxAttempts: 1,
          ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint, forcePathStyle: true }),
        });
        try {
          await client.send(new HeadBucketCommand({ Bucket: s3Bucket }));
          return fine('uploads', `the bucket ${s3Bucket} answers`);
        } finally {
          client.destroy();
        }
      },
    ),
  ];
}

async function checkMail({ secrets: { smtpUrl }, config }: Settings): Promise<Finding[]> {
  if (smtpUrl === undefined) {
    const text = 'letters are written to the log (SMTP_URL is not set)';
    const isForAll = config.origin.startsWith('https:');
    return [
      isForAll
        ? warning('mail', text, 'Set SMTP_URL, or nobody can confirm an address or reset a password.')
        : fine('mail', text),
    ];
  }
  const transport = createTransport({ url: smtpUrl, connectionTimeout: 6_000, greetingTimeout: 6_000 });
  try {
    return [
      await probe(
        'mail',
        'Check host, port, user and password in SMTP_URL (smtps:// is for port 465, smtp:// for 587 and 25).',
        async () => {
          await transport.verify();
          return fine('mail', `the server takes letters; the sender is ${config.mailFrom}`);
        },
      ),
    ];
  } finally {
    transport.close();
  }
}

async function checkOrigin({ config }: Settings): Promise<Finding> {
  const url = `${config.origin}/livez`;
  const mend = `Start the server (bin/start). If it runs, see that ${config.origin} leads to ${config.host}:${config.port}: DNS, certificate, reverse proxy.`;
  const found = await probe('address', mend, async () => {
    const { status, headers, text } = await ask(url);
    if (status !== 200 || !/"status"\s*:\s*"OK"/.test(text()))
      return broken('address', `${url} is answered by something else (${status})`, mend);
    const apart = headers.date === undefined ? 0 : Math.abs(Date.parse(headers.date) - Date.now()) / 1000;
    if (apart > 60)
      return warning(
        'address',
        `its clock is ${Math.round(apart)} s apart from ours`,
        'Set both clocks by a time service such as chrony.',
      );
    return fine('address', `${config.origin} leads to a running server`);
  });
  // A server that is simply not started is no fault of the settings.
  return found.state === 'broken' && /ECONNREFUSED|refused|connect/i.test(found.text)
    ? { ...found, state: 'warning' }
    : found;
}
