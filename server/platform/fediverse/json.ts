// Reading strangers' ActivityPub as plain JSON: one value or a list, an address or an object, present or not.
// Nothing here throws: what has the wrong shape is absent.

/** A parsed JSON object of unknown content. */
export type Json = { [key: string]: unknown };

export const publicAudience = 'https://www.w3.org/ns/activitystreams#Public';
const publicNames: ReadonlySet<unknown> = new Set([publicAudience, 'as:Public', 'Public']);

/** The value as an object, or null for anything else. */
export function asObject(value: unknown): Json | null {
  // A JSON object has string keys and unknown values, which is all that the type says.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** The value as a list: absent is empty, one value is a list of one. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** A text, or null. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The address that a value is, or holds as `id` (an object) or `href` (a Link); null when there is none. */
export function asId(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  const object = asObject(value);
  return object === null ? null : (asText(object['id']) ?? asText(object['href']));
}

/** The only address of a value; null when there are several, or none. */
export function asOnlyId(value: unknown): string | null {
  const list = asList(value);
  return list.length === 1 ? asId(list[0]) : null;
}

/** All addresses in a list, at most `limit`. */
export function asIds(value: unknown, limit = 1000): string[] {
  return asList(value)
    .slice(0, limit)
    .map(asId)
    .filter((id) => id !== null);
}

const namespacePrefix = /^(?:as:|https:\/\/www\.w3\.org\/ns\/activitystreams#)/u;

/**
 * The one type of an object by its short name; null when there are none or several: nobody who means well sends two. Libraries for
 * linked data write types that their context does not name with a prefix, or in full.
 */
export function typeOf(object: Json): string | null {
  const types = asList(object['type']);
  const [only] = types;
  return types.length === 1 && typeof only === 'string' ? only.replace(namespacePrefix, '') : null;
}

/** A moment in ISO 8601, or null for anything that is not one between 1970 and 2286. One that names no zone is in UTC. */
export function asDate(value: unknown): Date | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  // By itself the parser would take it for the time of this machine.
  const time = Date.parse(/T[\d:.]+$/u.test(value) ? `${value}Z` : value);
  return Number.isNaN(time) || time < 0 || time > 9_999_999_999_999 ? null : new Date(time);
}

/** True for each of the three ways in which servers write "everybody". */
export function isPublicAudience(value: unknown): boolean {
  return publicNames.has(value);
}

/** Who an object or activity is for. Each list is of addresses; "everybody" is written in full. */
export interface Audience {
  to: string[];
  cc: string[];
}

/** `to` and `cc`, each cut to 1,000. */
export function audienceOf(object: Json): Audience {
  const read = (value: unknown): string[] => asIds(value).map((id) => (isPublicAudience(id) ? publicAudience : id));
  return { to: read(object['to']), cc: read(object['cc']) };
}

/** The `host` (with its port) of an http(s) address, in lower case; null for anything else. */
export function hostOf(uri: string | null): string | null {
  if (uri === null || !/^https?:\/\//iu.test(uri)) return null;
  return URL.parse(uri)?.host ?? null;
}

/** True when both are http(s) addresses of the same host. */
export function isSameHost(one: string | null, other: string | null): boolean {
  const host = hostOf(one);
  return host !== null && host === hostOf(other);
}

/** A count that can be kept, or null. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, 2_000_000_000) : null;
}
