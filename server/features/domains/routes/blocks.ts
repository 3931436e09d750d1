// The doors of the staff to the blocks of servers and to the list of those with whom we talk, as Mastodon has them; and what everybody may see of
// the blocks.
import { Type, type Static } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { Invalid, NotFound, Unauthorized } from '#server/platform/errors.ts';
import { anyone, staff, viewerOf } from '#server/platform/http/access.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { isId } from '#server/platform/ids.ts';
import { allowsPage, blocksPage, findAllow, findBlock, type AllowView, type BlockView } from '../queries.ts';
import {
  AdminDomainAllowSchema,
  AdminDomainBlockSchema,
  DomainBlockSchema,
  readSeverity,
  serializeAllow,
  serializeBlock,
  SeveritySchema,
} from '../serializers.ts';
import { renderShown } from '../pages.ts';
import { allowServer, blockServer, disallowServer, unblockServer, type BlockWish } from '../service/decide.ts';

const tags = ['Administration'];
const limits = { default: 100, max: 200 };
const params = Type.Object({ id: Type.String() });
const comment = Type.Optional(Type.String({ maxLength: 10_000 }));
const terms = {
  severity: Type.Optional(SeveritySchema),
  reject_media: Type.Optional(Type.Boolean()),
  reject_reports: Type.Optional(Type.Boolean()),
  private_comment: comment,
  public_comment: comment,
  obfuscate: Type.Optional(Type.Boolean()),
};
const Terms = Type.Object(terms);
const Domain = Type.String({ maxLength: 300, description: 'Such as evil.example; all below it is meant too' });

/** Registers the doors. */
export async function blockRoutes(app: App, ctx: AppContext): Promise<void> {
  readBlockRoutes(app, ctx);
  writeBlockRoutes(app, ctx);
  allowRoutes(app, ctx);
  shownRoute(app, ctx);
}

function readBlockRoutes(app: App, ctx: AppContext): void {
  const access = staff('moderator', 'admin:read:domain_blocks');
  app.get(
    '/api/v1/admin/domain_blocks',
    {
      schema: {
        tags,
        summary: 'The servers that are blocked',
        querystring: Type.Object({
          ...pageParameters,
          domain: Type.Optional(Type.String({ maxLength: 253, description: 'Only names that hold this' })),
        }),
        response: { 200: Type.Array(AdminDomainBlockSchema) },
      },
      config: { access },
    },
    async (request, reply) => {
      const blocks = await blocksPage(ctx, readPage(request.query, limits), request.query.domain);
      setLinks(request, reply, ctx.config.origin, { first: blocks.at(0)?.id, last: blocks.at(-1)?.id });
      return blocks.map(serializeBlock);
    },
  );
  app.get(
    '/api/v1/admin/domain_blocks/:id',
    {
      schema: { tags, summary: 'The block of a server', params, response: { 200: AdminDomainBlockSchema } },
      config: { access },
    },
    async (request) => serializeBlock(await requireBlock(ctx, request.params.id)),
  );
}

function writeBlockRoutes(app: App, ctx: AppContext): void {
  const access = staff('admin', 'admin:write:domain_blocks');
  const response = { 200: AdminDomainBlockSchema };
  app.post(
    '/api/v1/admin/domain_blocks',
    {
      schema: { tags, summary: 'Block a server', body: Type.Object({ domain: Domain, ...terms }), response },
      config: { access },
    },
    async (request) => {
      const { domain, ...rest } = request.body;
      const { accountId } = viewerOf(request);
      return serializeBlock(await blockServer(ctx, accountId, domain, readTerms(rest), 'new'));
    },
  );
  for (const method of ['PUT', 'PATCH'] as const) {
    app.route({
      method,
      url: '/api/v1/admin/domain_blocks/:id',
      schema: {
        tags,
        summary: 'Change the block of a server',
        params,
        body: Terms,
        response,
        hide: method === 'PATCH',
      },
      config: { access },
      handler: async (request) => {
        const { domain } = await requireBlock(ctx, request.params.id);
        return serializeBlock(await blockServer(ctx, viewerOf(request).accountId, domain, readTerms(request.body)));
      },
    });
  }
  app.delete(
    '/api/v1/admin/domain_blocks/:id',
    {
      schema: { tags, summary: 'End the block of a server', params, response: { 200: Type.Object({}) } },
      config: { access },
    },
    async (request) => {
      const { domain } = await requireBlock(ctx, request.params.id);
      await unblockServer(ctx, viewerOf(request).accountId, domain);
      return {};
    },
  );
}

