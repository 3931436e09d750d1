// Serves the web app.
import { existsSync } from 'node:fs';
import type { FastifyRequest } from 'fastify';
import serveFolder, { type FastifyStaticOptions } from '@fastify/static';
import type { App } from '#server/platform/http/app.ts';
import { distribution, readShell } from '#server/platform/web-shell.ts';

/** Files under /assets carry a hash of their content in their name; the others may change with the next release. */
const keepHashed: FastifyStaticOptions['setHeaders'] = (reply, path) => {
  reply.header(
    'cache-control',
    path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  );
};

/** The web app's files, and its shell for every page that it draws. */
export async function registerWeb(app: App): Promise<void> {
  if (existsSync(distribution)) {
    await app.register(serveFolder, {
      root: distribution,
      prefix: '/',
      wildcard: false,
      index: false,
      decorateReply: false,
      setHeaders: keepHashed,
    });
  }
  const shell = await readShell();
  app.setNotFoundHandler(async (request, reply) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !wantsPage(request) || isMachinePath(request.url))
      return reply.code(404).send({ error: 'Not Found' });
    return reply
      .header('cache-control', 'no-cache')
      .header('vary', 'Accept')
      .type('text/html; charset=utf-8')
      .send(shell);
  });
}

/** Browsers say that they want a page. The first one is for whoever takes anything: programs look there whether we live. */
function wantsPage({ url, headers }: FastifyRequest): boolean {
  const { accept = '*/*' } = headers;
  return accept.includes('text/html') || (/^\/(\?|$)/.test(url) && accept.includes('*/*'));
}

/** Paths below these never show the web app: a wrong address there is an error that a program must see. */
function isMachinePath(url: string): boolean {
  return /^\/(api|oauth|ap|media|assets|\.well-known|nodeinfo)(\/|$|\?)/.test(url);
}
