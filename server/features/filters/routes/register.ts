// All doors of filters but the one that names a post, which is in posts/routes.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { filterRoutes } from './filters.ts';
import { oldFilterRoutes } from './old-filters.ts';
import { filterPartRoutes } from './parts.ts';

/** Registers both versions of the API. */
export async function allFilterRoutes(app: App, ctx: AppContext): Promise<void> {
  filterPartRoutes(app, ctx);
  filterRoutes(app, ctx);
  oldFilterRoutes(app, ctx);
}
