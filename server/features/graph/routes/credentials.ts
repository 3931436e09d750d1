// The account of the one who asks. It stands on this floor because it shows the login's settings and the requests that wait.
import { Type, type Static } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { updateProfile, type ProfileChange } from '#server/features/accounts/service/profile.ts';
import { findUser } from '#server/features/auth/queries.ts';
import {
  serializeCredentials,
  serializePreferences,
  visibilityFromWire,
  type CredentialAccount,
} from '#server/features/auth/serializers/credentials.ts';
import { changePostingDefaults } from '#server/features/auth/service/users.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { UploadedFile } from '#server/platform/http/bodies.ts';
import { countFollowRequests } from '../queries.ts';

const tags = ['Accounts'];
const Text = Type.Optional(Type.String({ maxLength: 10_000 }));
const Flag = Type.Optional(Type.Boolean());

export const ProfileBody = Type.Object({
  display_name: Text,
  note: Text,
  locked: Flag,
  bot: Flag,
  discoverable: Flag,
  indexable: Flag,
  hide_collections: Flag,
  show_media: Flag,
  show_media_replies: Flag,
  show_featured: Flag,
  attribution_domains: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 200 })),
  avatar: Text,
  header: Text,
  avatar_description: Text,
  header_description: Text,
  fields_attributes: Type.Optional(Type.Array(Type.Object({ name: Text, value: Text }), { maxItems: 50 })),
  source: Type.Optional(
    Type.Object({
      privacy: Type.Optional(
        Type.Union([Type.Literal('public'), Type.Literal('unlisted'), Type.Literal('private'), Type.Literal('direct')]),
      ),
      sensitive: Flag,
      language: Type.Optional(Type.String({ maxLength: 35, pattern: '^[A-Za-z0-9-]*$' })),
      quote_policy: Type.Optional(
        Type.Union([Type.Literal('public'), Type.Literal('followers'), Type.Literal('nobody')]),
      ),
    }),
  ),
});

/** The viewer's own account with its settings: three statements. @throws {NotFound} */
export async function ownCredentials(ctx: AppContext, accountId: string): Promise<CredentialAccount> {
  const [account, login, requests] = await Promise.all([
    requireAccount(ctx, accountId),
    findUser(ctx, accountId),
    countFollowRequests(ctx, accountId),
  ]);
  if (!login) throw new NotFound('Record not found');
  return serializeCredentials(serializeAccount(account, ctx), account, login, requests);
}

export async function credentialRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/accounts/verify_credentials',
    { schema: { tags, summary: 'Your own account' }, config: { access: user('profile', 'read:accounts') } },
    async (request) => ownCredentials(ctx, viewerOf(request).accountId),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/v1/accounts/update_credentials',
      schema: { tags, summary: 'Change your profile', body: ProfileBody, hide: method !== 'PATCH' },
      config: { access: user('write:accounts') },
      handler: async (request) => {
        const { accountId } = viewerOf(request);
        await changeProfile(ctx, accountId, request.body, request.uploads);
        return ownCredentials(ctx, accountId);
      },
    });
  }

  for (const kind of ['avatar', 'header'] as const) {
    app.delete(
      `/api/v1/profile/${kind}`,
      { schema: { tags, summary: `Remove your ${kind}` }, config: { access: user('write:accounts') } },
      async (request) => {
        const { accountId } = viewerOf(request);
        await updateProfile(ctx, accountId, { [kind]: null });
        return ownCredentials(ctx, accountId);
      },
    );
  }

  app.get(
    '/api/v1/preferences',
    { schema: { tags, summary: 'Your settings' }, config: { access: user('read:accounts') } },
    async (request) => {
      const login = await findUser(ctx, viewerOf(request).accountId);
      if (!login) throw new NotFound('Record not found');
      return serializePreferences(login);
    },
  );
}

/** Changes what a form names of a profile and of what new posts begin with. @throws {Invalid} */
export async function changeProfile(
  ctx: AppContext,
  accountId: string,
  body: Static<typeof ProfileBody>,
  uploads: Record<string, UploadedFile>,
): Promise<void> {
  const change: ProfileChange = {
    displayName: body.display_name,
    bio: body.note,
    fields: body.fields_attributes?.map((field) => ({ name: field.name ?? '', value: field.value ?? '' })),
    locked: body.locked,
    bot: body.bot,
    discoverable: body.discoverable,
    indexable: body.indexable,
    hideCollections: body.hide_collections,
    showMedia: body.show_media,
    showMediaReplies: body.show_media_replies,
    showFeatured: body.show_featured,
    attributionDomains: body.attribution_domains,
    avatar: picture('avatar', uploads, body.avatar),
    header: picture('header', uploads, body.header),
    avatarDescription: body.avatar_description,
    headerDescription: body.header_description,
  };
  if (Object.values(change).some((value) => value !== undefined)) await updateProfile(ctx, accountId, change);
  const { privacy, sensitive, language, quote_policy: quotePolicy } = body.source ?? {};
  await changePostingDefaults(ctx, accountId, {
    visibility: privacy && visibilityFromWire(privacy),
    sensitive,
    language,
    quotePolicy,
  });
}

/** The uploaded bytes; null for an empty text, which removes the picture; undefined when the form does not mention it. */
function picture(
  name: 'avatar' | 'header',
  uploads: Record<string, UploadedFile>,
  text: string | undefined,
): Buffer | null | undefined {
  const upload = uploads[name];
  if (upload) return upload.content;
  if (text === undefined) return undefined;
  if (text === '') return null;
  const description = `${name} must be a file`;
  throw new Invalid(`Validation failed: ${description}`, {
    details: { [name]: [{ error: 'ERR_INVALID', description }] },
  });
}
