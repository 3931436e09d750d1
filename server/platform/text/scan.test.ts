// What counts as a mention, a hashtag or a link in plain text, and that finding them never takes long.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanUrl } from './clean.ts';
import { extractMentions, extractTags, scanText, tagKey } from './scan.ts';

const linksOf = (source: string): string[] =>
  scanText(source).flatMap((piece) => (piece.kind === 'link' ? [piece.raw] : []));

describe('mentions', () => {
  test.each([
    ['@alice', ['alice']],
    ['Hello @alice, hello @bob@example.com!', ['alice', 'bob@example.com']],
    ['@bob@localhost:3001: have you seen this', ['bob@localhost:3001']],
    ['@bob@example.com: with a colon', ['bob@example.com']],
    ['@bob@example.com.', ['bob@example.com']],
    ['(@alice) "@carol" -@dave', ['alice', 'carol', 'dave']],
    ['.@alice', ['alice']],
    ['@@alice', ['alice']],
    ['@a_b-c.d@sub.example.com', ['a_b-c.d@sub.example.com']],
    ['@alice @ALICE @Alice@Example.COM @alice@example.com', ['alice', 'Alice@example.com']],
    ['@bob@Bücher.example', ['bob@xn--bcher-kva.example']],
    ['@bob@127.0.0.1:8080', ['bob@127.0.0.1:8080']],
    ['line\n@alice\n', ['alice']],
  ])('%j mentions %j', (source, handles) => {
    expect(extractMentions(source)).toEqual(handles);
  });

  test.each([
    'mail me at bob@example.com',
    'https://example.com/@alice',
    'see example.com/@alice',
    'a=@alice',
    'naïve@alice',
    'こんにちは@alice',
    '@',
    '@ alice',
    '@é',
    `@${'a'.repeat(101)}`,
    `@a@${'b'.repeat(254)}`,
    '\u212Aelvin and @\u212Aelvin',
  ])('%j mentions nobody', (source) => {
    expect(extractMentions(source)).toEqual([]);
  });
});

describe('hashtags', () => {
  test.each([
    ['#Fediverse and #fediverse', ['fediverse']],
    ['#日本語 #été #Ünïcode', ['日本語', 'été', 'ünïcode']],
    ['＃全角 ##double', ['全角', 'double']],
    ['#a_b #2026年 #1a', ['a_b', '2026年', '1a']],
    ['#fin·de·mes· ends', ['fin·de·mes']],
    ['(#tag) #tag2.', ['tag', 'tag2']],
    ['#C++ #c', ['c']],
  ])('%j has the tags %j', (source, tags) => {
    expect(extractTags(source)).toEqual(tags);
  });

  test.each([
    '#123',
    '#',
    '# tag',
    '#_',
    '#·a',
    'a#b',
    'https://example.com/#anchor',
    '&#39;',
    '/#x',
    `#${'a'.repeat(101)}`,
  ])('%j has no tag', (source) => {
    expect(extractTags(source)).toEqual([]);
  });

  test('full-width and composed spellings are the same tag', () => {
    expect(tagKey('ＡＢＣ')).toBe('abc');
    expect(tagKey('E\u0301te\u0301')).toBe(tagKey('été'));
  });
});

describe('links', () => {
  test.each([
    ['see https://example.com.', ['https://example.com']],
    ['(https://en.wikipedia.org/wiki/A_(b))', ['https://en.wikipedia.org/wiki/A_(b)']],
    ['http://localhost:3000/@bob, yes', ['http://localhost:3000/@bob']],
    ['HTTPS://EXAMPLE.com/a?b=c&d#e!', ['HTTPS://EXAMPLE.com/a?b=c&d#e']],
    ['見てhttps://example.com/日本', ['https://example.com/日本']],
    ['<https://example.com/a>', ['https://example.com/a']],
  ])('%j links to %j', (source, links) => {
    expect(linksOf(source)).toEqual(links);
  });

  test.each([
    'example.com',
    'ftp://example.com',
    'javascript://example.com/%0aalert(1)',
    'xhttps://example.com',
    'https://',
    'https://bob:secret@example.com/',
    'https://bob@example.com/',
    `https://example.com/${'a'.repeat(3000)}`,
    'mailto:bob@example.com',
  ])('%j has no link', (source) => {
    expect(linksOf(source)).toEqual([]);
  });
});

const morsel = fc.constantFrom(
  '@',
  '#',
  '＃',
  'a',
  'Z',
  '9',
  '_',
  '.',
  '-',
  ':',
  '/',
  'http://',
  'https://',
  'example.com',
  ' ',
  '\n',
  '(',
  ')',
  '日',
  'é',
  '\u0301',
  '\u200c',
  '·',
  '"',
  '<',
  '&',
  '\ud83d',
  '👩‍👩‍👧',
  '?',
  '=',
);
const strangeText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(morsel, { maxLength: 60 }).map((parts) => parts.join('')),
);

test('the pieces of any text, put together again, are the text', () => {
  fc.assert(
    fc.property(strangeText, (source) => {
      expect(
        scanText(source)
          .map((piece) => piece.raw)
          .join(''),
      ).toBe(source);
    }),
    { numRuns: 2000 },
  );
});

test('every link found in any text has a clean address', () => {
  fc.assert(
    fc.property(strangeText, (source) => {
      const addresses = scanText(source).flatMap((piece) => (piece.kind === 'link' ? [piece.url] : []));
      expect(addresses.map((address) => cleanUrl(address))).toEqual(addresses);
    }),
    { numRuns: 1000 },
  );
});
