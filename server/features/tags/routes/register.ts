// All doors of hashtags but their timelines.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { featuredTagRoutes } from './featured.ts';
import { tagRoutes } from './tags.ts';

/** Registers the doors. */
export async function allTagRoutes(app: App, ctx: AppContext): Promise<void> {
  tagRoutes(app, ctx);
  featuredTagRoutes(app, ctx);
}
