// The one way to the server: a typed fetch with the bearer token, errors in words, and pages by the Link header.
import { signal } from '@preact/signals';
import { nextPage } from './paginate.ts';

/** What a field of a form did wrong, as the server tells it. */
export interface FieldProblem {
  error: string;
  description: string;
}

/** A request that did not succeed. `status` is 0 when the server was not reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly details: Readonly<Record<string, FieldProblem[]>>;

  constructor(status: number, message: string, details: Record<string, FieldProblem[]> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.details = details;
  }
}

export type Query = Record<string, string | number | boolean | string[] | undefined>;

export interface RequestOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as multipart/form-data; wins over `body`. */
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Page<T> {
  items: T[];
  /** The path of the next page, null after the last. */
  next: string | null;
}

/** The bearer token of the person who is signed in, null for a visitor. `session.ts` writes it. */
export const token = signal<string | null>(null);

let whenRefused: () => void = () => {};

/** Names the function that is told when the server no longer accepts the token. */
export function onTokenRefused(listener: () => void): void {
  whenRefused = listener;
}

function address(path: string, query: Query = {}): string {
  const url = new URL(path, location.origin);
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) url.searchParams.append(`${key}[]`, one);
    else url.searchParams.set(key, String(value));
  }
  return url.pathname + url.search;
}

/** The error that an answer tells, as the server words it. */
export function problemFrom(status: number, statusText: string, body: string): ApiError {
  try {
    const { error, error_description, details } = JSON.parse(body);
    return new ApiError(status, String(error_description ?? error ?? statusText), details ?? {});
  } catch {
    return new ApiError(status, statusText);
  }
}

/** Says that a token was refused, unless another is in use by now. */
export function tellRefused(sent: string): void {
  if (sent === token.peek()) whenRefused();
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const sent = token.peek();
  if (sent) headers['Authorization'] = `Bearer ${sent}`;
  const body = options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  if (body !== undefined && !options.form) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, options.query), { method, headers, body, signal: options.signal });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, '');
  }
  if (response.ok) return response;
  if (response.status === 401 && sent) tellRefused(sent);
  throw problemFrom(response.status, response.statusText, await response.text().catch(() => ''));
}

/**
 * One request for JSON.
 * @throws {ApiError} for every answer that is not a success, and with status 0 when there was none.
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  // The server is ours and its serializers are checked against these shapes there.
  return (await response.json()) as T;
}

/** A GET for JSON, with one header of the answer. @throws {ApiError} */
export async function getWithHeader<T>(path: string, name: string): Promise<{ body: T; header: string | null }> {
  const response = await send('GET', path, {});
  return { body: (await response.json()) as T, header: response.headers.get(name) }; // as in request()
}

/** A GET for a file. @throws {ApiError} */
export async function getFile(path: string): Promise<Blob> {
  return (await send('GET', path, {})).blob();
}

/** One page of a list; `path` is a path of the API or the `next` of the page before. */
export async function requestPage<T>(path: string, options: RequestOptions = {}): Promise<Page<T>> {
  const response = await send('GET', path, options);
  const items = (await response.json()) as T[]; // as in request()
  return { items, next: items.length ? nextPage(response.headers.get('Link')) : null };
}

/** A GET for JSON. @throws {ApiError} */
export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, { query, signal });
/** A POST of a JSON body, or of none. @throws {ApiError} */
export const post = <T>(path: string, body?: unknown): Promise<T> => request<T>('POST', path, { body });
