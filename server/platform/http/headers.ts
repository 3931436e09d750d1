// Headers that keep browsers from being used against people: a strict content policy for our pages, a stricter one for uploads.
import type { AppContext } from '#server/context.ts';
import { fileOrigins } from '#server/platform/files/address.ts';
import type { App } from './app.ts';

/**
 * The policy of our own pages: no inline script, no foreign script, and nothing is loaded from other servers, whose pictures
 * and films come through this one. What people upload may lie at a name of its own.
 */
export function pagePolicy(ctx: Pick<AppContext, 'config'>, formTargets: string[] = []): string {
  const socket = ctx.config.origin.replace(/^http/, 'ws');
  const files = fileOrigins(ctx.config)
    .filter((origin) => origin !== ctx.config.origin)
    .map((origin) => ` ${origin}`)
    .join('');
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self' data: blob:${files}`,
    `media-src 'self' blob:${files}`,
    `font-src 'self'`,
    `connect-src 'self' ${socket}${files}`,
    `manifest-src 'self'`,
    `worker-src 'self'`,
    `base-uri 'none'`,
    `form-action 'self'${formTargets.map((target) => ` ${target}`).join('')}`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** For anything that people uploaded: it is shown, never run. */
export const uploadPolicy = `default-src 'none'; sandbox`;

/** Sets the headers on every answer that does not set its own. */
export function secureHeaders(app: App, ctx: AppContext): void {
  const policy = pagePolicy(ctx);
  const secure = ctx.config.origin.startsWith('https:');
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', policy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    if (!reply.hasHeader('referrer-policy')) reply.header('referrer-policy', 'same-origin');
    if (!reply.hasHeader('cross-origin-opener-policy')) reply.header('cross-origin-opener-policy', 'same-origin');
    if (secure) reply.header('strict-transport-security', 'max-age=31536000');
  });
}
