// Serves what people uploaded, from the disk, to everybody: shown, never run, and never what is private.
import type { Stats } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import serveFolder from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { isKey, isPrivateKey, isShown, typeOfKey } from '#server/platform/files/keys.ts';
import { openPlainPictures, wantsPlain } from '#server/media-plain.ts';
import type { App } from '#server/platform/http/app.ts';
import { uploadPolicy } from '#server/platform/http/headers.ts';
import { isKnown } from '#server/platform/http/ranges.ts';

const year = 31_536_000_000;

/**
 * `/media/KEY`, with ranges and conditions. A server whose files are in a bucket sends those who hold an old address there, when
 * the file is not on the disk any more.
 */
export async function registerMedia(app: App, ctx: AppContext): Promise<void> {
  const folder = join(ctx.config.dataDir, 'media');
  await mkdir(folder, { recursive: true });
  const plain = openPlainPictures({ get: (key) => readFile(join(folder, key)).catch(() => null) });
  await app.register(async (scope) => {
    await scope.register(serveFolder, {
      root: folder,
      serve: false,
      index: false,
      dotfiles: 'ignore',
      immutable: true,
      maxAge: year,
      setHeaders: (reply, path) => describe(reply, typeOfKey(path)),
    });
    scope.get<{ Params: { '*': string } }>(
      '/media/*',
      { schema: { hide: true }, compress: false },
      async (request, reply) => {
        const key = request.params['*'];
        // In lower case too: some disks do not tell one from the other.
        if (!isKey(key) || isPrivateKey(key.toLowerCase())) return reply.callNotFound();
        const type = typeOfKey(key);
        const found = await findFile(join(folder, key));
        if (found !== null && isModernType(type) && wantsPlain(request.headers.accept, type))
          return sendPlain(request, reply, found, () => plain(key));
        if (found !== null) return reply.sendFile(key);
        if (ctx.config.s3Bucket === undefined) return reply.callNotFound();
        return reply.header('cache-control', 'public, max-age=86400').redirect(ctx.media.file(key), 302);
      },
    );
  });
}

/** The headers of an answer with that content. */
function describe(reply: FastifyReply, contentType: string): void {
  reply.header('content-type', contentType);
  reply.header('content-security-policy', uploadPolicy);
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (isModernType(contentType)) reply.header('vary', 'Accept');
  if (!isShown(contentType)) reply.header('content-disposition', 'attachment');
}

/** What programs of long ago cannot read. */
function isModernType(contentType: string): boolean {
  return contentType === 'image/webp' || contentType === 'image/avif';
}

/** The same picture as JPEG. */
async function sendPlain(
  request: FastifyRequest,
  reply: FastifyReply,
  { size, mtimeMs }: Stats,
  make: () => Promise<Buffer | null>,
): Promise<FastifyReply> {
  const tag = `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}-jpeg"`;
  const content = isKnown(request.headers, tag) ? undefined : await make();
  if (content === null) return reply.code(404).send({ error: 'Not Found' });
  describe(reply, 'image/jpeg');
  reply.headers({ vary: 'Accept', etag: tag, 'cache-control': 'public, max-age=31536000, immutable' });
  return content === undefined ? reply.code(304).send() : reply.send(content);
}

async function findFile(path: string): Promise<Stats | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found : null;
}
