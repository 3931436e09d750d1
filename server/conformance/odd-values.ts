// Values that no sane client sends, made by fast-check: of the wrong kind, too long, too deep, or just what the door wants.
import fc from 'fast-check';

/** What of a JSON schema is looked at. */
export interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  const?: unknown;
}

/** Ids and names of things that exist, so that some requests come past the first check. */
export type Known = readonly string[];

const ids = [
  '0',
  '-1',
  '1',
  '-0',
  '99999999999999999999',
  '9223372036854775808',
  '9223372036854775807',
  '1e400',
  'NaN',
  '0x10',
  'abc',
  'null',
  'undefined',
  'true',
  'on',
];
const signs = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff!',
  '\u202eevil',
  '💥',
  'ｆｕｌｌ',
  'İ',
  '%00',
  '%',
  '%zz',
  '+',
  '&=',
  '#',
  '\\',
  '%_',
  '@',
  '@@',
  ':a:',
];
const tricks = [
  '..',
  '../../../etc/passwd',
  'a/b',
  'a b',
  `'; drop table posts; --`,
  '{}',
  '[]',
  '[object Object]',
  '__proto__',
  'constructor',
  '<script>',
  '@alice',
  '#tag',
  'javascript:alert(1)',
  'http://[',
];
const lengths = ['x'.repeat(300), 'é'.repeat(3000), '@'.repeat(2000), '['.repeat(2000), 'x'.repeat(60_000)];
const numbers = [0, -1, 1, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 2 ** 63];

/** A text: often one that has made trouble elsewhere, or one that names something that exists. */
export const oddText = (known: Known): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...ids, ...signs, ...tricks, ...lengths), weight: 5 },
    { arbitrary: fc.constantFrom(...known), weight: 5 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 30 }), weight: 1 },
  );

/** Any value. */
export const oddValue = (known: Known): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: oddText(known), weight: 4 },
    { arbitrary: fc.constantFrom<unknown>(...numbers, true, false, null), weight: 1 },
    {
      arbitrary: fc.constantFrom<unknown>([], {}, [[]], [null], { a: 1 }, { length: 5 }, deep(40), deep(3000)),
      weight: 1,
    },
    { arbitrary: fc.array(oddText(known), { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.constant(Array.from({ length: 500 }, (_, index) => String(index))), weight: 1 },
    { arbitrary: fc.object({ maxDepth: 2, maxKeys: 3 }), weight: 1 },
  );

function deep(depth: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** An object with some keys of the schema, each with what it asks for or with anything, and now and then a key too many. */
export function objectFor(schema: JsonSchema, known: Known): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.entries(schema.properties ?? {}).map(([key, member]) => {
    const value = fc.oneof({ arbitrary: fitting(member, known), weight: 3 }, { arbitrary: oddValue(known), weight: 2 });
    return [key, fc.option(value, { nil: undefined, freq: 2 })] as const;
  });
  const names = fc.constantFrom('extra', 'id', 'limit', '__proto__', 'a[b]', 'constructor');
  const more = fc.dictionary(names, oddValue(known), { maxKeys: 1 });
  return fc.tuple(fc.record(Object.fromEntries(members)), more).map(([object, extra]) => ({ ...object, ...extra }));
}

function fitting(schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((member) => fitting(member, known)));
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer' || schema.type === 'number') return fc.constantFrom(...numbers);
  if (schema.type === 'array')
    return fc.array(fc.oneof(fitting(schema.items ?? {}, known), oddValue(known)), { maxLength: 3 });
  if (schema.type === 'object') return objectFor(schema, known);
  return oddText(known);
}
