// Turns the environment and config/rookery.env into one typed, frozen Config and one Secrets, or names every mistake
// at once. Nothing is opened before this has succeeded.
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { contradictions } from './contradictions.ts';
import { readEnvFile } from './env-file.ts';
import { softwareFolder } from './parsers.ts';
import { settingRows, type Config, type Secrets } from './settings.ts';

export type { Config, Secrets } from './settings.ts';

/** Where settings may come from: `env` wins over the file. */
export interface SettingSources {
  /** Usually process.env; a name that is set to nothing counts as absent. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Path of the settings file; null reads none. Default: config/rookery.env, which need not exist. */
  file?: string | null;
}

export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
}

/** The settings cannot be used. `mistakes` has one plain sentence for each thing to mend. */
export class SettingsError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`The settings cannot be used:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.name = 'SettingsError';
    this.mistakes = mistakes;
  }
}

const defaultFile = join(softwareFolder, 'config', 'rookery.env');

/**
 * Reads, checks and freezes all settings. Without SECRET_KEY one is made and kept in DATA_DIR/secret-key (mode 0600),
 * which is the only thing written, and only when there is no mistake.
 * @throws {SettingsError} with every mistake, never only the first.
 */
export function loadConfig(sources: SettingSources = {}): Settings {
  const mistakes: string[] = [];
  const given = gather(sources, mistakes);
  const values = parseRows(given, mistakes);
  mistakes.push(...contradictions(values, given));
  if (mistakes.length > 0) throw new SettingsError(mistakes);

  const half = (secret: boolean) =>
    Object.fromEntries(
      settingRows.filter((row) => row.secret === secret).map((row) => [row.key, frozen(values[row.key])]),
    );
  // Safe: both objects are made from the rows that the types are made from, and each value by its row's own parser.
  const config = Object.freeze(half(false)) as unknown as Config;
  const secrets = half(true);
  secrets.secretKey ??= keptSecretKey(config.dataDir);
  return Object.freeze({ config, secrets: Object.freeze(secrets) as unknown as Secrets });
}

/** What was written, by name: the file first, then the environment over it. Empty means absent. */
function gather(sources: SettingSources, mistakes: string[]): Map<string, string> {
  const path = sources.file === undefined ? defaultFile : sources.file;
  const mustExist = sources.file != null;
  const names = settingRows.map((row) => row.setting.name);
  const given = path === null ? new Map<string, string>() : readEnvFile(path, { names, mustExist, mistakes });
  for (const name of names) {
    const value = sources.env?.[name]?.trim();
    if (value) given.set(name, value);
  }
  return given;
}

/** Parses each row, or its fallback; what fails stays undefined and adds a mistake. */
function parseRows(given: ReadonlyMap<string, string>, mistakes: string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  for (const { key, setting } of settingRows) {
    const written = given.get(setting.name);
    const fallback = typeof setting.fallback === 'function' ? setting.fallback(texts) : setting.fallback;
    const used = written ?? fallback;
    if (used === null) continue;
    texts[setting.name] = used;
    try {
      values[key] = setting.parse(used);
    } catch (error) {
      // A fallback that follows a mistaken setting is wrong with it; naming that one is enough.
      if (written !== undefined)
        mistakes.push(`${setting.name} ${error instanceof Error ? error.message : 'is wrong'}.`);
    }
  }
  return values;
}

function frozen(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.freeze(value) : value;
}

/** The key in DATA_DIR, made on first use. Two processes that start at once end up with the same one. */
function keptSecretKey(dataDir: string): string {
  const file = join(dataDir, 'secret-key');
  try {
    if (!existsSync(file)) makeSecretKey(dataDir, file);
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    const key = readFileSync(file, 'utf8').trim();
    if (key.length >= 32) return key;
  } catch (error) {
    throw new SettingsError([unusable(dataDir, error)]);
  }
  throw new SettingsError([
    `${file} holds no key of at least 32 characters. Restore it from a backup; if there is none, delete it: a new one ` +
      'is made, and everybody has to sign in again.',
  ]);
}

function makeSecretKey(dataDir: string, file: string): void {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function unusable(dataDir: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `DATA_DIR (${dataDir}) cannot be used: ${reason}. Give this user the right to write there, or set DATA_DIR to another folder.`;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
