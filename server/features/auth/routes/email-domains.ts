// The doors of the staff to e-mail providers whose addresses may not sign up, as Mastodon has them.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { staff } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { emailDomainBlocksPage } from '../queries/email-domains.ts';
import { AdminEmailDomainBlockSchema, serializeEmailDomainBlock } from '../serializers/email-domains.ts';
import { blockEmailDomain, requireEmailDomainBlock, unblockEmailDomain } from '../service/email-domains.ts';

const tags = ['Administration'];
const params = Type.Object({ id: Type.String() });
const path = '/api/v1/admin/email_domain_blocks';

/** Registers the doors. */
export async function emailDomainRoutes(app: App, ctx: AppContext): Promise<void> {
  readRoutes(app, ctx);
  writeRoutes(app, ctx);
}

function readRoutes(app: App, ctx: AppContext): void {
  const access = staff('moderator', 'admin:read:email_domain_blocks');
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'E-mail providers whose addresses may not sign up',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(AdminEmailDomainBlockSchema) },
      },
      config: { access },
    },
    async (request, reply) => {
      const blocks = await emailDomainBlocksPage(ctx, readPage(request.query, { default: 100, max: 200 }));
      setLinks(request, reply, ctx.config.origin, { first: blocks.at(0)?.id, last: blocks.at(-1)?.id });
      return blocks.map(serializeEmailDomainBlock);
    },
  );
  app.get(
    `${path}/:id`,
    {
      schema: { tags, summary: 'One of them', params, response: { 200: AdminEmailDomainBlockSchema } },
      config: { access },
    },
    async (request) => serializeEmailDomainBlock(await requireEmailDomainBlock(ctx, request.params)),
  );
}

function writeRoutes(app: App, ctx: AppContext): void {
  const access = staff('admin', 'admin:write:email_domain_blocks');
  const body = Type.Object({
    domain: Type.String({ maxLength: 300, description: 'Such as mail.example; all below it is meant too' }),
  });
  app.post(
    path,
    {
      schema: {
        tags,
        summary: 'Take no more addresses of an e-mail provider',
        description: 'For sign-ups and for changed addresses; logins that there are stay.',
        body,
        response: { 200: AdminEmailDomainBlockSchema },
      },
      config: { access },
    },
    async (request) => serializeEmailDomainBlock(await blockEmailDomain(ctx, request.body.domain)),
  );
  app.delete(
    `${path}/:id`,
    {
      schema: { tags, summary: 'Take its addresses again', params, response: { 200: Type.Object({}) } },
      config: { access },
    },
    async (request) => {
      const { domain } = await requireEmailDomainBlock(ctx, request.params);
      await unblockEmailDomain(ctx, domain);
      return {};
    },
  );
}
