// All doors to what people were told.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { groupRoutes } from './groups.ts';
import { listRoutes } from './list.ts';
import { markerRoutes } from './markers.ts';
import { policyRoutes } from './policy.ts';
import { requestRoutes } from './requests.ts';

/** Registers the doors. */
export async function notificationRoutes(app: App, ctx: AppContext): Promise<void> {
  await policyRoutes(app, ctx);
  await requestRoutes(app, ctx);
  await listRoutes(app, ctx);
  await groupRoutes(app, ctx);
  await markerRoutes(app, ctx);
}
