// The rows of the table of settings that hold passwords and keys.
import { text, url } from './parsers.ts';
import { optional, setting } from './setting.ts';

const storage = 'Storage';
const mail = 'Mail';
const limits = 'Limits and safety';

/** Settings that hold a password or a key: never logged, never shown. */
export const secretSettings = {
  databaseUrl: optional({
    name: 'DATABASE_URL',
    group: storage,
    kind: 'an address such as postgres://user:password@host:5432/rookery',
    help: 'A PostgreSQL 15 or newer. Without it an embedded PostgreSQL 18 runs under DATA_DIR.',
    parse: url(['postgres:', 'postgresql:']),
  }),
  redisUrl: optional({
    name: 'REDIS_URL',
    group: storage,
    kind: 'an address such as redis://:password@host:6379/0',
    help: 'A Redis 7 or newer for the queue, live updates, the cache and limits. Without it PostgreSQL and memory serve.',
    parse: url(['redis:', 'rediss:']),
  }),
  meiliUrl: optional({
    name: 'MEILI_URL',
    group: storage,
    kind: 'an address such as http://127.0.0.1:7700',
    help: 'A Meilisearch, for full-text search in a later version: until then PostgreSQL searches, and `bin/rookery doctor` alone looks at this. Needs MEILI_KEY.',
    parse: url(['http:', 'https:']),
  }),
  meiliKey: optional({
    name: 'MEILI_KEY',
    group: storage,
    kind: 'a key',
    help: 'The key that Meilisearch asks for.',
    parse: text(/^\S+$/, 'holds a space or a line break'),
  }),
  s3AccessKey: optional({
    name: 'S3_ACCESS_KEY',
    group: storage,
    kind: 'a key',
    help: 'The access key id for the bucket.',
    parse: text(/^\S+$/, 'holds a space or a line break'),
  }),
  s3SecretKey: optional({
    name: 'S3_SECRET_KEY',
    group: storage,
    kind: 'a key',
    help: 'The secret access key for the bucket.',
    parse: text(/^\S+$/, 'holds a space or a line break'),
  }),
  smtpUrl: optional({
    name: 'SMTP_URL',
    group: mail,
    kind: 'an address such as smtps://user:password@mail.example.org:465',
    help: 'The server that sends mail. Without it mail is written to the log instead of being sent.',
    parse: url(['smtp:', 'smtps:']),
  }),
  metricsToken: optional({
    name: 'METRICS_TOKEN',
    group: limits,
    kind: 'a long random text',
    help: 'Lets a Prometheus on another machine read /metrics with this bearer token. Without it only this machine may.',
    parse: text(/^\S{16,}$/, 'must be at least 16 characters without spaces'),
  }),
  secretKey: setting({
    name: 'SECRET_KEY',
    group: limits,
    kind: 'at least 32 characters',
    // load.ts makes one and keeps it in DATA_DIR when nothing is given.
    fallback: null,
    fallbackShown: 'made once and kept in DATA_DIR/secret-key',
    help: 'Signs cookies and links. Whoever knows it can sign in as anybody. Every process must have the same.',
    parse: text(/^\S{32,}$/, 'must have at least 32 characters and no spaces'),
  }),
};
