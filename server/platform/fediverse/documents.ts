// Fetching ActivityPub documents from where they live. What comes back is what its own server says under its own name,
// or a failure with a reason.
import type { KeyObject } from 'node:crypto';
import { FetchFailure, type FetchedResponse, type SafeFetch } from '#server/platform/fetch.ts';
import { asObject, asText, hostOf, isSameHost, type Json } from './json.ts';
import { signRequest } from './signatures/sign.ts';
import { parseStrictJson, type JsonBounds } from './strict-json.ts';
import { acceptActivity } from './vocabulary.ts';

/** Who asks. */
export interface Signer {
  keyId: string;
  privateKey: KeyObject;
}

/**
 * - `own_host`: it is ours, so the network is not the place to look
 * - `gone`: deleted, its server says · `missing`: unknown there · `refused`: not for us
 * - `not_activity`: no ActivityPub type, or no JSON object · `wrong_id`: the document calls itself something else
 * - `unreachable`: no answer, or an error of its server; may work later
 */
export type DocumentFailureReason =
  | 'own_host'
  | 'gone'
  | 'missing'
  | 'refused'
  | 'not_activity'
  | 'wrong_id'
  | 'unreachable';

/** A document that cannot be had. `retryable` says that later it may. */
export class DocumentFailure extends Error {
  readonly reason: DocumentFailureReason;
  readonly retryable: boolean;

  constructor(reason: DocumentFailureReason, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'DocumentFailure';
    this.reason = reason;
    this.retryable = options.retryable ?? false;
  }
}

export interface AskOptions {
  timeoutMs?: number;
  /** For lists, which may be longer than other documents are. */
  bounds?: JsonBounds;
}

export interface DocumentSource {
  fetch: SafeFetch;
  clock: () => Date;
  /** Our own origin: never asked over the network. */
  origin: string;
  signer: () => Promise<Signer>;
}

/**
 * The document at an address, signed for by `signer`: with an ActivityPub type, and with the address that answered as
 * its id. When it names another id on the same host, that one is asked once.
 * @throws {DocumentFailure}
 */
export async function fetchDocument(source: DocumentSource, uri: string, options: AskOptions = {}): Promise<Json> {
  const first = await fetchOnce(source, uri, options);
  const id = asText(first.json['id']);
  if (id !== null && withoutFragment(id) === withoutFragment(first.url)) return first.json;
  if (id === null || !isSameHost(id, first.url))
    throw new DocumentFailure('wrong_id', `${hostOf(uri)}: the document has another id`);
  const second = await fetchOnce(source, id, options);
  if (asText(second.json['id']) !== id || second.url !== withoutFragment(id)) {
    throw new DocumentFailure('wrong_id', `${hostOf(uri)}: the document has another id`);
  }
  return second.json;
}

function withoutFragment(uri: string): string {
  const parsed = URL.parse(uri);
  if (parsed === null) return uri;
  parsed.hash = '';
  return parsed.href;
}

async function fetchOnce(
  source: DocumentSource,
  uri: string,
  options: AskOptions,
): Promise<{ url: string; json: Json }> {
  const url = withoutFragment(uri);
  if (hostOf(url) === null) throw new DocumentFailure('missing', 'the address is not http or https');
  if (hostOf(url) === hostOf(source.origin)) throw new DocumentFailure('own_host', 'the address is our own');
  const response = await ask(source, url, options);
  refuseStatus(response, url);
  if (!isActivityType(response.headers['content-type']))
    throw new DocumentFailure('not_activity', `${hostOf(url)}: not an ActivityPub document`);
  return { url: withoutFragment(response.url), json: readJson(response, url, options.bounds) };
}

/** Asks with the older signature, and on 401 once more with the newer one. */
async function ask(source: DocumentSource, url: string, options: { timeoutMs?: number }): Promise<FetchedResponse> {
  try {
    const response = await askSigned(source, url, 'cavage', options);
    return response.status === 401 ? await askSigned(source, url, 'rfc9421', options) : response;
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    throw new DocumentFailure('unreachable', error.message, { cause: error, retryable: error.retryable });
  }
}

async function askSigned(
  source: DocumentSource,
  url: string,
  scheme: 'cavage' | 'rfc9421',
  options: { timeoutMs?: number },
): Promise<FetchedResponse> {
  const signer = await source.signer();
  const sign = (target: string): Record<string, string> =>
    signRequest({
      ...signer,
      method: 'GET',
      url: target,
      headers: { accept: acceptActivity },
      scheme,
      date: source.clock(),
    });
  return source.fetch.fetch(url, {
    accept: acceptActivity,
    isFederated: true,
    headers: sign(url),
    onRedirect: (next) => sign(next.url),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
}

function refuseStatus(response: FetchedResponse, url: string): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  const message = `${hostOf(url)}: answers ${status}`;
  if (status === 410) throw new DocumentFailure('gone', message);
  if (status === 404) throw new DocumentFailure('missing', message);
  if (status === 408 || status === 429 || status >= 500)
    throw new DocumentFailure('unreachable', message, { retryable: true });
  throw new DocumentFailure('refused', message);
}

/** `application/activity+json`, or `application/ld+json` with the ActivityStreams profile; any order and parameters. */
export function isActivityType(contentType: string | undefined): boolean {
  const type = (contentType ?? '').toLowerCase();
  if (/^application\/activity\+json\s*(?:;|$)/u.test(type)) return true;
  return (
    /^application\/ld\+json\s*;/u.test(type) &&
    /;\s*profile\s*=\s*(?:"[^"]*\bhttps:\/\/www\.w3\.org\/ns\/activitystreams(?:\s[^"]*)?"|https:\/\/www\.w3\.org\/ns\/activitystreams(?:;|$))/u.test(
      type,
    )
  );
}

function readJson(response: FetchedResponse, url: string, bounds: JsonBounds | undefined): Json {
  const parsed = parseStrictJson(response.body, bounds);
  const json = parsed.ok ? asObject(parsed.value) : null;
  if (json === null) throw new DocumentFailure('not_activity', `${hostOf(url)}: not a JSON object`);
  return json;
}
