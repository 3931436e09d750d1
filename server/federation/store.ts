// Storing activities that came in. Those that arrive while others are being written wait for them and are written together:
// one statement and one commit for as many as there are, and no waiting when there is only one.
import type { AppContext } from '#server/context.ts';
import { outboxChannel } from '#server/platform/outbox.ts';

/** An activity as it came. */
export interface Received {
  actorUri: string;
  activityUri: string;
  body: string;
}

interface Waiting {
  received: Received;
  done: (isNew: boolean) => void;
  fail: (error: unknown) => void;
}

const mostAtOnce = 64;

// In one order everywhere, so that two processes that store the same activities never wait for each other in a circle.
const storeText = `
with stored as (
  insert into inbox_activities (actor_uri, activity_uri, body, received_at)
  select actor_uri, activity_uri, body, $4 from unnest($1::text[], $2::text[], $3::text[]) as g (actor_uri, activity_uri, body)
  order by actor_uri, activity_uri
  on conflict do nothing returning id, actor_uri, activity_uri
), event as (
  insert into outbox_events (name, payload, lane, due_at, created_at)
  select 'activity.received', jsonb_build_object('inboxId', id::text), 'inbox', $4, $4 from stored
)
select actor_uri as "actorUri", activity_uri as "activityUri", pg_notify('${outboxChannel}', '') from stored`;

type Store = (received: Received) => Promise<boolean>;
const stores = new WeakMap<object, Store>();

/**
 * Writes an activity and the event that will have it handled; resolves when both are durable. False when the same actor's
 * activity of that id came before.
 */
export function storeActivity(ctx: AppContext, received: Received): Promise<boolean> {
  const store = stores.get(ctx.database) ?? createStore(ctx);
  stores.set(ctx.database, store);
  return store(received);
}

function createStore(ctx: AppContext): Store {
  let waiting: Waiting[] = [];
  let isWriting = false;
  const drain = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const together = waiting.slice(0, mostAtOnce);
      waiting = waiting.slice(mostAtOnce);
      await write(ctx, together);
    }
    isWriting = false;
  };
  return (received) =>
    new Promise((done, fail) => {
      waiting.push({ received, done, fail });
      if (!isWriting) void drain();
    });
}

/**
 * Never throws: whoever waits is told. When one of them cannot be written for what it holds, each is written alone, so that one bad
 * row harms no other; when the database is away, all are told at once.
 */
async function write(ctx: AppContext, together: Waiting[]): Promise<void> {
  try {
    const fresh = new Set(await insert(ctx, together));
    if (fresh.size > 0) ctx.onEvents.wake();
    // The same activity twice in one helping is new once.
    for (const { received, done } of together) done(fresh.delete(keyOf(received)));
  } catch (error) {
    if (together.length > 1 && isAboutContent(error)) for (const one of together) await write(ctx, [one]);
    else for (const { fail } of together) fail(error);
  }
}

/** Whether PostgreSQL refused a value: the classes of data exceptions and broken constraints. */
function isAboutContent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}

async function insert(ctx: AppContext, together: Waiting[]): Promise<string[]> {
  const rows = await ctx.database.prepared<Omit<Received, 'body'>>('inbox_store', storeText, [
    together.map(({ received }) => received.actorUri),
    together.map(({ received }) => received.activityUri),
    together.map(({ received }) => received.body),
    ctx.clock(),
  ]);
  return rows.map(keyOf);
}

function keyOf({ actorUri, activityUri }: Omit<Received, 'body'>): string {
  return `${actorUri} ${activityUri}`;
}
