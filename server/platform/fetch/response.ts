// An answer as callers read it.
import { FetchFailure } from './failure.ts';

export interface FetchedResponse {
  status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  headers: Record<string, string>;
  /** The address that answered, after redirects, without fragment. */
  url: string;
  body: Buffer;
  /** The body as text, by the charset it announces, else UTF-8. */
  text(): string;
  /** @throws {FetchFailure} `bad_response` when the body is not JSON */
  json(): unknown;
}

/** Headers as one text each, names in lower case. */
export function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

/** The answer, with ways to read its body. */
export function toResponse(
  status: number,
  headers: Record<string, string>,
  url: string,
  body: Buffer,
): FetchedResponse {
  const text = (): string => decoderFor(headers['content-type']).decode(body);
  return {
    status,
    headers,
    url,
    body,
    text,
    json() {
      try {
        return JSON.parse(body.toString('utf8')) as unknown;
      } catch (cause) {
        throw new FetchFailure('bad_response', `${new URL(url).host}: the answer is not JSON`, { cause, status });
      }
    },
  };
}

function decoderFor(contentType = ''): TextDecoder {
  const charset = /;\s*charset="?([A-Za-z0-9_.:-]{1,40})/iu.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    // A charset that nobody knows: most text is UTF-8 all the same.
    return new TextDecoder();
  }
}
