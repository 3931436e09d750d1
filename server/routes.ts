// Every door, by who opens it: other servers, client apps, browsers.
import type { App } from '#server/platform/http/app.ts';
import { clientDoors } from '#server/client-doors.ts';
import type { AppContext } from '#server/context.ts';
import { accountRoutes } from '#server/features/accounts/routes.ts';
import { emptyFormRoutes } from '#server/features/admin/routes/empty-forms.ts';
import { instanceRoutes } from '#server/features/admin/routes/instance.ts';
import { deliveryRoutes } from '#server/features/admin/routes/deliveries.ts';
import { staffRoutes } from '#server/features/admin/routes/staff.ts';
import { authorizeRoutes } from '#server/features/auth/routes/authorize.ts';
import { emailDomainRoutes } from '#server/features/auth/routes/email-domains.ts';
import { leaveRoutes } from '#server/features/auth/routes/leave.ts';
import { languageRoutes } from '#server/features/auth/routes/language.ts';
import { mediaWishRoutes } from '#server/features/auth/routes/media-wishes.ts';
import { oauthRoutes } from '#server/features/auth/routes/oauth.ts';
import { sessionRoutes } from '#server/features/auth/routes/sessions.ts';
import { userRoutes } from '#server/features/auth/routes/users.ts';
import { emojiRoutes } from '#server/features/emojis/routes.ts';
import { allFilterRoutes } from '#server/features/filters/routes/register.ts';
import { blockListRoutes } from '#server/features/domains/routes/lists.ts';
import { blockRoutes } from '#server/features/domains/routes/blocks.ts';
import { conversationRoutes } from '#server/features/conversations/routes.ts';
import { discoveryRoutes } from '#server/features/discovery/routes/register.ts';
import { composingRoutes } from '#server/features/composing/routes/register.ts';
import { digestRoutes } from '#server/features/digests/routes.ts';
import { exchangeRoutes } from '#server/features/exchange/routes.ts';
import { credentialRoutes } from '#server/features/graph/routes/credentials.ts';
import { moveRoutes } from '#server/features/graph/routes/moves.ts';
import { peopleRoutes } from '#server/features/graph/routes/people.ts';
import { profileRoutes } from '#server/features/tags/routes/profile.ts';
import { relationRoutes } from '#server/features/graph/routes/relations.ts';
import { severanceRoutes } from '#server/features/graph/routes/severances.ts';
import { serverRoutes } from '#server/features/graph/routes/servers.ts';
import { allListRoutes } from '#server/features/lists/routes/register.ts';
import { mediaRoutes } from '#server/features/media/routes.ts';
import { moderationRoutes } from '#server/features/moderation/routes.ts';
import { resumableRoutes } from '#server/features/media/routes/resumable.ts';
import { remoteRoutes } from '#server/features/media/routes/remote.ts';
import { notificationRoutes } from '#server/features/notifications/routes/register.ts';
import { postRoutes } from '#server/features/posts/routes/register.ts';
import { pushRoutes } from '#server/features/push/routes.ts';
import { relayRoutes } from '#server/features/relays/routes.ts';
import { reactionRoutes } from '#server/features/reactions/routes.ts';
import { searchRoutes } from '#server/features/search/routes.ts';
import { streamingRoutes } from '#server/features/streaming/routes/register.ts';
import { allTagRoutes } from '#server/features/tags/routes/register.ts';
import { timelineRoutes } from '#server/features/timelines/routes/timelines.ts';
import { federationDoors } from '#server/federation/doors.ts';
import { registerMedia } from '#server/media.ts';
import { registerWeb } from '#server/web.ts';

/**
 * Registers the doors of this process's roles: `web` has all but open connections, which are `streaming`'s; a worker alone
 * has none. Other servers come first because their doors read raw bodies.
 */
export async function registerRoutes(app: App, ctx: AppContext): Promise<void> {
  const { roles } = ctx.config;
  if (roles.includes('web')) await federationDoors(app, ctx);
  await app.register(async (scope) => {
    await clientDoors(scope as App, ctx);
    if (roles.includes('web')) await webRoutes(scope as App, ctx);
    if (roles.includes('streaming')) await streamingRoutes(scope as App, ctx);
  });
  if (roles.includes('web')) {
    remoteRoutes(app, ctx);
    await registerMedia(app, ctx);
    await registerWeb(app);
  } else app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not Found' }));
}

async function webRoutes(app: App, ctx: AppContext): Promise<void> {
  await sessionRoutes(app, ctx);
  await authorizeRoutes(app, ctx);
  leaveRoutes(app, ctx);
  await oauthRoutes(app, ctx);
  await userRoutes(app, ctx);
  await mediaWishRoutes(app, ctx);
  await languageRoutes(app, ctx);
  await emailDomainRoutes(app, ctx);
  await emojiRoutes(app, ctx);
  await accountRoutes(app, ctx);
  await credentialRoutes(app, ctx);
  await peopleRoutes(app, ctx);
  await relationRoutes(app, ctx);
  await relayRoutes(app, ctx);
  await moveRoutes(app, ctx);
  await serverRoutes(app, ctx);
  await severanceRoutes(app, ctx);
  await profileRoutes(app, ctx);
  await mediaRoutes(app, ctx);
  await resumableRoutes(app, ctx);
  await allFilterRoutes(app, ctx);
  await composingRoutes(app, ctx);
  await conversationRoutes(app, ctx);
  await postRoutes(app, ctx);
  await reactionRoutes(app, ctx);
  await allTagRoutes(app, ctx);
  await allListRoutes(app, ctx);
  await timelineRoutes(app, ctx);
  await notificationRoutes(app, ctx);
  await moderationRoutes(app, ctx);
  await pushRoutes(app, ctx);
  await digestRoutes(app, ctx);
  await exchangeRoutes(app, ctx);
  await searchRoutes(app, ctx);
  await instanceRoutes(app, ctx);
  await emptyFormRoutes(app, ctx);
  await staffRoutes(app, ctx);
  await deliveryRoutes(app, ctx);
  await blockRoutes(app, ctx);
  await blockListRoutes(app, ctx);
  await discoveryRoutes(app, ctx);
}
