// JSON from strangers: what is read, what is refused and why, and that refusing is quick whatever it is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLinear, leastCpuMs, sixteenTimes } from '#server/testing/cpu.ts';
import { parseStrictJson } from './strict-json.ts';

const verdictOf = (text: string | Uint8Array): string => {
  const verdict = parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
  return verdict.ok ? 'ok' : verdict.reason;
};

test('good JSON means what it always means', () => {
  const text = ' {"a": [1, -2.5e+3, "x\\"\\u00e9\\ud83d\\ude00é😀\\n", true, false, null, {}, []], "":{"b":{}} } \n';
  expect(parseStrictJson(Buffer.from(text))).toEqual({ ok: true, value: JSON.parse(text) });
});

test('a view into a larger buffer is read as itself', () => {
  const large = Buffer.from('xx{"a":1}xx');
  expect(parseStrictJson(large.subarray(2, 9))).toEqual({ ok: true, value: { a: 1 } });
});

describe('the limits', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  test.each([
    ['16 levels', nested(16), 'ok'],
    ['17 levels', nested(17), 'too_deep'],
    ['17 levels of objects', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 'too_deep'],
    ['a 500-deep object', `{"object":${'{"object":'.repeat(500)}1${'}'.repeat(501)}`, 'too_deep'],
    ['500 items', JSON.stringify(Array.from({ length: 500 }, () => 1)), 'ok'],
    ['501 items', JSON.stringify(Array.from({ length: 501 }, () => 1)), 'too_many_items'],
    ['10,000 tags', JSON.stringify({ tag: Array.from({ length: 10_000 }, () => ({})) }), 'too_many_items'],
    [
      '2,000 values',
      JSON.stringify(
        Array.from({ length: 3 }, () => Array.from({ length: 500 }, () => 0)).concat([
          Array.from({ length: 495 }, () => 0),
        ]),
      ),
      'ok',
    ],
    [
      '2,001 values',
      JSON.stringify(
        Array.from({ length: 4 }, (_unused, index) => Array.from({ length: index < 3 ? 500 : 497 }, () => 0)),
      ),
      'too_many_nodes',
    ],
    [
      '2,500 members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 2500 }, (_unused, index) => [index, 0]))),
      'too_many_nodes',
    ],
    ['a number of 64 digits', '1'.repeat(64), 'ok'],
    ['a number of 65 digits', '1'.repeat(65), 'long_number'],
    ['a megabyte of digits', '1'.repeat(1_000_000), 'long_number'],
  ])('%s', (_name, text, verdict) => {
    expect(verdictOf(text)).toBe(verdict);
  });
});

describe('what could mean two things', () => {
  test.each([
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['{"x":{"é":1,"\\u00e9":2}}', 'duplicate_key'],
    ['{"a":{"b":1},"c":{"b":1}}', 'ok'],
    ['{"__proto__":{"x":1}}', 'forbidden_key'],
    ['{"a":{"\\u005f_proto__":1}}', 'forbidden_key'],
    ['{"constructor":1}', 'forbidden_key'],
    ['[{"prototype":1}]', 'forbidden_key'],
    ['{"a":"__proto__"}', 'ok'],
    ['"\\ud83d"', 'broken_character'],
    ['"\\ude00"', 'broken_character'],
    ['"\\ud83d\\n"', 'broken_character'],
    ['"\\ud83dx"', 'broken_character'],
    ['"\\ud83d\\ud83d\\ude00"', 'broken_character'],
    ['"\\ude00\\ud83d"', 'broken_character'],
    ['{"\\ud83d":1}', 'broken_character'],
    ['"\\u0000"', 'broken_character'],
    ['"\\\\ud83d"', 'ok'],
  ])('%s: %s', (text, verdict) => {
    expect(verdictOf(text)).toBe(verdict);
  });

  test('leaves prototypes alone', () => {
    parseStrictJson(Buffer.from('{"__proto__":{"polluted":1}}'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each([
    ['half a character', [0x22, 0xc3, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong quote', [0x22, 0xc0, 0xa2, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('%s is no text', (_name, bytes) => {
    expect(verdictOf(Uint8Array.from(bytes))).toBe('not_utf8');
  });

  test('a byte order mark is no JSON', () => {
    expect(verdictOf('\ufeff{}')).toBe('malformed');
  });
});

test('whatever the text, it is read exactly if the usual parser reads it, or refused for a reason of ours', () => {
  const scrap = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b":',
    '1',
    '-',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '\\',
    '\\u',
    'd83d',
    '0000',
    '\n',
    '\u0000',
    'é',
    '__proto__',
    '/*',
    "'",
  );
  const anyText = fc.oneof(
    fc.array(scrap, { maxLength: 25 }).map((parts) => parts.join('')),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = Buffer.from(text);
      const verdict = parseStrictJson(bytes);
      let usual: unknown = undefined;
      try {
        usual = JSON.parse(bytes.toString());
      } catch {
        // Not JSON: then not for us either.
      }
      const agrees = verdict.ok
        ? JSON.stringify(verdict.value) === JSON.stringify(usual)
        : verdict.reason !== 'malformed' || usual === undefined;
      if (!agrees) throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(verdict)}`);
    }),
    { numRuns: 5000 },
  );
});

describe('a hostile megabyte', () => {
  const MiB = 1024 * 1024;
  const fill = (seed: string, before = ''): string =>
    before + seed.repeat(Math.floor((MiB - before.length) / seed.length));
  test.each([
    ['[', ''],
    ['{"a":', ''],
    ['[[],', ''],
    ['"', ''],
    ['\\', '"'],
    ['\\u0061', '"'],
    ['\\ud83d\\ude00', '"'],
    ['a', '"'],
    [' ', ''],
    ['1', ''],
    ['{"a":1},', '['],
    ['\\u005f', '{"'],
    ['é', '"'],
    [',', '['],
    ['0,', '['],
    ['""', ''],
    ['"":0,', '{'],
    ['tru', ''],
    ['\\"', '{"'],
  ])(
    'of %j after %j takes time by its length: quick, or as much as sixteen times a sixteenth of it',
    (seed, before) => {
      const whole = Buffer.from(fill(seed, before));
      const part = whole.subarray(0, whole.length / 16);
      const cost = leastCpuMs(() => parseStrictJson(whole));
      if (cost > 20) {
        const parts = leastCpuMs(() => sixteenTimes(() => parseStrictJson(part)));
        expect(isLinear(cost, parts), `${cost} ms, in parts ${parts} ms`).toBe(true);
      }
      expect(cost).toBeLessThan(1000);
    },
  );
});
