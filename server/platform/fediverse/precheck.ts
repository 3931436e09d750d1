// The gate before the inbox: refuses, cheaply and in this order, what is not for us, too big, of the wrong type, unsigned
// or harmful to read. Only what passes reaches signatures, the database or JSON-LD.
import type { IncomingHttpHeaders } from 'node:http';
import { asId, asObject, asText, hostOf, type Json } from './json.ts';
import { isActivityType } from './documents.ts';
import { parseStrictJson, type JsonRefusal } from './strict-json.ts';

/** Largest body that an inbox takes, in bytes. */
export const maxInboxBytes = 1024 * 1024;

export interface InboxRequest {
  method: string;
  headers: IncomingHttpHeaders;
  /** The body as received, not decoded. */
  rawBody: Uint8Array;
  /** The hosts (`host[:port]`) that we answer for. */
  ourHosts: readonly string[];
}

/** The HTTP status to answer with, and why, in a word for the log. */
export interface InboxRefusal {
  ok: false;
  status: 400 | 401 | 405 | 413 | 415 | 421;
  reason: 'method' | 'host' | 'size' | 'content_type' | 'content_encoding' | 'unsigned' | 'not_an_object' | JsonRefusal;
}

export type InboxVerdict = { ok: true; document: Json } | InboxRefusal;

/** Judges a request to an inbox before anything is verified or stored. */
export function precheckInbox(request: InboxRequest): InboxVerdict {
  const refusal = precheckHead(request);
  if (refusal !== null) return refusal;
  const { rawBody } = request;
  if (rawBody.length > maxInboxBytes) return refuse(413, 'size');
  const parsed = parseStrictJson(rawBody);
  if (!parsed.ok) return refuse(400, parsed.reason);
  const document = asObject(parsed.value);
  return document === null ? refuse(400, 'not_an_object') : { ok: true, document };
}

/** The part of the judgement that needs no body: ask it before one byte of the body is read. Null means go on. */
export function precheckHead({ method, headers, ourHosts }: Omit<InboxRequest, 'rawBody'>): InboxRefusal | null {
  if (method !== 'POST') return refuse(405, 'method');
  if (!ourHosts.some((host) => plainHost(host) === plainHost(headers.host ?? ''))) return refuse(421, 'host');
  if (Number(headers['content-length'] ?? 0) > maxInboxBytes) return refuse(413, 'size');
  if (!isActivityType(headers['content-type'])) return refuse(415, 'content_type');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== '') return refuse(415, 'content_encoding');
  // Whoever brings an activity signs for bringing it, also when it has a proof of its own.
  const { signature } = headers;
  return typeof signature === 'string' && signature !== '' ? null : refuse(401, 'unsigned');
}

function refuse(status: InboxRefusal['status'], reason: InboxRefusal['reason']): InboxRefusal {
  return { ok: false, status, reason };
}

/** Lower case, without the port that http or https implies. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/u, '');
}

/** What every handler of activities needs to know, as plain JSON. Nothing in it is believed beyond its form. */
export interface ReadActivity {
  id: string;
  type: string;
  actor: string;
  /** The object as it came: an address or an object (for a Flag also a list of addresses); null when there is none. */
  object: unknown;
  /** The address of the object, if it has one. */
  objectId: string | null;
  /** The type of an object that is embedded. */
  objectType: string | null;
  target: string | null;
  document: Json;
}

export type DropReason = 'type' | 'actor' | 'id' | 'foreign_id' | 'our_actor' | 'object';

export type ActivityVerdict = { ok: true; activity: ReadActivity } | { ok: false; reason: DropReason };

/**
 * Reads the outline of an activity, or says why to drop it (answer 202 all the same: the sender must not try again).
 * One type, one actor and one object, ids that are https (http where private addresses are allowed), and the id from the
 * actor's own host, so that nobody can take an id that another server will use. An activity need not have an id
 * (Epicyon's answers to follows have none): `nameless` is what sets it apart from others of its actor then.
 * @see https://www.w3.org/TR/activitypub/#obj-id
 */
