// How what somebody typed is read.
import { expect, test } from 'vitest';
import { cpuMs } from '#server/testing/cpu.ts';
import { parseQuery } from './policy.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

test.each([
  ['plain words', 'two  words', { words: 'two words' }],
  ['phrases and what shall not be there', '"a b" -c -"d e"', { words: '"a b" -c -"d e"' }],
  [
    'authors',
    'x from:me from:@bob@b.example -from:eve',
    { words: 'x', from: ['me', '@bob@b.example'], notFrom: ['eve'] },
  ],
  ['traits', 'has:poll -has:link is:reply -is:sensitive', { has: ['poll', 'reply'], hasNot: ['link', 'sensitive'] }],
  ['other names of traits', 'has:embed has:image', { has: ['link', 'media'] }],
  ['languages', 'language:DE -language:en', { languages: ['de'], notLanguages: ['en'] }],
  ['scopes', 'in:library', { scope: 'library', words: '' }],
  ['days before', 'before:2026-02-01', { since: null, until: day('2026-02-01') }],
  ['days after', 'after:2026-02-01', { since: day('2026-02-02'), until: null }],
  ['one day', 'during:2026-02-28', { since: day('2026-02-28'), until: day('2026-03-01') }],
  [
    'the narrowest span',
    'after:2026-01-01 after:2026-02-01 before:2026-05-01 before:2026-04-01',
    {
      since: day('2026-02-02'),
      until: day('2026-04-01'),
    },
  ],
])('%s', (_name, text, expected) => {
  expect(parseQuery(text)).toMatchObject(expected);
});

test.each([
  'after:tomorrow',
  'after:2026-13-45',
  'in:nowhere',
  'has:fun',
  'from:',
  'http:x',
  '-in:library',
  ':',
  '"open',
])('words that only look like operators stay words: %s', (text) => {
  expect(parseQuery(text)).toEqual({ ...parseQuery(''), words: text });
});

test.each(['"', '-"', 'a:', 'from:', '" "', '-', ' ', '\ud800'])('a megabyte of %j takes no time', (seed) => {
  const text = seed.repeat(1_000_000 / seed.length);
  expect(cpuMs(() => parseQuery(text))).toBeLessThan(500);
});
