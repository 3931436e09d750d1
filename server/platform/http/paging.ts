// Pages by position, never by number: the Mastodon way, with absolute Link headers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

/** A stretch of a list ordered newest first. Ids are decimal strings, bounds exclusive. */
export interface Page {
  limit: number;
  /** Only older than this. */
  maxId: string | null;
  /** Only newer than this, beginning with the newest. */
  sinceId: string | null;
  /** Only newer than this, the ones right after it; still given newest first. */
  minId: string | null;
}

/** Query parameters of every paged route; spread into its schema. */
export const pageParameters = {
  max_id: Type.Optional(Type.String()),
  since_id: Type.Optional(Type.String()),
  min_id: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer()),
};

interface PageQuery {
  max_id?: string;
  since_id?: string;
  min_id?: string;
  limit?: number;
}

const largestId = 9_223_372_036_854_775_807n;

/** Reads the page that a request asks for. `limit` is clamped to 1…`max`; a bound that is no id is treated as absent. */
export function readPage(query: PageQuery, limits: { default: number; max: number }): Page {
  const limit = query.limit === undefined || query.limit <= 0 ? limits.default : Math.min(query.limit, limits.max);
  return { limit, maxId: toId(query.max_id), sinceId: toId(query.since_id), minId: toId(query.min_id) };
}

function toId(text: string | undefined): string | null {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return null;
  const id = BigInt(text);
  return (id > largestId ? largestId : id).toString();
}

/** Proxies give up on longer headers, and no list is asked for in so many words. */
const maxLinkLength = 4000;

/** A page to be read with one thing more, which tells whether the list goes on. Upwards it does, as one came from there. */
export function withOneMore(page: Page): Page {
  return page.minId === null ? { ...page, limit: page.limit + 1 } : page;
}

/** Of what was read by `withOneMore` the things of the page itself, and whether the list ends with them. */
export function takePage<Row>(page: Page, found: readonly Row[]): { rows: Row[]; ends: boolean } {
  return { rows: found.slice(0, page.limit), ends: page.minId === null && found.length <= page.limit };
}

/**
 * Sets `Link` from the first and last position of the page that is sent, keeping all other parameters.
 * Nothing for an empty page: a client would page for ever. No next one where the list `ends`.
 */
export function setLinks(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string,
  edges: { first: string | undefined; last: string | undefined; ends?: boolean },
): void {
  if (edges.first === undefined || edges.last === undefined) return;
  const link = (parameter: string, id: string): string => {
    const url = addressOf(request, origin);
    for (const name of ['max_id', 'since_id', 'min_id']) url.searchParams.delete(name);
    url.searchParams.set(parameter, id);
    return url.toString();
  };
  const next = edges.ends === true ? '' : `<${link('max_id', edges.last)}>; rel="next", `;
  sendLinks(reply, `${next}<${link('min_id', edges.first)}>; rel="prev"`);
}

/** Sets `Link` for lists that page by offset. */
export function setOffsetLinks(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string,
  page: { offset: number; limit: number; count: number },
): void {
  if (page.count >= page.limit) setNext(request, reply, origin, { offset: String(page.offset + page.limit) });
}

/** Sets `Link` for lists by name, which go on after the last one that was sent; nothing for a page that is not full. */
export function setAfterLinks(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string,
  page: { limit: number; names: readonly string[] },
): void {
  const last = page.names.at(-1);
  if (last !== undefined && page.names.length >= page.limit) setNext(request, reply, origin, { after: last });
}

function setNext(request: FastifyRequest, reply: FastifyReply, origin: string, where: Record<string, string>): void {
  const url = addressOf(request, origin);
  for (const [parameter, value] of Object.entries(where)) url.searchParams.set(parameter, value);
  sendLinks(reply, `<${url.toString()}>; rel="next"`);
}

/** What was asked for, on our own host whatever the request line names. */
function addressOf(request: FastifyRequest, origin: string): URL {
  const { pathname, search } = new URL(request.url, origin);
  const url = new URL(origin);
  url.pathname = pathname;
  url.search = search;
  return url;
}

function sendLinks(reply: FastifyReply, links: string): void {
  if (links.length <= maxLinkLength) reply.header('link', links);
}
