// Doors to the archive of one's account: asking for it, how far it is, and fetching it by a link.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { open, user, viewerOf, type SignedIn } from '#server/platform/http/access.ts';
import { uploadPolicy } from '#server/platform/http/headers.ts';
import { archivesOf } from '../queries/archive.ts';
import { ArchiveWireSchema, serializeArchive, type ArchiveWire } from '../serializers/archive.ts';
import { askForArchive, expiryOf, isOpen, linkOf, nextArchiveAt, openLink } from '../service/archive.ts';

const tags = ['exchange'];
const url = '/api/exports/archive';

/** Registers the doors. */
export function archiveRoutes(app: App, ctx: AppContext): void {
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Ask for an archive of your account, at most once a week',
        response: { 200: ArchiveWireSchema },
      },
      config: { access: user('write') },
    },
    async (request) => {
      const viewer = viewerOf(request);
      await askForArchive(ctx, viewer.accountId);
      return stateFor(ctx, viewer);
    },
  );

  // It holds all that the account can read, so a token must reach all of that.
  app.get(
    url,
    {
      schema: {
        tags,
        summary: 'How far your archive is, and where to fetch it',
        response: { 200: ArchiveWireSchema },
      },
      config: { access: user('read') },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return stateFor(ctx, viewerOf(request));
    },
  );
  downloadRoute(app, ctx);
}

async function stateFor(ctx: AppContext, viewer: SignedIn): Promise<ArchiveWire> {
  const archives = await archivesOf(ctx, viewer.accountId);
  const latest = archives.find((archive) => archive.state !== 'ready' || isOpen(ctx, archive)) ?? null;
  const mayRead = latest?.state === 'ready' && viewer.scopes.includes('read');
  return serializeArchive(latest, {
    expiresAt: latest && expiryOf(latest),
    nextAt: nextArchiveAt(ctx, archives),
    url: mayRead ? `${ctx.config.origin}${url}/${linkOf(ctx, latest, viewer.tokenId)}` : null,
  });
}

function downloadRoute(app: App, ctx: AppContext): void {
  app.get(
    `${url}/:link`,
    {
      schema: {
        tags,
        summary: 'Fetch an archive by its link',
        params: Type.Object({ link: Type.String() }),
        produces: ['application/zip'],
      },
      config: { access: open },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store').header('referrer-policy', 'no-referrer');
      const archive = await openLink(ctx, request.params.link);
      const content = archive === null ? null : await ctx.files.read(archive.key);
      if (archive === null || content === null) throw new NotFound('This link has expired, or was none of ours');
      const date = archive.createdAt.toISOString().slice(0, 10);
      return reply
        .type('application/zip')
        .headers({
          'content-disposition': `attachment; filename="archive-${date}.zip"`,
          'content-length': String(archive.bytes ?? ''),
          'content-security-policy': uploadPolicy,
        })
        .send(content);
    },
  );
}
