// All doors of discovery.
import type { AppContext } from '#server/context.ts';
import type { App } from '#server/platform/http/app.ts';
import { tagFeedRoutes } from './feeds.ts';
import { interactionRoutes } from './interaction.ts';
import { pageRoutes } from './pages.ts';

/** Registers pages, feeds and the way in from other servers. */
export async function discoveryRoutes(app: App, ctx: AppContext): Promise<void> {
  await pageRoutes(app, ctx);
  tagFeedRoutes(app, ctx);
  interactionRoutes(app, ctx);
}
