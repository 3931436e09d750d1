// The door through which people here see pictures, films and sounds of other servers: only those whose address we made.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { RemoteVariant } from '#server/platform/files/address.ts';
import { open } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { uploadPolicy } from '#server/platform/http/headers.ts';
import { isKnown, pieceOf } from '#server/platform/http/ranges.ts';
import type { RemoteFailure, RemoteStored } from '../entities.ts';
import { askForRemote, type RemoteAnswer, type RemoteWish } from '../service/remote-file.ts';
import { proxyName } from '../service/remote-fetch.ts';
import { isOurs } from '../service/remote-hosts.ts';

const year = 31_536_000;
const hour = 3600;
/** Bounds of how long a failure may be kept. */
const shortest = 10;
const longest = 300;

const placeholders: Partial<Record<RemoteVariant, string>> = {
  avatar: 'avatars',
  'avatar-still': 'avatars',
  header: 'headers',
  'header-still': 'headers',
};

/** Registers the door. Neither tokens nor budgets are looked at: a page shows a hundred pictures, and every fetch waits its turn. */
export function remoteRoutes(app: App, ctx: AppContext): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/remote/:variant/:signature/*',
    schema: {
      hide: true,
      params: Type.Object({ variant: Type.String(), signature: Type.String(), '*': Type.String() }),
    },
    config: { access: open },
    compress: false,
    handler: async (request, reply) => {
      const { variant, signature, '*': encoded } = request.params;
      const asked = ctx.media.readRemote(variant, signature, encoded);
      if (asked === null || !URL.canParse(asked.url)) throw new NotFound('This address is none of ours');
      if (isOurs(ctx, asked.url) || (request.headers.via ?? '').includes(proxyName))
        return reply
          .code(400)
          .header('cache-control', 'no-store')
          .send({ error: 'This server does not fetch through itself' });
      if (ctx.domains.rejectsMedia(new URL(asked.url).host))
        return refuse(ctx, reply, asked, {
          state: 'failed',
          failure: 'blocked',
          retryAt: new Date(ctx.clock().getTime() + longest * 1000),
        });
      const wish = { ...asked, plain: asked.variant !== 'file' && wantsPlain(request.headers.accept) };
      describe(reply, wish);
      return answer(ctx, request, reply, wish);
    },
  });
}

/** True for whoever says what they read, and WebP is not among it. */
function wantsPlain(accept: string | undefined): boolean {
  return accept !== undefined && accept !== '' && !/image\/webp|image\/\*|\*\/\*/i.test(accept);
}

function describe(reply: FastifyReply, { variant }: RemoteWish): void {
  reply.header('content-security-policy', uploadPolicy);
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (variant !== 'file') reply.header('vary', 'Accept');
}

async function answer(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  wish: RemoteWish,
): Promise<FastifyReply> {
  const found = await askForRemote(ctx, wish);
  if (found.state !== 'ready') return refuse(ctx, reply, wish, found);
  // A bucket, or the network in front of it, has the bandwidth. The address is another one when it is fetched anew.
  if (ctx.config.s3Bucket !== undefined)
    return reply.header('cache-control', `public, max-age=${hour}`).redirect(ctx.media.file(found.file.key), 302);
  const sent = await send(ctx, request, reply, found);
  if (sent !== null) return sent;
  // Deleted a moment ago, or lost by the store.
  const again = await askForRemote(ctx, wish, found.file.key);
  if (again.state !== 'ready') return refuse(ctx, reply, wish, again);
  return (await send(ctx, request, reply, again)) ?? refuse(ctx, reply, wish, { state: 'busy' });
}

type Ready = Extract<RemoteAnswer, { state: 'ready' }>;

/** Sends the file, or the piece of it that is asked for. Null when the store does not have it. */
async function send(
  ctx: AppContext,
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  { file, fetchedAt }: Ready,
): Promise<FastifyReply | null> {
  const tag = tagOf(file);
  const isFresh = isKnown(headers, tag);
  const piece = pieceOf(headers, file.bytes, tag);
  const range = typeof piece === 'string' ? undefined : piece;
  const isRead = method === 'GET' && !isFresh && piece !== 'none';
  const content = isRead ? await ctx.files.read(file.key, range) : null;
  if (isRead && content === null) return null;
  reply.headers({
    'cache-control': `public, max-age=${year}, immutable`,
    etag: tag,
    'last-modified': fetchedAt.toUTCString(),
    'accept-ranges': 'bytes',
  });
  if (isFresh) return reply.code(304).send();
  reply.header('content-type', file.contentType);
  if (piece === 'none') return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  reply.header('content-length', range === undefined ? file.bytes : range.end - range.start + 1);
  return reply.send(content ?? undefined);
}

/** The name of a stored file is random: another content never has the same. */
function tagOf({ key }: RemoteStored): string {
  return `"${key.slice(key.lastIndexOf('/') + 1)}"`;
}

const texts: Record<RemoteFailure, readonly [status: 404 | 502, text: string]> = {
  gone: [404, 'Its own server does not have this file any more'],
  refused: [404, 'Its own server does not give us this file'],
  unusable: [404, 'This file is of a kind or size that is not shown here'],
  blocked: [404, 'This file lies where this server does not go'],
  unreachable: [502, 'Its own server cannot be reached at the moment'],
};

/** Says quickly that there is nothing to show; people and their pages get the picture of those who have none. */
function refuse(
  ctx: AppContext,
  reply: FastifyReply,
  { variant }: Pick<RemoteWish, 'variant'>,
  found: Exclude<RemoteAnswer, Ready>,
): FastifyReply {
  const isBusy = found.state === 'busy';
  reply.header('cache-control', isBusy ? 'no-store' : `public, max-age=${restOf(ctx, found.retryAt)}`);
  const placeholder = placeholders[variant];
  if (placeholder !== undefined) return reply.redirect(`${ctx.config.origin}/${placeholder}/original/missing.png`, 302);
  if (isBusy)
    return reply
      .code(503)
      .header('retry-after', String(shortest))
      .send({ error: 'This file is being fetched; try again in a moment' });
  const [status, error] = texts[found.failure];
  return reply.code(status).send({ error });
}

/** Seconds for which a failure may be kept. */
function restOf(ctx: AppContext, until: Date): number {
  const left = Math.round((until.getTime() - ctx.clock().getTime()) / 1000);
  return Math.min(longest, Math.max(shortest, left));
}
