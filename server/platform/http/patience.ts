// How long we wait for a body: a connection that sends a byte now and then must not be held open for ever.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from './app.ts';

/** Ends connections whose request is not whole after `ms`. Routes with `slowBody` wait as long as the server itself does. */
export function limitBodyTime(app: App, ms: number): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    if (raw.complete || !announcesBody(raw) || request.routeOptions.config.slowBody) return;
    const timer = setTimeout(() => giveUp(raw, reply.raw), ms);
    raw.once('close', () => clearTimeout(timer));
  });
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function giveUp(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  const { socket } = request;
  if (!response.headersSent && socket.writable)
    socket.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  socket.destroySoon();
}
