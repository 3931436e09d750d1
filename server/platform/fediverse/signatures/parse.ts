// Reads signatures out of headers, of both kinds: draft-cavage-12, which most of the fediverse speaks, and RFC 9421.
import type { IncomingHttpHeaders } from 'node:http';
import { cleanUrl } from '../../text.ts';
import { headerValue, refuse, type Refusal } from './request.ts';
import { decodeBase64, parseDictionary, writeInnerList, type InnerList } from './structured-fields.ts';

/** One signature as its sender describes it. Nothing in it is proven yet. */
export interface ParsedSignature {
  scheme: 'cavage' | 'rfc9421';
  /** The label in RFC 9421's dictionaries; null in the older kind. */
  label: string | null;
  /** The address of the key, as written; http or https. */
  keyId: string;
  /** The algorithm that the sender names, if any. */
  algorithm: string | null;
  /** What is covered, in order: header names, and `(request-target)`, `@method` and the like. */
  covered: string[];
  /** Seconds since 1970. */
  created: number | null;
  expires: number | null;
  signature: Buffer;
  /** RFC 9421: the list of what is covered with its parameters, as the signature base ends. */
  parameters: string;
}

export type ParseVerdict = { ok: true; signatures: ParsedSignature[] } | Refusal;

const MAX_LABELS = 3;
const MAX_COVERED = 32;

/**
 * What was read out of headers lies with them: the same request is looked at three times. A WeakMap would keep all that goes
 * through it until the next slow garbage collection, and bring that on.
 */
const read = Symbol('signatures');

interface ReadHeaders extends IncomingHttpHeaders {
  [read]?: { signature: string; input: string | null; verdict: ParseVerdict };
}

/**
 * All signatures of a request: one, or, in RFC 9421, up to three. Those that cannot be read or whose key has no usable
 * address are left out, as long as another is left.
 * @see https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12
 * @see https://www.rfc-editor.org/rfc/rfc9421
 */
export function parseSignatures(headers: ReadHeaders): ParseVerdict {
  const signature = headerValue(headers, 'signature');
  if (signature === null) return refuse(401, 'no_signature');
  const input = headerValue(headers, 'signature-input');
  const before = headers[read];
  if (before?.signature === signature && before.input === input) return before.verdict;
  const verdict = readSignatures(signature, input);
  headers[read] = { signature, input, verdict };
  return verdict;
}

function readSignatures(signature: string, input: string | null): ParseVerdict {
  const parsed = input === null ? parseCavage(signature) : parseRfc9421(input, signature);
  if (parsed === null || parsed.length === 0) return refuse(400, 'malformed_signature');
  const signatures = parsed.filter(({ keyId }) => cleanUrl(keyId) !== null);
  return signatures.length === 0 ? refuse(401, 'malformed_key_id') : { ok: true, signatures };
}

const CAVAGE_PARAMETER = /\s*([A-Za-z]+)=(?:"([^"]*)"|([0-9]{1,15}))\s*(?:,|$)/uy;

function parseCavage(header: string): ParsedSignature[] | null {
  const values = new Map<string, string>();
  CAVAGE_PARAMETER.lastIndex = 0;
  while (CAVAGE_PARAMETER.lastIndex < header.length) {
    const match = CAVAGE_PARAMETER.exec(header);
    const name = match?.[1];
    if (match === null || name === undefined || values.has(name)) return null;
    values.set(name, match[2] ?? match[3] ?? '');
  }
  const keyId = values.get('keyId');
  const signature = decodeBase64(values.get('signature') ?? '');
  const covered = values.get('headers')?.split(' ') ?? [];
  const created = readSeconds(values.get('created'));
  const expires = readSeconds(values.get('expires'));
  if (keyId === undefined || signature === null || signature.length === 0) return null;
  if (created === undefined || expires === undefined || !areNames(covered, /^(?:[a-z0-9-]+|\([a-z-]+\))$/u))
    return null;
  const algorithm = values.get('algorithm') ?? null;
  return [{ scheme: 'cavage', label: null, keyId, algorithm, covered, created, expires, signature, parameters: '' }];
}

/** Null when absent, undefined when unreadable. */
function readSeconds(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  return /^[0-9]{1,12}$/u.test(text) ? Number(text) : undefined;
}

/** Whether these are names of the right form, each once. */
function areNames(names: string[], form: RegExp): boolean {
  return (
    names.length > 0 &&
    names.length <= MAX_COVERED &&
    new Set(names).size === names.length &&
    names.every((name) => form.test(name))
  );
}

function parseRfc9421(input: string, signature: string): ParsedSignature[] | null {
  const inputs = parseDictionary(input);
  const signatures = parseDictionary(signature);
  if (inputs === null || signatures === null || inputs.size > MAX_LABELS) return null;
  const parsed: ParsedSignature[] = [];
  for (const [label, { list }] of inputs) {
    const bytes = signatures.get(label)?.item?.value;
    const one = list !== undefined && bytes instanceof Buffer ? readRfc9421(label, list, bytes) : null;
    if (one !== null) parsed.push(one);
  }
  return parsed;
}

function readRfc9421(label: string, list: InnerList, signature: Buffer): ParsedSignature | null {
  // A component with parameters of its own (`;sf`, `;req`, …) keeps them in its name here, and is refused later as unknown.
  const covered = list.items.map(({ item, parameters }) =>
    parameters.size === 0 ? String(item.value) : `${item.raw};`,
  );
  if (!list.items.every(({ item }) => item.raw.startsWith('"')) || !areNames(covered, /^[\x21-\x7e ]+$/u)) return null;
  const text = (name: string): string | null => {
    const value = list.parameters.get(name)?.value;
    return typeof value === 'string' ? value : null;
  };
  const seconds = (name: string): number | null | undefined => {
    const item = list.parameters.get(name);
    return item === undefined ? null : readSeconds(item.raw);
  };
  const created = seconds('created');
  const expires = seconds('expires');
  if (created === undefined || expires === undefined) return null;
  return {
    scheme: 'rfc9421',
    label,
    keyId: text('keyid') ?? '',
    algorithm: text('alg'),
    covered,
    created,
    expires,
    signature,
    parameters: writeInnerList(list),
  };
}
