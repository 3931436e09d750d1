// A server of the outside world that has pictures, films and sounds: it shows what a test puts there, as well or as badly as
// the test wants, and counts who asks.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppContext } from '#server/context.ts';
import type { RemoteVariant } from '#server/platform/files/address.ts';

export interface FarEnd {
  origin: string;
  host: string;
  /** Shows a file at a path, or answers there as `how` does. Returns its address. */
  show(path: string, how: Buffer | string | RequestListener, type?: string): string;
  /** Paths that were asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** Opens it on a free port of 127.0.0.1, known by the name `localhost`. */
export async function openFarEnd(): Promise<FarEnd> {
  const pages = new Map<string, RequestListener>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const page = pages.get(path);
    if (page === undefined) response.writeHead(404).end();
    else page(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  return {
    origin,
    host: `localhost:${port}`,
    asked,
    show(path, how, type = 'application/octet-stream') {
      const listener: RequestListener =
        typeof how === 'function' ? how : (_request, response) => response.setHeader('content-type', type).end(how);
      pages.set(path, listener);
      return `${origin}${path}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the server answers to whoever looks at a file of another server. */
export function look(
  { ctx }: { ctx: AppContext },
  url: string,
  variant: RemoteVariant,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(ctx.media.remote(url, variant), { redirect: 'manual', ...init });
}

/** The beginning of a film, which is all that is looked at, and as many bytes as wanted. */
export function film(bytes = 5000): Buffer {
  const head = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');
  return Buffer.concat([head, Buffer.from(Array.from({ length: bytes - head.length }, (_unused, at) => at % 251))]);
}
