// What a feature does with an activity that another server sent: first what may take time and ask the network, then the
// effect, which commits together with the note that the activity was handled.
import type { AppContext } from '#server/context.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { asOnlyId } from '#server/platform/fediverse/json.ts';
import { fetchAccount } from '../activitypub.ts';
import type { AccountView } from '../queries.ts';
import { removeRemoteAccount } from '../service/import.ts';

/** An activity whose sender is proven. */
export interface Incoming {
  id: string;
  type: string;
  json: Json;
  /** Who did it; another server's account. */
  actor: AccountView;
  receivedAt: Date;
  /** A relay that we subscribe to brought it, or is its actor. */
  relayed?: boolean;
}

/** Changes what is to change, inside one transaction, and says in one word what became of the activity. No network. */
export type Effect = (ctx: AppContext) => Promise<string>;

/** Prepares an activity; the network is allowed here. */
export type Receive = (ctx: AppContext, incoming: Incoming) => Promise<Effect>;

/** The effect of an activity that changes nothing, with the reason. */
export function drop(reason: string): Effect {
  return () => Promise.resolve(reason);
}

/** A profile changed: what it is now is asked of its server, never taken from the activity. */
export async function receiveActorUpdate(ctx: AppContext, { json, actor }: Incoming): Promise<Effect> {
  if (asOnlyId(json['object']) !== actor.uri) return drop('not_owner');
  const fetched = await fetchAccount(ctx, actor.uri);
  return drop(fetched === null ? 'not_an_actor' : 'done');
}

/** An account of another server is gone, and all that is its own with it. */
export async function receiveActorDelete(_ctx: AppContext, { json, actor }: Incoming): Promise<Effect> {
  if (asOnlyId(json['object']) !== actor.uri) return drop('not_owner');
  return async (ctx) => {
    await removeRemoteAccount(ctx, actor.id);
    return 'done';
  };
}
