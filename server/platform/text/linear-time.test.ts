// Texts made to stall naive scanners: the time goes by the length, not by its square.
import { describe, expect, test } from 'vitest';
import { cpuMs, isLinear, sixteenTimes } from '#server/testing/cpu.ts';
import { cleanName, cleanUrl } from './clean.ts';
import { countCharacters } from './count.ts';
import { buildWordSearch, foldText } from './find-words.ts';
import { renderPost } from './render.ts';
import { sanitizeHtml, stripHtml } from './sanitize.ts';

const LENGTH = 100_000;
const QUICK_MS = 50;
const REPEATS = 4;

const fill = (seed: string, length: number): string => seed.repeat(Math.ceil(length / seed.length)).slice(0, length);

/** The best of a few runs: the rest is other people's work on the same machine. */
function bestTime(work: () => unknown): number {
  let best = Infinity;
  for (let run = 0; run < REPEATS && best > QUICK_MS / 10; run += 1) {
    best = Math.min(best, cpuMs(work));
  }
  return best;
}

function expectLinear(work: (text: string) => unknown, seed: string): void {
  const whole = fill(seed, LENGTH);
  const time = bestTime(() => work(whole));
  if (time < QUICK_MS) return;
  const part = fill(seed, LENGTH / 16);
  const parts = bestTime(() => sixteenTimes(() => work(part)));
  expect(isLinear(time, parts), `${JSON.stringify(seed)} took ${time} ms, in parts ${parts} ms`).toBe(true);
}

const TEXT_SEEDS = [
  '@',
  '@a',
  '@a.',
  '@a-',
  '@a@',
  '@a@b',
  '@a@b.',
  '@a@b:1',
  '@@',
  '@é',
  '@a@é.',
  '_',
  'a',
  'a.',
  'h',
  ':a:',
  '#',
  '#a',
  '##a',
  '#·',
  '#1',
  '#·a',
  '#_',
  '#a\u200c',
  '＃',
  'ａ',
  'ﷺ',
  '\u0301',
  'e\u0301',
  '👨‍👩‍👧‍👦',
  '日本',
  'http:',
  'http://',
  'https://a',
  'http://a/(',
  'http://a/[({',
  'http://a/((((',
  'http://a/"',
  'http://a/(a)',
  "http://a/'",
  'http://a.b.',
  'http://a:1',
  'http://[::',
  'http://a/.....',
  'http://a/!!!!',
  'http://a/?a=&',
  'http://-',
  'http://a-',
  'http://xn--',
  '&',
  '<',
  '"',
  ' ',
  '\n',
  '\r',
  '\n\n',
  ' \n',
  '\ud800',
  '\u0000',
  '\u202e',
];

const HTML_SEEDS = [
  '<',
  '<div>',
  '<a href="',
  '<a>',
  '<p>',
  '</p>',
  '<b',
  '</',
  '<p class="',
  '<a href="x" ',
  '<a class="a ',
  '<ol start=1>',
  '&',
  '&amp;',
  '&#',
  '&#x',
  '<!--',
  '<![CDATA[',
  '<?',
  '<math>',
  '<svg><style>',
  '<h1>',
  '<li>',
  '<table>',
  '<div>',
  '<div>a</div>\n',
  '<tr><td>a<td> ',
  '<hr>          ',
  '<br>',
  '<ruby><rt>',
  '<script>',
  '<textarea>',
  '<noscript>',
  '<plaintext>',
  '<xmp>',
  '<template>',
  '<select><option>',
  '\u0000<',
  '<a href=javascript:',
  '<a href="http://a/"><span class="invisible">',
  '<span class="invisible">',
  '<a href="http://a/"><span class="invisible">http://</span><span>',
];

describe.each(TEXT_SEEDS)('100 KB of %j', (seed) => {
  test('is rendered, counted and cleaned in linear time', () => {
    expectLinear(
      (text) => renderPost(text, { mentions: () => ({ url: 'https://a.example/', name: 'a' }), tagUrl: () => '/t' }),
      seed,
    );
    expectLinear(countCharacters, seed);
    expectLinear((text) => cleanName(text, LENGTH), seed);
    expectLinear((text) => cleanUrl(`https://a.example/${text}`, LENGTH * 2), seed);
  });
});

describe.each(HTML_SEEDS)('100 KB of %j', (seed) => {
  test('is sanitised and stripped in linear time', () => {
    expectLinear((text) => sanitizeHtml(text), seed);
    expectLinear((text) => stripHtml(text), seed);
  });
});

// Words that end where others end, made to be tried again and again.
const WORDS = [
  ...Array.from({ length: 200 }, (_, index) => 'a'.repeat(index + 1)),
  ...Array.from({ length: 60 }, (_, index) => `b${' ab'.repeat(index)}`),
  ...Array.from({ length: 100 }, (_, index) => `${'a'.repeat(index)}!`),
];

describe.each(['a', 'ab ', 'a!', 'aaaaaaab', 'b ab', ' ', '\ud800', '\u0345', 'ﷺ'])('100 KB of %j', (seed) => {
  test('is searched for many words in linear time', () => {
    for (const whole of [true, false]) {
      const search = buildWordSearch(WORDS.map((text) => ({ text, whole })));
      expectLinear((text) => search.find(foldText(text)), seed);
    }
  });
});

test('a megabyte of opening brackets or nested elements is cut before any work', () => {
  for (const seed of ['<', '<div>', '<p>', '<b>']) {
    expect(bestTime(() => sanitizeHtml(seed.repeat(200_000)))).toBeLessThan(500);
  }
});
