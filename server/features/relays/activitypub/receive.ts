// What relays say to us in their own name: that they take us, or do not, and that they follow back.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { asId, asObject, asOnlyId, isSameHost } from '#server/platform/fediverse/json.ts';
import { livingRelays, type RelayView } from '../queries.ts';
import { noteAnswer } from '../service/subscribe.ts';

/** Whether an Accept or Reject answers a Follow of the server's own account, which follows relays only. */
export function isRelayAnswer(ctx: AppContext, { json }: Incoming): boolean {
  const at = addresses(ctx.config);
  const uri = asOnlyId(json['object']);
  return (
    uri?.startsWith(at.activity('relay/')) === true || asId(asObject(json['object'])?.['actor']) === at.instanceActor
  );
}

/** A relay says yes or no: one that we asked, speaking from its own host. */
export async function receiveRelayAnswer(ctx: AppContext, { type, json, actor }: Incoming): Promise<Effect> {
  const uri = asOnlyId(json['object']);
  const relays = (await livingRelays(ctx)).filter((relay) => speaksFor(relay, actor.uri));
  const relay = relays.find(({ followUri }) => followUri === uri) ?? (isOurs(ctx, uri) ? undefined : relays[0]);
  if (relay === undefined) return drop('unknown_object');
  const state = type === 'Accept' ? 'accepted' : 'rejected';
  return async (ctx) =>
    (await noteAnswer(ctx, { relayId: relay.id, actorUri: actor.uri, state })) ? 'done' : 'no_request';
}

/** Some name the Follow by an id of their own; one of ours that is not in force any more is answered too late. */
function isOurs(ctx: AppContext, uri: string | null): boolean {
  return uri?.startsWith(addresses(ctx.config).activity('relay/')) === true;
}

function speaksFor(relay: RelayView, actorUri: string): boolean {
  return relay.actorUri === null ? isSameHost(relay.inboxUrl, actorUri) : relay.actorUri === actorUri;
}

/** A relay that we asked follows back. Nobody else may follow the server's own account. */
export async function receiveRelayFollow(ctx: AppContext, { id, actor }: Incoming): Promise<Effect> {
  const relay = (await livingRelays(ctx)).find((candidate) => speaksFor(candidate, actor.uri));
  if (relay === undefined) return drop('not_followable');
  return async (ctx) => {
    const event = { relayId: relay.id, followUri: id, actorUri: actor.uri };
    await ctx.database.write((tx) => tx.emit('relay.followed', event));
    return 'done';
  };
}
