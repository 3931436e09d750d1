// How settings are read, and how every mistake in them is named.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, SettingsError } from './load.ts';
import { softwareFolder } from './parsers.ts';
import { settingRows } from './settings.ts';
import { settingsPages } from './settings-pages.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function load(env: Record<string, string> = {}, file?: string) {
  const path = join(folder, 'rookery.env');
  if (file !== undefined) writeFileSync(path, file);
  return loadConfig({ env: { DATA_DIR: join(folder, 'data'), ...env }, file: file === undefined ? null : path });
}

function mistakesOf(env: Record<string, string>, file?: string): readonly string[] {
  try {
    load(env, file);
  } catch (error) {
    if (error instanceof SettingsError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('what is read', () => {
  it('gives a working server without any setting', () => {
    const { config, secrets } = load();
    expect(config).toMatchObject({
      origin: 'http://localhost:3000',
      handleDomain: 'localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      roles: ['web', 'worker', 'streaming'],
      allowPrivateAddresses: false,
      postMaxCharacters: 5000,
      databasePool: 16,
      mailFrom: 'Rookery <noreply@localhost>',
    });
    expect(secrets.databaseUrl).toBeUndefined();
  });

  it('lets ORIGIN follow PORT, and the handles follow ORIGIN', () => {
    expect(load({ PORT: '4000' }).config.origin).toBe('http://localhost:4000');
    const { config } = load({ PORT: '4000', ORIGIN: 'https://Social.Nest.org/' });
    expect(config).toMatchObject({ origin: 'https://social.nest.org', handleDomain: 'social.nest.org', port: 4000 });
    expect(load({ ORIGIN: 'https://social.nest.org', HANDLE_DOMAIN: 'Nest.org' }).config).toMatchObject({
      handleDomain: 'nest.org',
      mailFrom: 'Rookery <noreply@nest.org>',
    });
  });

  it('puts the environment over the file, and counts an empty value as absent', () => {
    const file = `
      # a comment
      PORT=4001
      export LOG_LEVEL = debug   # behind a value
      MAIL_FROM="The \\"Nest\\" # not a comment <nest@nest.org>"
      MEILI_KEY='a#b\\c'
      MEILI_URL=http://127.0.0.1:7700
      HOST=
    `;
    const { config, secrets } = load({ PORT: '4002', LOG_LEVEL: '', MEILI_KEY: '  ' }, file);
    expect(config).toMatchObject({ port: 4002, logLevel: 'debug', host: '127.0.0.1' });
    expect(config.mailFrom).toBe('The "Nest" # not a comment <nest@nest.org>');
    expect(secrets.meiliKey).toBe('a#b\\c');
  });

  it('reads lists', () => {
    const { config } = load({ TRUST_PROXY: '10.0.0.0/8, loopback,2001:db8::1', ROLES: 'worker web streaming' });
    expect(config.trustProxy).toEqual(['10.0.0.0/8', 'loopback', '2001:db8::1']);
    expect(config.roles).toEqual(['web', 'worker', 'streaming']);
  });

  it('makes a folder of DATA_DIR relative to the software, whatever the present folder is', () => {
    const error = mistakesOf({ DATA_DIR: './package.json/inside' }).join();
    expect(error).toContain(join(softwareFolder, 'package.json/inside'));
  });

  it('gives values that cannot be changed, with every secret apart', () => {
    const { config, secrets } = load();
    expect(Object.isFrozen(config) && Object.isFrozen(config.roles) && Object.isFrozen(secrets)).toBe(true);
    for (const row of settingRows) expect(Object.keys(row.secret ? config : secrets)).not.toContain(row.key);
  });
});

describe('the secret key', () => {
  it('is made once, readable by its owner only, and kept', () => {
    const first = load().secrets.secretKey;
    const file = join(folder, 'data', 'secret-key');
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(load().secrets.secretKey).toBe(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is taken from the settings when it stands there, and then no file is made', () => {
    const key = 'k'.repeat(32);
    expect(load({ SECRET_KEY: key }).secrets.secretKey).toBe(key);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('is never replaced behind the back of the administrator when its file is damaged', () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'secret-key'), 'short');
    expect(mistakesOf({})).toEqual([expect.stringContaining('Restore it from a backup')]);
  });
});

describe('what is refused', () => {
  it('names every mistake at once and writes nothing', () => {
    const file = 'PROT=1\nnonsense\nLOG_LEVEL=loud\nHOST="open\nPORT=3000\nPORT=3001\nZEBRA=1\n';
    const mistakes = mistakesOf({ POST_MAX_CHARACTERS: '12', S3_BUCKET: 'nest' }, file);
    expect(mistakes).toEqual([
      expect.stringMatching(/line 1: there is no setting PROT\. Did you mean PORT\?$/),
      expect.stringMatching(/line 2: expected NAME=VALUE/),
      expect.stringMatching(/line 4: the quotes around the value of HOST do not close/),
      expect.stringMatching(/line 6: PORT is already set in line 5/),
      expect.stringMatching(/line 7: there is no setting ZEBRA; docs/),
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, silent.',
      'POST_MAX_CHARACTERS must be a whole number from 100 to 100000.',
      expect.stringMatching(/^S3_BUCKET given but not S3_ACCESS_KEY, S3_SECRET_KEY/),
    ]);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it.each([
    ['PORT', '70000', /from 1 to 65535/],
    ['PORT', '3e3', /from 1 to 65535/],
    ['ORIGIN', 'social.nest.org', /starts with http:\/\/ or https:\/\//],
    ['ORIGIN', 'https://nest.org/forum', /no path/],
    ['ORIGIN', 'https://me:secret@nest.test', /must not hold a user name or password/],
    ['HANDLE_DOMAIN', 'https://localhost', /without https:\/\//],
    ['HANDLE_DOMAIN', 'local host', /must be a domain/],
    ['DATABASE_URL', 'mysql://root@localhost/x', /postgres:\/\/ or postgresql:\/\//],
    ['REDIS_URL', 'localhost:6379', /redis:\/\/ or rediss:\/\//],
    ['SMTP_URL', 'https://mail.nest.org', /smtp:\/\/ or smtps:\/\//],
    ['MAIL_FROM', 'nobody', /e-mail address/],
    ['ROLES', 'web,cook', /has cook, which is none of web, worker, streaming/],
    ['ROLES', ',', /names no role/],
    ['TRUST_PROXY', 'true', /no address and no network/],
    ['TRUST_PROXY', '10.0.0.0/99', /no address and no network/],
    ['ALLOW_PRIVATE_ADDRESSES', 'maybe', /true or false/],
    ['SECRET_KEY', 'short', /at least 32 characters/],
    ['DATABASE_POOL', '1', /from 2 to 200/],
  ])('refuses %s=%s', (name, value, reason) => {
    expect(mistakesOf({ [name]: value })).toEqual([expect.stringMatching(reason)]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a public server that fetches privately',
      { ORIGIN: 'https://nest.org', ALLOW_PRIVATE_ADDRESSES: 'true' },
      /^ALLOW_PRIVATE/,
    ],
    ['a public server without https', { ORIGIN: 'http://nest.org' }, /without https/],
    ['a public address without https', { ORIGIN: 'http://203.1.2.3' }, /without https/],
    ['half of Meilisearch', { MEILI_URL: 'http://127.0.0.1:7700' }, /^MEILI_URL is set but MEILI_KEY is not/],
    ['the other half', { MEILI_KEY: 'key' }, /^MEILI_KEY is set but MEILI_URL is not/],
    [
      'half an S3 store',
      { S3_ENDPOINT: 'http://127.0.0.1:9000' },
      /^S3_ENDPOINT given but not S3_BUCKET, S3_ACCESS_KEY/,
    ],
    ['several processes without Redis', { ROLES: 'web' }, /REDIS_URL/],
    ['public handles on a local server', { HANDLE_DOMAIN: 'nest.org' }, /HANDLE_DOMAIN \(nest.org\) is public/],
    ['local handles on a public server', { ORIGIN: 'https://nest.org', HANDLE_DOMAIN: 'nest.local' }, /could look up/],
  ])('refuses %s', (_story, env, reason) => {
    expect(mistakesOf(env)).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    'http://localhost:3000',
    'http://nest.localhost',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'http://10.1.2.3',
    'http://192.168.1.5',
    'http://[fd00::1]',
    'http://alice.test',
    'http://nest.local',
    'http://nest.internal',
    'http://nest.example',
    'http://nest.invalid',
    'http://rookery:3000',
  ])('takes %s for an address that is not public', (origin) => {
    expect(mistakesOf({ ORIGIN: origin, ALLOW_PRIVATE_ADDRESSES: 'true' })).toEqual([]);
  });

  it('never repeats a secret', () => {
    const hidden = 'hunter2-and-more';
    const names = settingRows.filter((row) => row.secret).map((row) => row.setting.name);
    const env = Object.fromEntries(names.map((name) => [name, `ftp://${hidden}\n x`]));
    expect(mistakesOf(env).length).toBeGreaterThanOrEqual(names.length - 1);
    expect(mistakesOf(env).join('\n')).not.toContain(hidden);
  });

  it('asks for a settings file that was named but is not there', () => {
    const file = join(folder, 'absent.env');
    expect(() => loadConfig({ env: { DATA_DIR: folder }, file })).toThrow(/absent\.env cannot be read/);
  });

  it('says which folder cannot be written', () => {
    writeFileSync(join(folder, 'data'), 'a file, no folder');
    expect(mistakesOf({})).toEqual([expect.stringContaining(`DATA_DIR (${join(folder, 'data')}) cannot be used`)]);
  });
});

describe('the pages made from the table', () => {
  it.each([...settingsPages()])('%s is current (else: npm run settings:write)', (path, page) => {
    expect(readFileSync(join(softwareFolder, path), 'utf8')).toBe(page);
  });

  it('the example can be used as it is, also with every line switched on', () => {
    const example = settingsPages().get('config/example.env') ?? '';
    const switchedOn = example.replaceAll(/^#(?=[A-Z0-9_]+=)/gm, '');
    const { config } = load({}, switchedOn.replace(/^DATA_DIR=.*$/m, ''));
    expect(config.origin).toBe('http://localhost:3000');
    expect([...switchedOn.matchAll(/^([A-Z0-9_]+)=/gm)].map((match) => match[1]).toSorted()).toEqual(
      settingRows.map((row) => row.setting.name).toSorted(),
    );
  });
});
