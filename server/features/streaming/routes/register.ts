// Opens the streaming doors of this process and closes them with the app.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { openHub } from './hub.ts';
import { serveEvents } from './server-sent-events.ts';
import { serveWebSocket } from './websocket.ts';

/** Registers WebSocket and server-sent events. On close, sockets are told to come back, spread over some seconds. */
export async function streamingRoutes(app: App, ctx: AppContext): Promise<void> {
  const hub = await openHub(ctx);
  serveEvents(app, ctx, hub);
  const sockets = serveWebSocket(app, ctx, hub);
  app.addHook('preClose', async () => {
    await sockets.close(ctx.config.origin.startsWith('https:') ? 8000 : 0);
    await hub.close();
  });
}
