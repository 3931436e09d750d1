// Clients send the same value in many forms. This brings what arrived to what the route's schema says, before it is checked.

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
}

const yes = new Set(['true', '1', 'on', 't', 'yes']);
const no = new Set(['false', '0', 'off', 'f', 'no', '']);

/**
 * A copy of `value` in the schema's types where the meaning is plain: `"1"` and `"on"` are true, `"5"` is 5, one value is a
 * list of one, an index-keyed object is a list, lists in a list of texts (`id[][]=1`) are one list, null is absent and so is a
 * number of no digits (`limit=`), keys that the schema does not name are dropped.
 * What cannot be brought over is left as it is, for the check to refuse.
 */
export function coerce(schema: JsonSchema, value: unknown): unknown {
  if (schema.anyOf) return coerceUnion(schema.anyOf, value);
  switch (schema.type) {
    case 'boolean':
      return toBoolean(value);
    case 'integer':
    case 'number':
      return toNumber(value);
    case 'string':
      return toText(value);
    case 'array':
      return toList(schema, value);
    case 'object':
      return toObject(schema, value);
    default:
      return value;
  }
}

function coerceUnion(members: JsonSchema[], value: unknown): unknown {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : null;
  const fitting =
    members.find((member) => member.type === kind) ??
    members.find((member) => member.type !== 'array' && member.type !== 'object');
  return fitting ? coerce(fitting, value) : value;
}

/** Text that a database can hold: NUL goes, a lone half of a surrogate pair becomes U+FFFD. */
function toText(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function toBoolean(value: unknown): unknown {
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase();
  if (yes.has(word)) return true;
  return no.has(word) ? false : value;
}

function toNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function toList(schema: JsonSchema, value: unknown): unknown {
  const items = schema.items ?? {};
  if (Array.isArray(value)) {
    const flat: unknown[] = items.type === 'string' ? value.flat() : value;
    return flat.filter((item) => item !== null && item !== undefined).map((item) => coerce(items, item));
  }
  if (isObject(value)) {
    const keys = Object.keys(value);
    if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
      return keys.toSorted((left, right) => Number(left) - Number(right)).map((key) => coerce(items, value[key]));
    }
  }
  return value === undefined ? value : [coerce(items, value)];
}

function toObject(schema: JsonSchema, value: unknown): unknown {
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, present] of Object.entries(value)) {
    if (present === null || present === undefined) continue;
    const member = schema.properties?.[key];
    if (present === '' && isNumber(member)) continue;
    if (member) result[key] = coerce(member, present);
    else if (schema.additionalProperties === true || schema.properties === undefined) result[key] = present;
    else if (isObject(schema.additionalProperties)) result[key] = coerce(schema.additionalProperties, present);
  }
  return result;
}

function isNumber(schema: JsonSchema | undefined): boolean {
  return schema?.type === 'integer' || schema?.type === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
