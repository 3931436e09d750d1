// What pages of others show in place of a link to one of our posts.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { NotFound } from '#server/platform/errors.ts';
import { open } from '#server/platform/http/access.ts';
import { findPostByUri, findVisiblePost, type PostView } from '../queries.ts';
import { serializeOembed } from '../serializers/oembed.ts';
import { authorOf } from './answers.ts';

const widths = { usual: 400, least: 100, most: 2000 };

export function oembedRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/oembed',
    {
      schema: {
        tags: ['statuses'],
        summary: 'A public post of this server, to be shown on pages of others',
        querystring: Type.Object({
          url: Type.String({ maxLength: 2000 }),
          maxwidth: Type.Optional(Type.Integer()),
          maxheight: Type.Optional(Type.Integer()),
        }),
      },
      config: { access: open },
    },
    async (request) => {
      const { url, maxwidth = widths.usual } = request.query;
      const post = await findPublicPost(ctx, url);
      if (!post) throw new NotFound('Record not found');
      const [author, { title }] = await Promise.all([authorOf(ctx, post.accountId), readInstanceSettings(ctx)]);
      return serializeOembed(
        post,
        { name: author.display_name || author.username, url: author.url },
        { name: title, url: `${ctx.config.origin}/` },
        Math.min(Math.max(maxwidth, widths.least), widths.most),
      );
    },
  );
}

/** The post of this server with that address, as a page or as an object, when everybody may see it. */
async function findPublicPost(ctx: AppContext, address: string): Promise<PostView | null> {
  if (!URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  if (origin !== ctx.config.origin) return null;
  const [, id] = /^\/@[^/]+\/(\d+)\/?$/.exec(pathname) ?? [];
  const named = id ?? (await findPostByUri(ctx, address))?.id;
  const post = named === undefined ? null : await findVisiblePost(ctx, null, named);
  return post?.local === true && post.boostOfId === null ? post : null;
}
