// All doors of composing.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { draftRoutes } from './drafts.ts';
import { publishRoutes } from './publish.ts';
import { scheduledRoutes } from './scheduled.ts';

/** Registers Mastodon's doors and our own. */
export async function composingRoutes(app: App, ctx: AppContext): Promise<void> {
  publishRoutes(app, ctx);
  scheduledRoutes(app, ctx);
  draftRoutes(app, ctx);
}
