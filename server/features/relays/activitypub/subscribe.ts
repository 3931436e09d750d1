// Subscribing to a relay: what is at the address that the staff gives.
import type { AppContext } from '#server/context.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { isActorType } from '#server/features/accounts/activitypub/actor-read.ts';
import { Invalid } from '#server/platform/errors.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asText, hostOf, isSameHost, typeOf } from '#server/platform/fediverse/json.ts';
import { isFederationId } from '#server/platform/fediverse/precheck.ts';
import { recordRelay, type RelayPlace } from '../service/subscribe.ts';

/**
 * Subscribes to the relay with that address: an inbox (`…/inbox`) for Mastodon-style ones, an actor for LitePub-style ones, which is
 * fetched. It is used once it has accepted. Returns its id.
 * @throws {Invalid} when the address is none, is known already, shows no actor, or is of a server with which nothing passes
 */
export async function addRelay(ctx: AppContext, { address }: { address: string }): Promise<string> {
  const uri = address.trim();
  if (!isFederationId(uri, ctx.config.allowPrivateAddresses))
    throw new Invalid('A relay is named by the https address of its inbox or its actor, as its makers give it');
  if (hostOf(uri) === hostOf(ctx.config.origin)) throw new Invalid('This server is no relay for itself');
  if (ctx.domains.isShut(hostOf(uri) ?? ''))
    throw new Invalid(
      'This server does not talk to that server: look at your blocks, or at the list of those that count',
    );
  return recordRelay(ctx, uri, await findPlace(ctx, uri));
}

async function findPlace(ctx: AppContext, uri: string): Promise<RelayPlace> {
  if (new URL(uri).pathname.endsWith('/inbox')) return { kind: 'mastodon', inboxUrl: uri, actorUri: null };
  try {
    const document = await fetchRemote(ctx, uri);
    const inboxUrl = asText(document['inbox']);
    const actorUri = asText(document['id']);
    if (isActorType(typeOf(document)) && inboxUrl !== null && isSameHost(inboxUrl, actorUri))
      return { kind: 'litepub', inboxUrl, actorUri };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    throw new Invalid('The relay does not answer there; look at the address again', { cause: error });
  }
  throw new Invalid(
    'There is no relay at this address: it shows no actor. Mastodon-style relays are named by their inbox',
  );
}
