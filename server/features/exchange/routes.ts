// Doors to taking one's things along: files out, files in, and how far an import is.
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { exchangeKinds, importModes, type ExchangeKind } from './entities.ts';
import { failedRows, importsOf, ownedRows, type ImportView } from './queries.ts';
import {
  csvLines,
  ImportFailureSchema,
  ImportWireSchema,
  readCsv,
  serializeFailure,
  serializeImport,
} from './serializers.ts';
import { archiveRoutes } from './routes/archive.ts';
import { startImport } from './service/run.ts';

const tags = ['exchange'];
const mostBytes = 2 * 1024 * 1024;
const scopes: Record<ExchangeKind, string> = {
  follows: 'read:follows',
  lists: 'read:lists',
  blocks: 'read:blocks',
  mutes: 'read:mutes',
  domain_blocks: 'read:blocks',
  bookmarks: 'read:bookmarks',
};

/** Registers the doors. */
export async function exchangeRoutes(app: App, ctx: AppContext): Promise<void> {
  for (const kind of exchangeKinds) exportRoute(app, ctx, kind);
  archiveRoutes(app, ctx);
  importRoutes(app, ctx);
}

function exportRoute(app: App, ctx: AppContext, kind: ExchangeKind): void {
  app.get(
    `/api/exports/${kind}.csv`,
    {
      schema: { tags, summary: `Your ${kind.replace('_', ' ')} as a CSV file`, produces: ['text/csv'] },
      config: { access: user(scopes[kind]) },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      reply.header('content-disposition', `attachment; filename="${kind}.csv"`).type('text/csv; charset=utf-8');
      return reply.send(Readable.from(csvLines(kind, ownedRows(ctx, accountId, kind))));
    },
  );
}

const ImportBody = Type.Object({
  kind: Type.Unsafe<ExchangeKind>(Type.String({ enum: [...exchangeKinds] })),
  mode: Type.Optional(Type.String({ description: 'merge (default) or overwrite' })),
  csv: Type.Optional(Type.String({ description: 'The file’s content, where it does not come as the upload `file`' })),
});

function importRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/imports',
    {
      schema: {
        tags,
        summary: 'Import a CSV file in the background',
        body: ImportBody,
        response: { 200: ImportWireSchema },
      },
      config: { access: user('write') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { kind } = request.body;
      const mode = importModes.find((known) => known === (request.body.mode ?? 'merge'));
      if (mode === undefined) throw new Invalid('Validation failed: mode is merge or overwrite');
      const rows = await readCsv(kind, contentOf(request, request.body.csv));
      return serializeImport(await ownImport(ctx, accountId, await startImport(ctx, accountId, { kind, mode, rows })));
    },
  );

  app.get(
    '/api/imports',
    {
      schema: { tags, summary: 'Your latest imports', response: { 200: Type.Array(ImportWireSchema) } },
      config: { access: user('read:accounts') },
    },
    async (request) => (await importsOf(ctx, viewerOf(request).accountId)).map(serializeImport),
  );

  app.get(
    '/api/imports/:import_id',
    {
      schema: {
        tags,
        summary: 'How far an import is, and which lines failed',
        params: Type.Object({ import_id: Type.String() }),
        response: {
          200: Type.Intersect([ImportWireSchema, Type.Object({ failures: Type.Array(ImportFailureSchema) })]),
        },
      },
      config: { access: user('read:accounts') },
    },
    async (request) => {
      const found = await ownImport(ctx, viewerOf(request).accountId, request.params.import_id);
      const failures = await failedRows(ctx, found.id);
      return { ...serializeImport(found), failures: failures.map(serializeFailure) };
    },
  );
}

function contentOf(request: FastifyRequest, text: string | undefined): string | Buffer {
  const content = request.uploads?.['file']?.content ?? text;
  if (content === undefined) throw new Invalid('Validation failed: Please bring the file as file or its text as csv');
  if (content.length > mostBytes) throw new Invalid('This file is too long: at most 2 MB');
  return content;
}

async function ownImport(ctx: AppContext, accountId: string, id: string): Promise<ImportView> {
  const [found] = isId(id) ? await importsOf(ctx, accountId, id) : [];
  if (!found) throw new NotFound('Record not found');
  return found;
}
