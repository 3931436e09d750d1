// Storing activities that came in. Those that arrive while others are being written wait for them and are written together:
// one statement and one commit for as many as there are, and no waiting when there is only one.
import type { AppContext } from '#server/context.ts';
import { outboxChannel } from '#server/platform/outbox.ts';
import { inHelpings } from '#server/platform/together.ts';
import { crowdAtGate } from './crowd.ts';

/** An activity as it came. */
export interface Received {
  actorUri: string;
  activityUri: string;
  body: string;
  /** Who brings it, when that is not its actor: then it has yet to be proven. */
  carrierUri: string | null;
}

const mostAtOnce = 64;

// In one order everywhere, so that two processes that store the same activities never wait for each other in a circle.
const storeText = `
with stored as (
  insert into inbox_activities (actor_uri, activity_uri, body, received_at, carrier_uri, proven)
  select actor_uri, activity_uri, body, $4, carrier_uri, carrier_uri is null
  from unnest($1::text[], $2::text[], $3::text[], $5::text[]) as g (actor_uri, activity_uri, body, carrier_uri)
  order by actor_uri, activity_uri
  on conflict do nothing returning id, actor_uri, activity_uri, carrier_uri
), event as (
  insert into outbox_events (name, payload, lane, due_at, created_at)
  select case when carrier_uri is null then 'activity.received' else 'activity.carried' end,
    jsonb_build_object('inboxId', id::text), 'inbox', $4, $4 from stored
)
select actor_uri as "actorUri", activity_uri as "activityUri", carrier_uri as "carrierUri",
  case when $6::boolean then pg_notify('${outboxChannel}', '') end from stored`;

/**
 * Writes an activity and the event that will have it handled; resolves when both are durable. False when the same actor's
 * activity of that id came before. When one of those that are written together is refused for what it holds, each is written
 * alone, so that one bad row harms no other; when the database is away, all fail at once.
 */
export const storeActivity = inHelpings(storeMany, { most: mostAtOnce, mayPart: isAboutContent });

async function storeMany(ctx: AppContext, together: Received[]): Promise<boolean[]> {
  const fresh = new Set(await insert(ctx, together));
  // While there is a crowd nothing is looked at; its end wakes too.
  if (fresh.size > 0 && crowdAtGate(ctx).share() > 0) ctx.onEvents.wake();
  // The same activity twice in one helping is new once.
  return together.map((received) => fresh.delete(keyOf(received)));
}

/** Whether PostgreSQL refused a value: the classes of data exceptions and broken constraints. */
function isAboutContent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}

async function insert(ctx: AppContext, together: Received[]): Promise<string[]> {
  const rows = await ctx.database.prepared<Omit<Received, 'body'>>('inbox_store', storeText, [
    together.map((received) => received.actorUri),
    together.map((received) => received.activityUri),
    together.map((received) => received.body),
    ctx.clock(),
    together.map(({ carrierUri }) => carrierUri),
    // Others look once a second; who works here itself needs no help of theirs, and a word to all costs each of them a look.
    !ctx.config.roles.includes('worker'),
  ]);
  return rows.map(keyOf);
}

function keyOf({ actorUri, activityUri, carrierUri }: Omit<Received, 'body'>): string {
  return `${actorUri} ${activityUri} ${carrierUri ?? ''}`;
}
