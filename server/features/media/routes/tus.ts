// The tus protocol's own server behind our doors: we say who may and what comes of it, it knows offsets and pieces.
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { Failure, Invalid, OutOfSpace } from '#server/platform/errors.ts';
import { openLocks } from '#server/platform/files/locks.ts';
import type { ResumableStore } from '#server/platform/files/resumable.ts';
import { largestUpload } from '../policy.ts';
import { resumableForMs } from '../service/resumable.ts';

const version = '1.0.0';

export interface Tus {
  store: ResumableStore;
  /** Refuses a request that does not speak the protocol. @throws {Failure} 412 */
  checkProtocol(request: FastifyRequest): void;
  /** What the protocol answers to a request for the upload with that token. */
  ask(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Response>;
  /** Does what must not be done twice at once for an upload, in whichever process. */
  oneAtATime<Result>(token: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

/** Loads the protocol. */
export async function openTus(ctx: AppContext, opening: Promise<ResumableStore>): Promise<Tus> {
  const [{ Server }, store] = await Promise.all([import('@tus/server'), opening]);
  const locks = openLocks(ctx.cache);
  const tokens = new WeakMap<object, string>();
  const nameIn = (request: object): string => store.nameOf(tokens.get(request) ?? '');
  const server = new Server({
    path: '/api/uploads',
    datastore: store.store,
    locker: locks,
    maxSize: largestUpload(ctx.config),
    namingFunction: nameIn,
    getFileIdFromRequest: nameIn,
    // Relative, as the protocol allows: right behind whatever name or proxy the client found us by.
    generateUrl: (request) => `/api/uploads/${tokens.get(request) ?? ''}`,
    // Nothing that a client says about its file is kept by the protocol: neither names nor types.
    onUploadCreate: async () => ({ metadata: {} }),
    onResponseError: (_request, error) => explain(ctx, store, error),
  });
  return {
    store,
    checkProtocol(request) {
      if (request.headers['tus-resumable'] !== version)
        throw new Failure(412, `Uploads here speak tus ${version}: send the header Tus-Resumable: ${version}`);
    },
    async ask(request, reply, token) {
      const asked = toWeb(ctx, request, reply, token);
      tokens.set(asked, token);
      const answer = await server.handleWeb(asked);
      if (request.method === 'POST')
        answer.headers.set('upload-expires', new Date(ctx.clock().getTime() + resumableForMs).toUTCString());
      return answer;
    },
    async oneAtATime(token, work) {
      const lock = locks.newLock(`finish ${token}`);
      const ending = new AbortController();
      await lock.lock(ending.signal, () => {});
      try {
        return await work(ending.signal);
      } finally {
        await lock.unlock();
      }
    },
  };
}

/** The request as the protocol's server reads it. Its body is not touched before it is read. */
function toWeb(ctx: AppContext, request: FastifyRequest, reply: FastifyReply, token: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === 'string' && /^(tus-|upload-|content-(length|type)$)/.test(name)) headers.set(name, value);
  headers.delete('upload-metadata');
  const isRead = request.method === 'HEAD' || request.method === 'GET';
  const asked = new Request(`${ctx.config.origin}/api/uploads/${token}`, {
    method: request.method,
    headers,
    ...(isRead ? {} : { body: bodyOf(request.raw), duplex: 'half' }),
  });
  // With it the protocol's server hears when the client has gone, and keeps what came until then.
  Object.defineProperty(asked, 'runtime', { value: { name: 'node', node: { req: request.raw, res: reply.raw } } });
  return asked;
}

/** Reads when it is read, so that a request that is refused before leaves its body to the connection. */
function bodyOf(body: Readable): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = body.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = await pieces.next();
        if (piece.done === true) controller.close();
        else controller.enqueue(piece.value);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A fault of ours is logged and told in our words; the protocol's own refusals keep theirs. */
async function explain(
  ctx: AppContext,
  store: ResumableStore,
  error: unknown,
): Promise<{ status_code: number; body: string } | undefined> {
  if (error instanceof Failure) return { status_code: error.status, body: error.message };
  const known = typeof error === 'object' && error !== null && 'status_code' in error ? Number(error.status_code) : 500;
  if (known < 500) return undefined;
  ctx.log.error({ err: error }, 'a piece of an upload could not be kept');
  // The store does not say why.
  const full = new OutOfSpace();
  return (await store.hasRoomFor(0))
    ? { status_code: 503, body: 'This piece could not be kept; try again in a moment' }
    : { status_code: full.status, body: full.message };
}

/** What we take of Upload-Metadata: the words that stand beside a file. @throws {Invalid} when it is not base64 in pairs */
export function readMetadata(header: string | string[] | undefined): { description: string; focus: string } {
  const found = { description: '', focus: '' };
  for (const pair of String(header ?? '').split(',')) {
    const [name = '', value = '', ...more] = pair.trim().split(' ');
    if (more.length > 0 || !/^[\w+/=-]*$/.test(value))
      throw new Invalid('Upload-Metadata must be pairs of a name and a text in base64, with commas between');
    if (name === 'description' || name === 'focus') found[name] = Buffer.from(value, 'base64').toString();
  }
  return found;
}
