// A whole server on a free port, in the test's process.
import { createServer } from 'node:net';
import { buildApp } from '#server/app.ts';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { lanes } from '#server/platform/queue/queue.ts';
import { startWorker } from '#server/worker.ts';
import { openTestContext, type TestContext, type TestOptions } from './context.ts';

export interface TestServer extends TestContext {
  app: App;
  origin: string;
  /** Resolves when all that follows from what was done has been done: outbox, queue and deliveries are empty. */
  settle(): Promise<void>;
}

/** A whole server in this process: listening on 127.0.0.1, workers running unless `idle`. */
export async function openTestServer(options: TestOptions = {}): Promise<TestServer> {
  const port = await freePort();
  const origin = options.origin ?? `http://localhost:${port}`;
  const opened = await openTestContext({
    ...options,
    origin,
    port,
    handleDomain: options.handleDomain ?? new URL(origin).host,
  });
  const { ctx } = opened;
  const app = await buildApp(ctx);
  const worker = options.idle ? null : await startWorker(ctx);
  await app.listen({ port, host: '127.0.0.1' });
  return {
    ...opened,
    app,
    origin,
    settle: () => settle(ctx),
    async close() {
      await closeDoors(app);
      await worker?.stop();
      await opened.close();
    },
  };
}

/** Waits, at most 20 s, until nothing is left to do. Work that is due later, and retries, do not count. */
export async function settle(ctx: AppContext): Promise<void> {
  const deadline = Date.now() + 20_000;
  let quiet = 0;
  while (quiet < 2) {
    quiet = (await isBusy(ctx)) ? 0 : quiet + 1;
    if (Date.now() > deadline)
      throw new Error(
        `the server did not settle: ${JSON.stringify({ queue: await ctx.queue.depth(), letters: await ctx.queue.deadLetters(5) })}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function isBusy(ctx: AppContext): Promise<boolean> {
  const rows = await ctx.database.prepared<{ busy: boolean }>(
    'test_busy',
    `select exists (select 1 from outbox_events where due_at <= $1) or exists (select 1 from deliveries where state = 'waiting' and due_at <= $1 and attempts = 0) as busy`,
    [ctx.clock()],
  );
  if (rows[0]?.busy) return true;
  const depth = await ctx.queue.depth();
  return lanes.some((lane) => depth[lane].waiting + depth[lane].active > 0);
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A connection that a client opened and never used would otherwise be waited for until it times out. */
async function closeDoors(app: App): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), 2000);
  await app.close();
  clearTimeout(cut);
}