export function readActivity(
  document: Json,
  options: { allowPrivateAddresses?: boolean; ourHosts?: readonly string[]; nameless?: string } = {},
): ActivityVerdict {
  const drop = (reason: DropReason): ActivityVerdict => ({ ok: false, reason });
  const allowHttp = options.allowPrivateAddresses === true;
  const type = asText(document.type);
  if (type === null || type === '') return drop('type');
  const actor = onlyId(document.actor);
  if (actor === null || !isFederationId(actor, allowHttp)) return drop('actor');
  const isNameless = isWithoutId(document) && options.nameless !== undefined;
  const id = isNameless ? `${actor}#nameless/${options.nameless}` : asText(document.id);
  if (id === null || !isFederationId(id, allowHttp)) return drop('id');
  if (hostOf(id) !== hostOf(actor)) return drop('foreign_id');
  if (options.ourHosts?.some((host) => plainHost(host) === plainHost(hostOf(actor) ?? '')) === true)
    return drop('our_actor');
  const object = readObject(document.object, type, allowHttp);
  if (object === null) return drop('object');
  return { ok: true, activity: { id, type, actor, ...object, target: onlyId(document.target), document } };
}

/** Whether an activity has no id, which is allowed; one that is no text is something else. */
export function isWithoutId({ id }: Json): boolean {
  return id === undefined || id === null;
}

/** The address that one value is or has; null for lists. */
function onlyId(value: unknown): string | null {
  return Array.isArray(value) ? null : asId(value);
}

type ReadObject = Pick<ReadActivity, 'object' | 'objectId' | 'objectType'>;

const MAX_FLAGGED = 100;

/** The object's outline; null when it has a form that no honest sender gives it. */
function readObject(value: unknown, activityType: string, allowHttp: boolean): ReadObject | null {
  if (value === undefined || value === null) return { object: null, objectId: null, objectType: null };
  if (Array.isArray(value)) return activityType === 'Flag' ? readFlagged(value, allowHttp) : null;
  if (typeof value === 'string') {
    return isFederationId(value, allowHttp) ? { object: value, objectId: value, objectType: null } : null;
  }
  const object = asObject(value);
  if (object === null) return null;
  const { id, type } = object;
  const hasGoodId = id === undefined || id === null || (typeof id === 'string' && isFederationId(id, allowHttp));
  const hasGoodType = type === undefined || (typeof type === 'string' && type !== '');
  return hasGoodId && hasGoodType ? { object, objectId: asText(id), objectType: asText(type) } : null;
}

/** A report names an account and posts: the one activity whose object may be a list. */
function readFlagged(list: unknown[], allowHttp: boolean): ReadObject | null {
  const ids = list.slice(0, MAX_FLAGGED).map(asId);
  const good = ids.filter((id) => id !== null && isFederationId(id, allowHttp));
  return good.length === 0 ? null : { object: good, objectId: null, objectType: null };
}

/** What an index can hold of any script: bytes, not letters. */
const MAX_ID_BYTES = 2048;

/**
 * Whether a text can be the id of something on another server: an https address (http if allowed) as its own server
 * writes it, without user name, blanks or control characters, at most 2,048 bytes long.
 */
export function isFederationId(text: string, allowHttp: boolean): boolean {
  if (Buffer.byteLength(text) > MAX_ID_BYTES || /[\s\p{Cc}\p{Cs}\\]/u.test(text)) return false;
  // The parser takes `https:///host` for `https://host`, and the case of the scheme for nothing: an id has one spelling.
  if (!/^https?:\/\/[^/]/u.test(text)) return false;
  const parsed = URL.parse(text);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  if (parsed.hostname === '' || parsed.hostname.endsWith('.')) return false;
  return parsed.protocol === 'https:' || (allowHttp && parsed.protocol === 'http:');
}
