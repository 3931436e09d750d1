// Every door, by who opens it: other servers, client apps, browsers.
import type { App } from '#server/app.ts';
import { clientDoors } from '#server/app.ts';
import type { AppContext } from '#server/context.ts';
import { streamingRoutes } from '#server/features/streaming/routes/register.ts';
import { registerWeb } from '#server/web.ts';

/** Registers all doors; those of other servers come first because they read raw bodies. */
export async function registerRoutes(app: App, ctx: AppContext): Promise<void> {
  await app.register(async (scope) => {
    await clientDoors(scope as App, ctx);
    await streamingRoutes(scope as App, ctx);
  });
  await registerWeb(app, ctx);
}
