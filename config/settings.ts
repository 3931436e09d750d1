// THE table of settings: everything that an administrator may set, in the environment or in config/rookery.env.
// A setting is a row here, in media-settings.ts or in secret-settings.ts, or it does not exist; config/example.env and docs/run/settings.md
// are made from these.
import {
  boolean,
  handleDomain,
  hosts,
  mailbox,
  networks,
  oneOf,
  origin,
  path,
  roles,
  text,
  webAddress,
  wholeNumber,
} from './parsers.ts';
import { mediaSettings } from './media-settings.ts';
import { secretSettings } from './secret-settings.ts';
import { optional, setting, type Setting } from './setting.ts';

export type { EarlierTexts, Setting } from './setting.ts';

const address = 'Address';
const storage = 'Storage';
const mail = 'Mail';
const processes = 'Processes and logs';
const limits = 'Limits and safety';

/** Settings that may be shown to an administrator and written to a log. The order matters: a fallback sees the rows above it. */
export const configSettings = {
  host: setting({
    name: 'HOST',
    group: address,
    kind: 'an address of this machine',
    fallback: '127.0.0.1',
    help: 'Where the server listens. 0.0.0.0 or :: listens on every network of this machine.',
    parse: text(/^[\w.:-]+$/, 'is not the address of a network interface, such as 127.0.0.1 or 0.0.0.0'),
  }),
  port: setting({
    name: 'PORT',
    group: address,
    kind: 'a whole number from 1 to 65535',
    fallback: '3000',
    help: 'The port where the server listens.',
    parse: wholeNumber(1, 65_535),
  }),
  origin: setting({
    name: 'ORIGIN',
    group: address,
    kind: 'an address such as https://social.example.org',
    fallback: (earlier) => `http://localhost:${earlier.PORT}`,
    fallbackShown: 'http://localhost:PORT',
    help:
      'The address that people and other servers use. It becomes part of every account and post: ' +
      'choose it before the first sign-up and never change it.',
    parse: origin,
  }),
  handleDomain: setting({
    name: 'HANDLE_DOMAIN',
    group: address,
    kind: 'a domain such as example.org',
    fallback: (earlier) => hostOf(earlier.ORIGIN),
    fallbackShown: "ORIGIN's host",
    help:
      'The part after the last @ in handles, when it differs from the host of ORIGIN. ' +
      'That domain must then redirect /.well-known/webfinger to ORIGIN. Never change it later.',
    parse: handleDomain,
  }),
  trustProxy: setting({
    name: 'TRUST_PROXY',
    group: address,
    kind: 'addresses or networks, separated by commas; loopback, linklocal and uniquelocal are words for theirs',
    fallback: '',
    fallbackShown: 'none',
    help:
      'The reverse proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed. ' +
      'Anybody else who sends these headers is not.',
    parse: networks,
  }),

  dataDir: setting({
    name: 'DATA_DIR',
    group: storage,
    kind: 'a folder',
    fallback: './data',
    help:
      'Where everything is kept that is not kept elsewhere: the embedded database, uploads, the secret key. ' +
      'A relative path starts at the folder of this software. Back it up.',
    parse: path,
  }),
  databasePool: setting({
    name: 'DATABASE_POOL',
    group: storage,
    kind: 'a whole number from 2 to 200',
    fallback: '16',
    help: 'The most connections to the database that one process opens for requests and work.',
    parse: wholeNumber(2, 200),
  }),
  s3Bucket: optional({
    name: 'S3_BUCKET',
    group: storage,
    kind: 'the name of a bucket',
    help: 'Uploads go to this S3 bucket instead of DATA_DIR/media. Needs S3_ACCESS_KEY and S3_SECRET_KEY.',
    parse: text(/^[a-z0-9][a-z0-9.-]{1,62}$/i, 'is not the name of a bucket: letters, digits, dots and hyphens'),
  }),
  s3Region: setting({
    name: 'S3_REGION',
    group: storage,
    kind: 'the name of a region',
    fallback: 'us-east-1',
    help: 'The region of the bucket. Stores other than Amazon usually take any.',
    parse: text(/^[\w-]+$/, 'is not the name of a region, such as eu-central-1'),
  }),
  s3Endpoint: optional({
    name: 'S3_ENDPOINT',
    group: storage,
    kind: 'an address such as https://s3.example.org',
    help: 'The address of the store, when it is not Amazon S3.',
    parse: webAddress,
  }),
  s3PublicUrl: optional({
    name: 'S3_PUBLIC_URL',
    group: storage,
    kind: 'an address such as https://media.example.org',
    help: 'Where browsers get uploads from: the bucket itself or a content delivery network in front of it.',
    parse: webAddress,
  }),
  mediaPublicUrl: optional({
    name: 'MEDIA_PUBLIC_URL',
    group: storage,
    kind: 'an address such as https://media.example.org',
    help:
      'Where browsers get uploads from when they are on the disk: another name of this server, or a content delivery network ' +
      'in front of ORIGIN/media. Another name keeps what strangers uploaded apart from the pages where people are signed in.',
    parse: webAddress,
  }),

  mailFrom: setting({
    name: 'MAIL_FROM',
    group: mail,
    kind: 'an e-mail address, or Name <address>',
    fallback: (earlier) => `Rookery <noreply@${nameOf(earlier.HANDLE_DOMAIN)}>`,
    fallbackShown: 'Rookery <noreply@HANDLE_DOMAIN>',
    help: 'The sender of the mail that the server writes.',
    parse: mailbox,
  }),

  roles: setting({
    name: 'ROLES',
    group: processes,
    kind: 'any of web, worker, streaming, separated by commas; or all',
    fallback: 'all',
    help:
      'What this process does: answer requests, do background work, hold live connections. ' +
      'Several processes that share the work need REDIS_URL.',
    parse: roles,
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    group: processes,
    kind: 'fatal, error, warn, info, debug or silent',
    fallback: 'info',
    help: 'How much is logged.',
    parse: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
  }),
  logPretty: setting({
    name: 'LOG_PRETTY',
    group: processes,
    kind: 'true or false',
    fallback: 'false',
    help: 'Log lines for people instead of JSON for machines.',
    parse: boolean,
  }),

  rateLimit: setting({
    name: 'RATE_LIMIT',
    group: limits,
    kind: 'a whole number from 10 to 10000000',
    fallback: '1500',
    help: 'Requests that one signed-in person may make in five minutes. Without a token an address may make a fifth of it.',
    parse: wholeNumber(10, 10_000_000),
  }),
  redisPrefix: setting({
    name: 'REDIS_PREFIX',
    group: processes,
    kind: 'letters, digits, - and _',
    fallback: 'rookery',
    help: 'Keeps several servers apart in one Redis.',
    parse: text(/^[\w-]{1,40}$/, 'may hold letters, digits, - and _ only'),
  }),
  postMaxCharacters: setting({
    name: 'POST_MAX_CHARACTERS',
    group: limits,
    kind: 'a whole number from 100 to 100000',
    fallback: '5000',
    help: 'The longest post that people here may write, in characters as they see them.',
    parse: wholeNumber(100, 100_000),
  }),
  maxPinnedPosts: setting({
    name: 'PINNED_POSTS_MAX',
    group: limits,
    kind: 'a whole number from 0 to 40',
    fallback: '5',
    help: 'How many posts a person may keep at the top of their profile.',
    parse: wholeNumber(0, 40),
  }),
  pollMaxOptions: setting({
    name: 'POLL_MAX_OPTIONS',
    group: limits,
    kind: 'a whole number from 2 to 50',
    fallback: '8',
    help: 'The most choices that a poll may give.',
    parse: wholeNumber(2, 50),
  }),
  pollMaxOptionCharacters: setting({
    name: 'POLL_MAX_OPTION_CHARACTERS',
    group: limits,
    kind: 'a whole number from 10 to 500',
    fallback: '100',
    help: 'The longest choice in a poll, in characters as people see them.',
    parse: wholeNumber(10, 500),
  }),
  pollMaxDays: setting({
    name: 'POLL_MAX_DAYS',
    group: limits,
    kind: 'a whole number from 1 to 3650',
    fallback: '31',
    help: 'The longest time that a poll may be open, in days.',
    parse: wholeNumber(1, 3650),
  }),
  ...mediaSettings,
  linkPreviews: setting({
    name: 'LINK_PREVIEWS',
    group: limits,
    kind: 'true or false',
    fallback: 'true',
    help: 'Fetches a page that posts link to, once for all of them, and shows its title and picture below the posts.',
    parse: boolean,
  }),
  playerHosts: setting({
    name: 'PLAYER_HOSTS',
    group: limits,
    kind: 'names of servers, separated by commas',
    fallback: '',
    fallbackShown: 'none',
    help:
      'More servers whose players link previews may show, such as PeerTube servers that you trust. ' +
      'YouTube, Vimeo, Dailymotion, SoundCloud, Mixcloud and Spotify are known.',
    parse: hosts,
  }),
  federation: setting({
    name: 'FEDERATION',
    group: limits,
    kind: 'open, authorized or allow-list',
    fallback: 'open',
    help:
      'Who may read what this server publishes, and with whom it talks: everybody; everybody who says who they are (authorized fetch); ' +
      'only servers on the list (docs/run/blocks.md). People with a browser see public pages in any case.',
    parse: oneOf(['open', 'authorized', 'allow-list']),
  }),
  allowPrivateAddresses: setting({
    name: 'ALLOW_PRIVATE_ADDRESSES',
    group: limits,
    kind: 'true or false',
    fallback: 'false',
    help:
      'Lets the server fetch from private and loopback addresses. For tests and closed networks only: ' +
      'refused together with a public ORIGIN, since strangers could then make the server read its own network.',
    parse: boolean,
  }),
};

type ValuesOf<Table> = { readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never };

/** What the server runs with, parsed and checked. Holds nothing that must be kept from a log. */
export type Config = ValuesOf<typeof configSettings>;
/** Passwords and keys. Never log this. */
export type Secrets = ValuesOf<typeof secretSettings>;

/** One row without its type, for walking the whole table. */
export interface SettingRow {
  readonly key: string;
  readonly secret: boolean;
  readonly setting: Setting<unknown>;
}

/** Every row, in the order in which rows may follow each other. */
export const settingRows: readonly SettingRow[] = [
  ...Object.entries(configSettings).map(([key, row]) => ({ key, secret: false, setting: row })),
  ...Object.entries(secretSettings).map(([key, row]) => ({ key, secret: true, setting: row })),
];

function hostOf(address: string | undefined): string | null {
  return address !== undefined && URL.canParse(address) ? new URL(address).host : null;
}

function nameOf(domain: string | undefined): string {
  const name = (domain ?? 'localhost').toLowerCase().replace(/:\d+$/, '');
  return /^[\d.]+$|^\[/.test(name) ? 'localhost' : name;
}