async function requireBlock(ctx: AppContext, id: string): Promise<BlockView> {
  const block = isId(id) ? await findBlock(ctx, id) : null;
  if (block === null) throw new NotFound('Record not found');
  return block;
}

async function requireAllow(ctx: AppContext, id: string): Promise<AllowView> {
  const allow = isId(id) ? await findAllow(ctx, { id }) : null;
  if (allow === null) throw new NotFound('Record not found');
  return allow;
}

/** @throws {Invalid} for a severity that nobody knows */
function readTerms(body: Static<typeof Terms>): BlockWish {
  const severity = body.severity === undefined ? undefined : readSeverity(body.severity);
  if (severity === null) throw new Invalid('Validation failed: Severity must be silence, suspend or noop');
  return {
    severity,
    rejectMedia: body.reject_media,
    rejectReports: body.reject_reports,
    privateComment: body.private_comment,
    publicComment: body.public_comment,
    obfuscate: body.obfuscate,
  };
}

function allowRoutes(app: App, ctx: AppContext): void {
  const read = staff('moderator', 'admin:read:domain_allows');
  const write = staff('admin', 'admin:write:domain_allows');
  const response = { 200: AdminDomainAllowSchema };
  app.get(
    '/api/v1/admin/domain_allows',
    {
      schema: {
        tags,
        summary: 'The list of servers with which this one talks, where only listed ones count',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(AdminDomainAllowSchema) },
      },
      config: { access: read },
    },
    async (request, reply) => {
      const allows = await allowsPage(ctx, readPage(request.query, limits));
      setLinks(request, reply, ctx.config.origin, { first: allows.at(0)?.id, last: allows.at(-1)?.id });
      return allows.map(serializeAllow);
    },
  );
  app.get(
    '/api/v1/admin/domain_allows/:id',
    { schema: { tags, summary: 'A server on that list', params, response }, config: { access: read } },
    async (request) => serializeAllow(await requireAllow(ctx, request.params.id)),
  );
  app.post(
    '/api/v1/admin/domain_allows',
    {
      schema: { tags, summary: 'Put a server on that list', body: Type.Object({ domain: Domain }), response },
      config: { access: write },
    },
    async (request) => serializeAllow(await allowServer(ctx, viewerOf(request).accountId, request.body.domain)),
  );
  app.delete(
    '/api/v1/admin/domain_allows/:id',
    {
      schema: { tags, summary: 'Take a server off that list', params, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      const { domain } = await requireAllow(ctx, request.params.id);
      await disallowServer(ctx, viewerOf(request).accountId, domain);
      return {};
    },
  );
}

function shownRoute(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/instance/domain_blocks',
    {
      schema: {
        tags: ['Instance'],
        summary: 'Servers that this one limits or does not talk to',
        description: 'Shown to everybody, to people with a login here, or to nobody, as the staff has set it.',
        response: { 200: Type.Array(DomainBlockSchema) },
      },
      config: { access: anyone() },
    },
    async (request, reply) => {
      const { blocksShownTo } = await readInstanceSettings(ctx);
      if (blocksShownTo === 'nobody') throw new NotFound('This server does not show which servers it blocks');
      if (blocksShownTo === 'users' && (request.viewer?.accountId ?? null) === null)
        throw new Unauthorized('This server shows its people alone which servers it blocks');
      return sendJson(reply, await renderShown(ctx));
    },
  );
}
