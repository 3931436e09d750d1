// The message formatter, and the promise that every locale file keeps.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatMessage, formatParts } from './message-format.ts';

describe('messages', () => {
  test('names are replaced, unknown ones stay visible', () => {
    expect(formatMessage('Hello {name}, {nobody}', { name: 'Ada' })).toBe('Hello Ada, {nobody}');
  });

  test('a # outside a plural is itself', () => {
    expect(formatMessage('{tag} has #', { tag: '#birds' })).toBe('#birds has #');
    expect(formatMessage('#')).toBe('#');
  });

  test('plurals follow the language', () => {
    const message = '{count, plural, =0 {none} one {# post} other {# posts}}';
    expect([0, 1, 2, 1200].map((count) => formatMessage(message, { count }, 'en'))).toEqual([
      'none',
      '1 post',
      '2 posts',
      '1,200 posts',
    ]);
    const polish = '{n, plural, one {# wpis} few {# wpisy} many {# wpisów} other {# wpisu}}';
    expect([1, 2, 5].map((n) => formatMessage(polish, { n }, 'pl'))).toEqual(['1 wpis', '2 wpisy', '5 wpisów']);
  });

  test('a plural may hold names, and a select picks by word', () => {
    const message =
      '{kind, select, boost {{n, plural, one {{who} boosted} other {{who} and # more boosted}}} other {?}}';
    expect(formatMessage(message, { kind: 'boost', n: 3, who: 'Ada' })).toBe('Ada and 3 more boosted');
    expect(formatMessage(message, { kind: 'like', n: 3, who: 'Ada' })).toBe('?');
  });

  test('values that are not text keep their place', () => {
    const link = { href: '/@ada' };
    expect(formatParts('{name} boosted', { name: link }, 'en')).toEqual([link, ' boosted']);
  });
});

describe('locale files', () => {
  const folder = new URL('../locales/', import.meta.url);
  const read = (file: string): Record<string, string> => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  /** The names that a message asks for, over the plural forms of a few numbers. */
  const names = (message: string): string[] => {
    const asked = new Set<string>();
    for (const number of [0, 1, 2, 5]) {
      const values = new Proxy<Record<string, number>>({}, { get: (_, name) => (asked.add(String(name)), number) });
      formatMessage(message, values);
    }
    return [...asked].sort();
  };

  test('each part is there in every language', () => {
    const languages = files.filter((file) => !file.includes('/'));
    expect(files.filter((file) => file.startsWith('staff/'))).toEqual(languages.map((file) => `staff/${file}`));
  });

  test.each(files)('%s has every string, and the same names in each', (file) => {
    const messages = read(file);
    const english = read(file.replace(/\w+\.json$/, 'en.json'));
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort());
    for (const [key, message] of Object.entries(messages))
      expect([key, names(message)]).toEqual([key, names(english[key] ?? '')]);
  });
});
