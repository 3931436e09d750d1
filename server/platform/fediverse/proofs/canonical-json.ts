// JSON in the one form that everybody writes the same way (RFC 8785): what is signed as plain JSON is signed in it.
import { asObject, type Json } from '../json.ts';

/** The canonical text of a JSON value. Members without a value are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  const object = asObject(value);
  // JavaScript writes numbers and texts as the standard asks.
  return object === null ? JSON.stringify(value) : `{${membersOf(object).join(',')}}`;
}

/** In the order of their UTF-16 code units, which is how texts compare here. */
function membersOf(object: Json): string[] {
  return Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name])}`);
}
