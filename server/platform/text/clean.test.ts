// Addresses, display names and user names from strangers, made harmless or refused.
import { describe, expect, test } from 'vitest';
import { cleanName, cleanUrl } from './clean.ts';
import { countCharacters } from './count.ts';
import { isReservedUsername, isUsername } from './username.ts';

describe('an address', () => {
  test.each([
    ['https://example.com', 'https://example.com/'],
    [' https://example.com/a ', 'https://example.com/a'],
    ['HTTPS://EXAMPLE.com:443/A?b#c', 'https://example.com/A?b#c'],
    ['http://example.com:80/', 'http://example.com/'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['https://example.com./x', 'https://example.com/x'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['https://xn--80ak6aa92e.com/', 'https://xn--80ak6aa92e.com/'],
    ['http://[2001:DB8::1]:3000/', 'http://[2001:db8::1]:3000/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
  ])('%j is kept as %s', (url, clean) => {
    expect(cleanUrl(url)).toBe(clean);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'ftp://example.com/',
    'file:///etc/passwd',
    '//example.com',
    '/x',
    '',
    'https://a:b@example.com/',
    'https://a@example.com/',
    'https://exa mple.com',
    'https://example.com/a\tb',
    'ht\ntps://example.com',
    'https://',
    'https:example.com',
    'https:///example.com',
    'https://\\example.com',
    'https://.example.com/',
    'https://a..example.com/',
    'https://example.com../',
    'https://example.com:99999/',
    'https://exa\u0000mple.com/',
    'https://example.com/\ud800',
    `https://example.com/${'a'.repeat(2048)}`,
    `https://example.com/${'é'.repeat(500)}`,
    undefined,
    null,
    5,
    {},
    ['https://example.com'],
  ])('%j is refused', (url) => {
    expect(cleanUrl(url)).toBeNull();
  });
});

describe('a display name', () => {
  test.each([
    ['Alice', 'Alice'],
    ['  Alice\n\tB.  ', 'Alice B.'],
    ['\u202Eecila\u202C', 'ecila'],
    ['a\u0000b\u200Bc\uFEFFd\u2066e\u061Cf', 'abcdef'],
    ['👩‍👩‍👧‍👦 家族', '👩‍👩‍👧‍👦 家族'],
    ['half \ud83d', 'half'],
  ])('%j is shown as %j', (name, clean) => {
    expect(cleanName(name, 100)).toBe(clean);
  });

  test('is cut by characters, never inside one', () => {
    expect(cleanName('👍👍👍', 2)).toBe('👍👍');
    expect(cleanName('abc def', 4)).toBe('abc');
    expect(cleanName('x'.repeat(1_000_000), 30)).toBe('x'.repeat(30));
  });

  test('is empty when it is no text', () => {
    expect(cleanName(null, 5)).toBe('');
    expect(cleanName(['a'], 5)).toBe('');
  });
});

describe('a user name', () => {
  test.each(['alice', 'Bob_2', '_', 'a'.repeat(30)])('%s is possible', (name) => {
    expect(isUsername(name)).toBe(true);
  });

  test.each([
    '',
    'a b',
    'a.b',
    'a-b',
    'а',
    'Аdmin',
    'alıce',
    '\u212Aelvin',
    'ſam',
    'é',
    'a@b',
    'a/b',
    'a\n',
    '\na',
    'a'.repeat(31),
    '\u202Ea',
  ])('%j is not possible', (name) => {
    expect(isUsername(name)).toBe(false);
  });

  test.each(['admin', 'ADMIN', '_admin_', 'adm1n', 'r00t', 'support', 'postmaster', 'abuse', 'he1p', 'n0reply'])(
    '%s is reserved',
    (name) => {
      expect(isReservedUsername(name)).toBe(true);
    },
  );

  test.each(['alice', 'administrata', 'supporter', 'rooty'])('%s is free', (name) => {
    expect(isReservedUsername(name)).toBe(false);
  });
});

describe('the length of a post', () => {
  test.each([
    ['', 0],
    ['hello', 5],
    ['line\nline', 9],
    ['https://example.com/a/very/long/address/that/goes/on/and/on', 23],
    ['http://a.example', 23],
    ['@alice', 6],
    ['@alice@a.very.long.example.com', 6],
    ['see https://example.com/ @bob@example.com', 4 + 23 + 1 + 4],
    ['日本語', 3],
    ['👨‍👩‍👧‍👦', 1],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', 1],
    ['e\u0301', 1],
    ['e\u0301 https://example.com', 25],
  ])('%j counts %d', (source, length) => {
    expect(countCharacters(source)).toBe(length);
  });

  test('a character under a mountain of marks does not count as one', () => {
    expect(countCharacters(`e${'\u0301'.repeat(1600)}`)).toBeGreaterThan(99);
  });
});
