// Opens the streaming doors of this process and closes them with the app.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { openPlaces } from '#server/platform/sockets/places.ts';
import { openHub } from './hub.ts';
import { serveEvents } from './server-sent-events.ts';
import { serveWebSocket } from './websocket.ts';

/** Open connections that one address may hold. */
const connectionsPerAddress = 50;

/** Registers WebSocket and server-sent events. On close, sockets are told to come back, spread over some seconds. */
export async function streamingRoutes(app: App, ctx: AppContext): Promise<void> {
  const hub = await openHub(ctx);
  const places = openPlaces(connectionsPerAddress);
  const events = serveEvents(app, ctx, hub, places);
  const sockets = serveWebSocket(app, ctx, hub, places);
  app.addHook('preClose', async () => {
    await sockets.close(ctx.config.origin.startsWith('https:') ? 8000 : 0);
    await hub.close();
    events.close();
  });
}
