// The doors of the staff to lists of blocks (files and addresses, looked at before they are used) and to what was changed, which can be undone.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Invalid } from '#server/platform/errors.ts';
import { staff, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { writeBlockList } from '../policy/csv.ts';
import { allBlocks, changesPage } from '../queries.ts';
import { allLists } from '../queries/lists.ts';
import {
  ChangeSchema,
  ListSchema,
  MadeSchema,
  PreviewSchema,
  serializeChange,
  serializeList,
  serializeMade,
  serializePreview,
} from '../serializers/lists.ts';
import {
  followList,
  importBlocks,
  leaveList,
  previewAddress,
  previewList,
  readList,
  refreshList,
} from '../service/lists.ts';
import { undoChange } from '../service/undo.ts';

const tags = ['Administration'];
const read = staff('moderator', 'admin:read:domain_blocks');
const write = staff('admin', 'admin:write:domain_blocks');
const params = Type.Object({ id: Type.String() });
const Csv = Type.String({
  description: 'With the headings of Mastodon (`#domain,#severity,…`), or a name a line, which means to suspend',
});
const Url = Type.String({ maxLength: 2000, description: 'An https address' });
const Overwrite = Type.Optional(
  Type.Boolean({ description: 'Also where that makes a block weaker; else blocks become stricter only' }),
);
const Followed = Type.Object({ list: ListSchema, change: MadeSchema });

/** Registers the doors. */
export async function blockListRoutes(app: App, ctx: AppContext): Promise<void> {
  fileRoutes(app, ctx);
  followRoutes(app, ctx);
  changeRoutes(app, ctx);
}

function fileRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/domain-blocks/export',
    {
      schema: { tags, summary: 'All blocks as a file that Mastodon and others read', produces: ['text/csv'] },
      config: { access: read },
    },
    async (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="domain_blocks.csv"')
        .send(writeBlockList(await allBlocks(ctx))),
  );
  app.post(
    '/api/admin/domain-blocks/preview',
    {
      schema: {
        tags,
        summary: 'What a file, or following a list, would change: nothing is changed',
        body: Type.Object({ csv: Type.Optional(Csv), url: Type.Optional(Url), overwrite: Overwrite }),
        response: { 200: PreviewSchema },
      },
      config: { access: staff('admin', 'admin:read:domain_blocks') },
    },
    async (request) => {
      const { csv, url, overwrite = false } = request.body;
      if ((csv === undefined) === (url === undefined)) throw new Invalid('Give either csv or url');
      const preview =
        csv === undefined
          ? await previewAddress(ctx, url ?? '')
          : await previewList(ctx, readList(ctx, csv), { overwrite });
      return serializePreview(preview);
    },
  );
  app.post(
    '/api/admin/domain-blocks/import',
    {
      schema: {
        tags,
        summary: 'Block what a file names; what it does not name stays',
        body: Type.Object({ csv: Csv, overwrite: Overwrite }),
        response: { 200: MadeSchema },
      },
      config: { access: write },
    },
    async (request) => {
      const { csv, overwrite = false } = request.body;
      return serializeMade(await importBlocks(ctx, viewerOf(request).accountId, csv, { overwrite }));
    },
  );
}

function followRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/block-lists',
    {
      schema: { tags, summary: 'Lists of blocks that are followed', response: { 200: Type.Array(ListSchema) } },
      config: { access: read },
    },
    async () => (await allLists(ctx)).map(serializeList),
  );
  app.post(
    '/api/admin/block-lists',
    {
      schema: {
        tags,
        summary: 'Follow a list: it is done at once, and again each day',
        body: Type.Object({ url: Url }),
        response: { 200: Followed },
      },
      config: { access: write },
    },
    async (request) => {
      const { list, change } = await followList(ctx, viewerOf(request).accountId, request.body.url);
      return { list: serializeList(list), change: serializeMade(change) };
    },
  );
  app.post(
    '/api/admin/block-lists/:id/refresh',
    {
      schema: {
        tags,
        summary: 'Fetch a list now; one that rests is followed again',
        params,
        response: { 200: Followed },
      },
      config: { access: write },
    },
    async (request) => {
      const { list, change } = await refreshList(ctx, viewerOf(request).accountId, request.params.id);
      return { list: serializeList(list), change: serializeMade(change) };
    },
  );
  app.delete(
    '/api/admin/block-lists/:id',
    {
      schema: {
        tags,
        summary: 'No longer follow a list',
        params,
        querystring: Type.Object({
          lift: Type.Optional(Type.Boolean({ description: 'Also lift its blocks; else they stay as if made by hand' })),
        }),
        response: { 200: MadeSchema },
      },
      config: { access: write },
    },
    async (request) => {
      const { lift = false } = request.query;
      return serializeMade(await leaveList(ctx, viewerOf(request).accountId, request.params.id, { lift }));
    },
  );
}

function changeRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/domain-changes',
    {
      schema: {
        tags,
        summary: 'What was decided about other servers, when and by whom',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(ChangeSchema) },
      },
      config: { access: read },
    },
    async (request, reply) => {
      const changes = await changesPage(ctx, readPage(request.query, { default: 20, max: 40 }));
      setLinks(request, reply, ctx.config.origin, { first: changes.at(0)?.id, last: changes.at(-1)?.id });
      return changes.map(serializeChange);
    },
  );
  app.post(
    '/api/admin/domain-changes/:id/undo',
    {
      schema: {
        tags,
        summary: 'Undo a change as a whole; servers that were decided about again since stay as they are',
        params,
        response: {
          200: Type.Object({ change: MadeSchema, passed_over: Type.Array(Type.String()) }),
        },
      },
      config: { access: write },
    },
    async (request) => {
      const { change, passedOver } = await undoChange(ctx, viewerOf(request).accountId, request.params.id);
      return { change: serializeMade(change), passed_over: passedOver };
    },
  );
}
