// Structured fields: what is read, what is refused, and that the canonical text is what other readers would write.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, parseDictionary, writeInnerList } from './structured-fields.ts';

describe('a dictionary', () => {
  test('of inner lists keeps order and parameters', () => {
    const members = parseDictionary(
      'sig1=("@method"  "x-a";sf "b";key="c" );created=1;keyid="a\\"b\\\\c";flag, *s2=()',
    );
    const list = members?.get('sig1')?.list;
    expect(list?.items.map(({ item }) => item.value)).toEqual(['@method', 'x-a', 'b']);
    expect(list?.parameters.get('keyid')?.value).toBe('a"b\\c');
    expect(list?.parameters.get('flag')?.value).toBe(true);
    expect(writeInnerList(list!)).toBe('("@method" "x-a";sf "b";key="c");created=1;keyid="a\\"b\\\\c";flag');
    expect(members?.get('*s2')?.list?.items).toEqual([]);
  });

  test('of items reads each kind', () => {
    const members = parseDictionary('a=:aGk=:, b=-12, c=1.5, d="x", e=tok/en, f=?0, g, h=?1;p=1');
    expect([...(members ?? [])].map(([name, { item }]) => [name, item?.value])).toEqual([
      ['a', Buffer.from('hi')],
      ['b', -12],
      ['c', 1.5],
      ['d', 'x'],
      ['e', 'tok/en'],
      ['f', false],
      ['g', true],
      ['h', true],
    ]);
  });

  test.each([
    'a=1,',
    ',a=1',
    'a=1 b=2',
    'a=1, a=2',
    'A=1',
    'a=',
    'a="x',
    'a="\\x"',
    'a="é"',
    'a=:a:',
    'a=:aGk:',
    'a=:aGl=:',
    'a=:aGk=',
    'a=(',
    'a=("x"',
    'a=("x""y")',
    'a=("x");',
    'a=1;b=1;b=2',
    'a=("x" ("y"))',
    'a=1;B=2',
    'a=?2',
  ])('%s is malformed', (text) => {
    expect(parseDictionary(text)).toBeNull();
  });

  test('of any text is read without an error', () => {
    const scrap = fc.constantFrom('a', '=', '(', ')', '"', ';', ',', ' ', ':', '1', '?', '\\', 'b=', '("x")', ':aGk=:');
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        for (const { list } of (parseDictionary(text) ?? new Map()).values()) {
          if (list === undefined) continue;
          const written = writeInnerList(list);
          const again = parseDictionary(`x=${written}`)?.get('x')?.list;
          if (again === undefined || writeInnerList(again) !== written) throw new Error(`${text} became ${written}`);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('each sequence of bytes has one text in base64', () => {
  expect(decodeBase64('aGk=')?.toString()).toBe('hi');
  for (const other of ['aGk', 'aGl=', 'aG k=', 'aGk=\n', 'aGk_', 'aGk==']) expect(decodeBase64(other)).toBeNull();
});
