// Who is let near the doors of federation at all, by the name of the server that signs: asked before a key is fetched, a body
// read or a job made. And, where that is set, who may read: only those who say who they are.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import type { App } from '#server/platform/http/app.ts';
import { hostOf } from '#server/platform/fediverse/json.ts';
import { parseSignatures } from '#server/platform/fediverse/signatures/parse.ts';
import { findSigner, type RawRequest } from './accept.ts';

/** True when a signature names a key of a server with which nothing passes. */
export function isShutOut(ctx: AppContext, headers: IncomingHttpHeaders): boolean {
  if (headers.signature === undefined) return false;
  const parsed = parseSignatures(headers);
  return parsed.ok && parsed.signatures.some(({ keyId }) => ctx.domains.isShut(hostOf(keyId) ?? ''));
}

/** What depends on who asks is for nobody else, neither now nor from a cache. */
export const variesByReader = 'Accept, Signature, Signature-Input, Authorization';

const readers = new WeakMap<FastifyRequest, string>();

/** The account whose signature opened the door for this request; null where nobody had to sign. */
export function admittedReader(request: FastifyRequest): string | null {
  return readers.get(request) ?? null;
}

/**
 * Lets ActivityPub documents be read by servers alone that sign for it and are not shut out, where the settings want it so. The
 * server's own actor, with its key, is always open: two servers that both ask for signatures could not begin to talk else.
 */
export function askForSignatures(
  app: App,
  ctx: AppContext,
  read: { raw: (request: FastifyRequest) => RawRequest; isPage: (request: FastifyRequest) => boolean },
): void {
  if (ctx.config.federation === 'open') return;
  const isGuarded = (request: FastifyRequest): boolean => /^\/ap\/(?!instance(?:[/?]|$))/u.test(request.url);
  app.addHook('onRequest', async (request, reply) => {
    if (!isGuarded(request) || read.isPage(request)) return;
    const refusal = await admit(ctx, request, read.raw(request));
    if (refusal === null) return;
    if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
    return refuse(reply, refusal.status, refusal.reason);
  });
  app.addHook('onSend', async (request, reply) => {
    if (isGuarded(request)) reply.header('cache-control', 'private, no-store').header('vary', variesByReader);
  });
}

function refuse(reply: FastifyReply, status: number, reason: string): FastifyReply {
  return reply.code(status).send({ error: reason });
}

async function admit(
  ctx: AppContext,
  request: FastifyRequest,
  raw: RawRequest,
): Promise<{ status: number; reason: string; retryAfter?: number } | null> {
  if (request.headers.signature === undefined)
    return { status: 401, reason: 'This server gives its documents to servers that sign their requests' };
  if (isShutOut(ctx, request.headers)) return { status: 403, reason: 'blocked_domain' };
  const signer = await findSigner(ctx, raw);
  if ('status' in signer) return signer;
  if (signer.suspended) return { status: 403, reason: 'blocked_account' };
  readers.set(request, signer.accountId);
  return null;
}
