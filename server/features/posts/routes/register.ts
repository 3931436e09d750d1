// All doors of posts.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { actRoutes } from './acts.ts';
import { apiRoutes } from './api.ts';
import { pollRoutes } from './polls.ts';
import { filterPostRoutes } from './filters.ts';
import { oembedRoutes } from './oembed.ts';
import { quoteRoutes } from './quotes.ts';
import { readRoutes } from './read.ts';
import { refreshRoutes } from './refreshes.ts';
import { writeRoutes } from './write.ts';

/** Registers Mastodon's doors and our own. */
export async function postRoutes(app: App, ctx: AppContext): Promise<void> {
  writeRoutes(app, ctx);
  readRoutes(app, ctx);
  refreshRoutes(app, ctx);
  oembedRoutes(app, ctx);
  actRoutes(app, ctx);
  pollRoutes(app, ctx);
  quoteRoutes(app, ctx);
  filterPostRoutes(app, ctx);
  apiRoutes(app, ctx);
}
