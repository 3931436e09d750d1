// All doors of lists.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { listRoutes } from './lists.ts';
import { memberRoutes } from './members.ts';

/** Registers Mastodon's doors and our own. */
export async function allListRoutes(app: App, ctx: AppContext): Promise<void> {
  memberRoutes(app, ctx);
  listRoutes(app, ctx);
}
