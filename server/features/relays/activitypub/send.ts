// What relays are told: the server's own account follows them, stops, and lets them follow back.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { ensureInstanceActor } from '#server/features/accounts/activitypub/instance-actor.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { findRelay } from '../queries.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** A statement that selects the `inbox_url` of each relay that accepted us. */
export function inboxesOfRelays(): RawBuilder<unknown> {
  return sql`select inbox_url from relays where state = 'accepted'`;
}

/** Asks a relay to take part. */
export async function sendRelayFollow(ctx: AppContext, { relayId }: Events['relay.asked'], job: Job): Promise<void> {
  const relay = await findRelay(ctx, relayId);
  if (relay === null || relay.state !== 'pending') return;
  const { followUri, inboxUrl, kind, actorUri } = relay;
  await send(ctx, { job, relayId, inboxUrl }, (ourUri) =>
    follow(ourUri, followUri, kind === 'mastodon' ? null : actorUri),
  );
}

/** Tells a relay that this is over. */
export async function sendRelayUndo(ctx: AppContext, event: Events['relay.left'], job: Job): Promise<void> {
  const { relayId, inboxUrl, followUri, actorUri } = event;
  await send(ctx, { job, relayId, inboxUrl }, (ourUri) => ({
    id: addresses(ctx.config).activity(`undo/${job.eventId}`),
    type: 'Undo',
    actor: ourUri,
    ...toRelay(actorUri),
    object: follow(ourUri, followUri, actorUri),
  }));
}

/** Lets a relay follow back: it takes our posts then. */
export async function sendRelayAccept(ctx: AppContext, event: Events['relay.followed'], job: Job): Promise<void> {
  const relay = await findRelay(ctx, event.relayId);
  if (relay === null) return;
  const { followUri, actorUri } = event;
  await send(ctx, { job, relayId: relay.id, inboxUrl: relay.inboxUrl }, (ourUri) => ({
    id: addresses(ctx.config).activity(`accept/${job.eventId}`),
    type: 'Accept',
    actor: ourUri,
    to: [actorUri],
    object: { id: followUri, type: 'Follow', actor: actorUri, object: ourUri },
  }));
}

/** `relayUri` null: everybody is followed, as Mastodon does. */
function follow(ourUri: string, id: string, relayUri: string | null): Json {
  return { id, type: 'Follow', actor: ourUri, object: relayUri ?? publicAudience, ...toRelay(relayUri) };
}

function toRelay(relayUri: string | null): Json {
  return relayUri === null ? {} : { to: [relayUri] };
}

async function send(
  ctx: AppContext,
  { job, relayId, inboxUrl }: { job: Job; relayId: string; inboxUrl: string },
  write: (ourUri: string) => Json,
): Promise<void> {
  const actor = await ensureInstanceActor(ctx);
  const activity = { '@context': activityStreams, ...write(actor.uri) };
  const inboxes = sql`select ${inboxUrl}::text as inbox_url`;
  const outgoing = { cause: job.cause, activity, senderId: actor.id, orderingKey: `relay:${relayId}`, inboxes };
  await writeOutgoing(ctx.database.read, outgoing, ctx.clock());
}
