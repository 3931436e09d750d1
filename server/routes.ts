// Every door, by who opens it: other servers, client apps, browsers.
import type { App } from '#server/platform/http/app.ts';
import { clientDoors } from '#server/client-doors.ts';
import type { AppContext } from '#server/context.ts';
import { accountRoutes } from '#server/features/accounts/routes.ts';
import { instanceRoutes } from '#server/features/admin/routes/instance.ts';
import { staffRoutes } from '#server/features/admin/routes/staff.ts';
import { authorizeRoutes } from '#server/features/auth/routes/authorize.ts';
import { oauthRoutes } from '#server/features/auth/routes/oauth.ts';
import { sessionRoutes } from '#server/features/auth/routes/sessions.ts';
import { userRoutes } from '#server/features/auth/routes/users.ts';
import { credentialRoutes } from '#server/features/graph/routes/credentials.ts';
import { peopleRoutes } from '#server/features/graph/routes/people.ts';
import { relationRoutes } from '#server/features/graph/routes/relations.ts';
import { notificationRoutes } from '#server/features/notifications/routes.ts';
import { postRoutes } from '#server/features/posts/routes/register.ts';
import { searchRoutes } from '#server/features/search/routes.ts';
import { streamingRoutes } from '#server/features/streaming/routes/register.ts';
import { timelineRoutes } from '#server/features/timelines/routes.ts';
import { federationDoors } from '#server/federation/doors.ts';
import { registerWeb } from '#server/web.ts';

/** Registers all doors; those of other servers come first because they read raw bodies. */
export async function registerRoutes(app: App, ctx: AppContext): Promise<void> {
  await federationDoors(app, ctx);
  await app.register(async (scope) => {
    await clientDoors(scope as App, ctx);
    await sessionRoutes(scope as App, ctx);
    await authorizeRoutes(scope as App, ctx);
    await oauthRoutes(scope as App, ctx);
    await userRoutes(scope as App, ctx);
    await accountRoutes(scope as App, ctx);
    await credentialRoutes(scope as App, ctx);
    await peopleRoutes(scope as App, ctx);
    await relationRoutes(scope as App, ctx);
    await postRoutes(scope as App, ctx);
    await timelineRoutes(scope as App, ctx);
    await notificationRoutes(scope as App, ctx);
    await searchRoutes(scope as App, ctx);
    await streamingRoutes(scope as App, ctx);
    await instanceRoutes(scope as App, ctx);
    await staffRoutes(scope as App, ctx);
  });
  await registerWeb(app, ctx);
}
