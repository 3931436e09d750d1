// Doors to one's profile as one edits it: texts as they were typed.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeProfile, type MastodonProfile } from '#server/features/accounts/serializers.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { changeProfile, ProfileBody } from './credentials.ts';

const tags = ['Accounts'];

export async function profileRoutes(app: App, ctx: AppContext): Promise<void> {
  const read = async (accountId: string): Promise<MastodonProfile> =>
    serializeProfile(await requireAccount(ctx, accountId), ctx);

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
