// Doors to the hashtags that people show on their profiles.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { scanText } from '#server/platform/text.ts';
import { renderTags } from '../pages.ts';
import { featuredTags, suggestedTags } from '../queries.ts';
import { FeaturedTagSchema, serializeFeaturedTag, TagSchema, type MastodonFeaturedTag } from '../serializers.ts';
import { featureTag, removeFeaturedTag } from '../service/feature.ts';

const tags = ['tags'];
const params = Type.Object({ id: Type.String() });
const suggestions = 10;

/** Registers the doors. */
export function featuredTagRoutes(app: App, ctx: AppContext): void {
  const show = async (accountId: string): Promise<MastodonFeaturedTag[]> =>
    (await featuredTags(ctx, accountId)).map((tag) => serializeFeaturedTag(tag, ctx.config));

  app.get(
    '/api/v1/featured_tags',
    {
      schema: { tags, summary: 'The hashtags on your profile', response: { 200: Type.Array(FeaturedTagSchema) } },
      config: { access: user('read:accounts') },
    },
    async (request) => show(viewerOf(request).accountId),
  );

  app.post(
    '/api/v1/featured_tags',
    {
      schema: {
        tags,
        summary: 'Show a hashtag on your profile',
        body: Type.Object({ name: Type.String() }),
        response: { 200: FeaturedTagSchema },
      },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const [piece, ...more] = scanText(`#${request.body.name.trim().replace(/^#/, '')}`);
      if (piece?.kind !== 'tag' || more.length > 0) throw new Invalid('Validation failed: Name is not a hashtag');
      const id = await featureTag(ctx, accountId, { name: piece.key, display: piece.shown });
      const shown = (await show(accountId)).find((tag) => tag.id === id);
      if (!shown) throw new NotFound('Record not found');
      return shown;
    },
  );

  app.delete(
    '/api/v1/featured_tags/:id',
    {
      schema: { tags, summary: 'Take a hashtag off your profile', params, response: { 200: Type.Object({}) } },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      await removeFeaturedTag(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );

  app.get(
    '/api/v1/featured_tags/suggestions',
    {
      schema: { tags, summary: 'Hashtags that you use much', response: { 200: Type.Array(TagSchema) } },
      config: { access: user('read:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      return renderTags(ctx, await suggestedTags(ctx, accountId, suggestions), accountId);
    },
  );

  app.get(
    '/api/v1/accounts/:id/featured_tags',
    {
      schema: {
        tags,
        summary: 'The hashtags on somebody’s profile',
        params,
        response: { 200: Type.Array(FeaturedTagSchema) },
      },
      config: { access: anyone('read:accounts') },
    },
    async (request) => show((await requireAccount(ctx, request.params.id)).id),
  );
}
