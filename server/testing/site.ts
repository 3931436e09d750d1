// A made-up web site: it shows the pages that a test puts there, under any name, and counts who asks.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSafeFetch } from '#server/platform/fetch.ts';
import type { AppContext } from '#server/context.ts';

export interface ShownPage {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Site {
  port: number;
  /** The address of a path on this site under a name of one's choice. */
  at(path: string, name?: string): string;
  /** Shows a page of that head, or an answer of one's own. */
  show(path: string, page: string | ShownPage | ((request: IncomingMessage, response: ServerResponse) => void)): void;
  /** Paths with their queries, in the order in which they were asked for. */
  asked: string[];
  close(): Promise<void>;
}

/** Opens it on a free port of 127.0.0.1. Every name leads there for whoever fetches through `leadHere`. */
export async function openSite(): Promise<Site> {
  const pages = new Map<string, ShownPage | ((request: IncomingMessage, response: ServerResponse) => void)>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const page = pages.get(path) ?? pages.get(path.split('?')[0] ?? path) ?? { status: 404, body: 'nothing here' };
    if (typeof page === 'function') return page(request, response);
    const headers = { 'content-type': 'text/html; charset=utf-8', ...page.headers };
    response.writeHead(page.status ?? 200, headers).end(page.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    at: (path, name = 'news.example') => `http://${name}:${port}${path}`,
    show(path, page) {
      pages.set(
        path,
        typeof page === 'string'
          ? { body: `<!doctype html><html><head>${page}</head><body>words</body></html>` }
          : page,
      );
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes every name lead to this machine for that server. Returns how to close what was opened for it. */
export function leadHere(ctx: AppContext): () => Promise<void> {
  const here = createSafeFetch({
    allowPrivateAddresses: true,
    userAgent: 'Rookery/test',
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  Object.assign(ctx, { fetch: here });
  return () => here.close(0);
}
