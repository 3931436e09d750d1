// Doors to one's profile as one edits it: texts as they were typed, with the hashtags that it shows.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeProfile } from '#server/features/accounts/serializers.ts';
import { changeProfile, ProfileBody } from '#server/features/graph/routes/credentials.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { featuredTags } from '../queries.ts';
import { serializeFeaturedTag, type OwnProfile } from '../serializers.ts';

const tags = ['Accounts'];

export async function profileRoutes(app: App, ctx: AppContext): Promise<void> {
  const read = async (accountId: string): Promise<OwnProfile> => {
    const [account, featured] = await Promise.all([requireAccount(ctx, accountId), featuredTags(ctx, accountId)]);
    return {
      ...serializeProfile(account, ctx),
      featured_tags: featured.map((tag) => serializeFeaturedTag(tag, ctx.config)),
    };
  };

  app.get(
    '/api/v1/profile',
    {
      schema: { tags, summary: 'Your profile as you edit it' },
      config: { access: user('profile', 'read:accounts') },
    },
    async (request) => read(viewerOf(request).accountId),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/v1/profile',
      schema: { tags, summary: 'Change your profile', body: ProfileBody, hide: method !== 'PATCH' },
      config: { access: user('write:accounts') },
      handler: async (request) => {
        const { accountId } = viewerOf(request);
        await changeProfile(ctx, accountId, request.body, request.uploads);
        return read(accountId);
      },
    });
  }
}
