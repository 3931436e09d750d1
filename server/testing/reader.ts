// Reading a server as another server does, for tests.
import type { Json } from '#server/platform/fediverse/json.ts';

export interface Got {
  status: number;
  headers: Headers;
  body: Json;
}

/** Asks for an address, relative to `origin`; JSON answers are parsed, redirects are not followed. */
export async function read(
  origin: string,
  url: string,
  headers: Record<string, string> = { accept: 'application/activity+json' },
): Promise<Got> {
  const response = await fetch(new URL(url, origin), { headers, redirect: 'manual' });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: /json/u.test(response.headers.get('content-type') ?? '') ? (JSON.parse(text) as Json) : {},
  };
}
