// Comparing with files that say exactly what is expected. What differs from run to run (ids, hosts, the present moment) is
// written as a name. `WRITE_GOLDEN=1` writes the files anew: read the difference before you commit it.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Compares a value with the file beside the test. Members that the file does not have may be there as long as they say nothing. */
export function expectGolden(file: URL, value: unknown): void {
  if (process.env['WRITE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  const expected: unknown = JSON.parse(readFileSync(file, 'utf8'));
  expect(withoutEmptyNews(value, expected)).toEqual(expected);
}

const saysNothing = (value: unknown): boolean => !value || (Array.isArray(value) && value.length === 0);

/** What later features add to everything: null, false, 0 and empty lists that the file does not speak of. */
function withoutEmptyNews(value: unknown, expected: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof expected !== 'object' || expected === null) return value;
  const known = new Map(Object.entries(expected));
  if (Array.isArray(value)) return value.map((one, at) => withoutEmptyNews(one, known.get(String(at))));
  const told = Object.entries(value).filter(([key, one]) => known.has(key) || !saysNothing(one));
  return Object.fromEntries(told.map(([key, one]) => [key, withoutEmptyNews(one, known.get(key))]));
}

/** Origins of this run by the names that they have in the files, such as `https://mastodon.example`. */
export type Names = Record<string, string>;

/** The value with names for what differs from run to run. Ids are counted in the order in which they appear. */
export function withNames(value: unknown, names: Names, now = new Date()): unknown {
  const ids = new Map<string, string>();
  // Midnight may have passed since.
  const days = [now.getTime(), now.getTime() - justNowMs].map((at) => new Date(at).toISOString().slice(0, 10));
  const idName = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`);
    return ids.get(id) ?? '';
  };
  const text = (key: string, given: string): string => {
    if (/(?:^|_)id$/u.test(key) && /^\d+$/u.test(given)) return idName(given);
    if (days.some((day) => given === day || given === `${day}T00:00:00.000Z`)) return '<today>';
    if (isMoment.test(given)) return momentName(given, now) ?? given;
    return withHosts(given, names)
      .replaceAll(/\/media\/remote\/([\w-]+)\/[\w.-]+\/([\w-]+)/gu, (_proxied, variant: string, source: string) => {
        const original = withHosts(Buffer.from(source, 'base64url').toString(), names);
        return `/media/remote/${variant}/<signature>/${original}`;
      })
      .replaceAll(/(?<=\/ap\/activities\/\w+\/)\d{1,12}(?=$|#)/gu, '<event>')
      .replaceAll(/(?<![\w-])\d{15,19}(?![\w-])/gu, idName)
      .replaceAll(/(?<=\/)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/gu, '<uuid>')
      .replaceAll(/(?<=\/)\d{13}$/gu, '<moment>');
  };
  const walk = (key: string, given: unknown): unknown => {
    if (typeof given === 'string') return text(key, given);
    if (Array.isArray(given)) return given.map((one) => walk(key, one));
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, walk(name, one)]));
  };
  return walk('', value);
}

function withHosts(given: string, names: Names): string {
  let named = given;
  for (const [name, origin] of Object.entries(names)) {
    named = named.replaceAll(origin, name).replaceAll(encodeURIComponent(origin), encodeURIComponent(name));
    named = named.replaceAll(new URL(origin).host, new URL(name).host);
  }
  return named;
}

const isMoment = /^\d{4}-\d\d-\d\dT/u;
const justNowMs = 15 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

/** Now, or within a day from now; null for moments that a file may name. */
function momentName(given: string, now: Date): string | null {
  const ahead = Date.parse(given) - now.getTime();
  if (Math.abs(ahead) < justNowMs) return '<now>';
  return ahead > 0 && ahead <= dayMs ? '<soon>' : null;
}
