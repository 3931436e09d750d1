// Finding the actor behind a handle.
import { isIP } from 'node:net';
import { FetchFailure, type SafeFetch } from '#server/platform/fetch.ts';
import { asList, asObject, asText } from './json.ts';

export interface WebFingerQuestion {
  username: string;
  /** Host with its port where it has one. */
  domain: string;
  /** Plain http for localhost and bare addresses: closed networks only. */
  allowHttp: boolean;
  timeoutMs?: number;
}

/** Whom a handle names: the actor's address, and the handle by which its own server calls it. */
export interface WebFingerAnswer {
  actorUri: string;
  subject: { username: string; domain: string } | null;
}

const actorTypes = /^application\/(?:activity\+json|ld\+json)(?:;|$)/iu;
const maxBytes = 64 * 1024;

/** Asks a domain for an account. Null when it says that there is none, or nothing that can be used. @throws {FetchFailure} */
export async function askWebFinger(fetch: SafeFetch, question: WebFingerQuestion): Promise<WebFingerAnswer | null> {
  const { username, domain } = question;
  const origin = originOf(domain, question.allowHttp);
  if (origin === null) return null;
  const resource = encodeURIComponent(`acct:${username}@${domain}`);
  const response = await fetch.fetch(`${origin}/.well-known/webfinger?resource=${resource}`, {
    accept: 'application/jrd+json, application/json',
    isFederated: true,
    maxBytes,
    ...(question.timeoutMs === undefined ? {} : { timeoutMs: question.timeoutMs }),
  });
  if (response.status >= 500 || response.status === 429) {
    throw new FetchFailure('bad_response', `${domain}: answers ${response.status}`, { status: response.status });
  }
  if (response.status !== 200 || !/^application\/(?:jrd\+)?json(?:;|$)/iu.test(response.headers['content-type'] ?? ''))
    return null;
  return readAnswer(response.json());
}

function readAnswer(json: unknown): WebFingerAnswer | null {
  const document = asObject(json);
  const links = asList(document?.['links']).slice(0, 100).map(asObject);
  const self = links.find((link) => link?.['rel'] === 'self' && actorTypes.test(asText(link['type']) ?? ''));
  const actorUri = asText(self?.['href']);
  if (actorUri === null) return null;
  const subject = /^acct:([^@\s]{1,200})@([^@\s/]{1,260})$/u.exec(asText(document?.['subject']) ?? '');
  const [, username, domain] = subject ?? [];
  return {
    actorUri,
    subject: username === undefined || domain === undefined ? null : { username, domain: domain.toLowerCase() },
  };
}

/** Where a domain is asked: by https, or by http when it can only be this machine or its neighbour. */
export function originOf(domain: string, allowHttp: boolean): string | null {
  if (!/^(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\%]+)(?::\d{1,5})?$/iu.test(domain)) return null;
  const parsed = URL.parse(`https://${domain}`);
  if (parsed === null || parsed.pathname !== '/') return null;
  const name = parsed.hostname.replace(/^\[|\]$/gu, '');
  const isNear = name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0;
  return `${allowHttp && isNear ? 'http' : 'https'}://${domain.toLowerCase()}`;
}
