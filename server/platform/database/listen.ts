// Hearing what other connections say by NOTIFY.
import { Client } from 'pg';
import type { Logger } from 'pino';

const pauseMs = 1000;

/**
 * One connection of its own that stays open, and calls back for each NOTIFY on `channel`. After a loss it tries again each
 * second, and calls back once with an empty text when it is back, because it may have missed something. Returns how to stop.
 */
export async function listen(
  options: { url: string; log: Logger },
  channel: string,
  heard: (payload: string) => void,
): Promise<() => Promise<void>> {
  let stopped = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(reconnect, pauseMs);
  };
  const connect = async (): Promise<void> => {
    const next = new Client({
      connectionString: options.url,
      application_name: `rookery listen ${channel}`,
      keepAlive: true,
    });
    next.on('notification', (message) => heard(message.payload ?? ''));
    next.on('error', () => {});
    // A connection that was never made ends too; whoever tried to make it tries again.
    next.on('end', () => {
      if (client === next) later();
    });
    await next.connect();
    await next.query(`listen ${next.escapeIdentifier(channel)}`);
    client = next;
    if (stopped) await next.end();
  };
  const reconnect = (): void => {
    connect().then(
      () => heard(''),
      (error: unknown) => {
        options.log.warn({ err: error, channel }, 'cannot listen to the database yet');
        later();
      },
    );
  };
  await connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end();
  };
}
