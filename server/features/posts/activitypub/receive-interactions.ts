// What authors of other servers say to answers, likes and boosts of ours, and requests to answer posts of ours.
import type { AppContext } from '#server/context.ts';
import { remoteAddress } from '#server/features/accounts/activitypub/actor-read.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { addresses, ownId } from '#server/platform/fediverse/addresses.ts';
import { asId, asObject, asOnlyId, isSameHost, typeOf } from '#server/platform/fediverse/json.ts';
import { placeNote } from '../activitypub.ts';
import { findVisiblePost } from '../queries.ts';
import { unboostPost } from '../service/boost.ts';
import { importPost } from '../service/import-new.ts';
import { acceptInteraction, dropRequest, findRequest, type InteractionRequest } from '../service/interaction.ts';
import { unlikePost } from '../service/like.ts';
import { mayAnswer } from '../service/quote.ts';
import { refuseAnswer } from '../service/revocation.ts';
import { readAgreement } from './interaction-check.ts';
import { isTheirs, readInstrument } from './receive-quotes.ts';
import { requestTypes } from './send-interactions.ts';

const requestNames: ReadonlySet<string | null> = new Set(Object.values(requestTypes));

/** True for an answer to such a request of ours; some name the post or the like itself instead. */
export function isInteractionAnswer(ctx: AppContext, { json }: Incoming): boolean {
  const embedded = asObject(json['object']);
  if (embedded !== null && requestNames.has(typeOf(embedded))) return true;
  const uri = asOnlyId(json['object']);
  if (uri === null) return false;
  return (['interaction-requests', 'posts', 'likes'] as const).some((kind) => ownId(ctx.config, kind, uri) !== null);
}

/**
 * The author agrees; where their server says so is read before it is believed. An `Accept` without `result` (GoToSocial 0.17) is the
 * agreement itself: the author has signed it, and it is what others may read at its own address.
 */
export async function receiveInteractionAccept(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id, json } = incoming;
  const request = await findAsked(ctx, incoming);
  if (request === null) return drop('unknown_object');
  if (json['result'] == null)
    return async (ctx) =>
      (await acceptInteraction(ctx, request, { uri: id, words: 'former' })) ? 'done' : 'no_request';
  const uri = remoteAddress(asOnlyId(json['result']), ctx.config.allowPrivateAddresses);
  if (uri === null) return drop('malformed');
  const asked = { ...request, subjectUri: subjectUri(ctx, request) };
  const words = await readAgreement(ctx, uri, asked, { readerId: request.accountId });
  if (words === null) return drop('not_authorized');
  return async (ctx) => ((await acceptInteraction(ctx, request, { uri, words })) ? 'done' : 'no_request');
}

/** The author does not agree, or no longer: what was asked for is taken back, but an answer stays with whoever wrote it. */
export async function receiveInteractionReject(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const request = await findAsked(ctx, incoming);
  if (request === null) return drop('unknown_object');
  const { interaction, subjectId, postId, accountId } = request;
  return async (ctx) => {
    if (interaction === 'like') await unlikePost(ctx, { accountId, postId });
    else if (interaction === 'boost') await unboostPost(ctx, { accountId, postId });
    else await refuseAnswer(ctx, subjectId);
    await dropRequest(ctx, request);
    return 'done';
  };
}

function subjectUri({ config }: AppContext, { interaction, subjectId }: InteractionRequest): string {
  const at = addresses(config);
  return interaction === 'like' ? at.like(subjectId) : at.post(subjectId);
}

/** The request that is answered, by the very one whom we asked. */
async function findAsked(ctx: AppContext, { json, actor }: Incoming): Promise<InteractionRequest | null> {
  const uri = asOnlyId(json['object']);
  const id = uri === null ? null : ownId(ctx.config, 'interaction-requests', uri);
  const subject = asId(asObject(json['object'])?.['instrument']) ?? uri ?? '';
  const subjectId = ownId(ctx.config, 'posts', subject) ?? ownId(ctx.config, 'likes', subject);
  const request =
    id !== null ? await findRequest(ctx, { id }) : subjectId === null ? null : await findRequest(ctx, { subjectId });
  if (request === null || request.authorId !== actor.id) return null;
  // What else it names must be what we asked for.
  const posts = [asId(asObject(json['object'])?.['object']), asId(json['target'])].filter((named) => named !== null);
  const isMeant =
    posts.every((named) => named === request.postUri) && (subjectId ?? request.subjectId) === request.subjectId;
  return isMeant ? request : null;
}

/** Somebody would answer a post of ours whose author does not take everybody's answers. */
export async function receiveReplyRequest(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id: requestUri, json, actor } = incoming;
  const [postUri, replyUri] = [asOnlyId(json['object']), asOnlyId(json['instrument'])];
  if (postUri === null || replyUri === null) return drop('malformed');
  if (!isSameHost(replyUri, actor.uri) || !isSameHost(requestUri, actor.uri)) return drop('other_host');
  const id = ownId(ctx.config, 'posts', postUri);
  const post = id === null ? null : await findVisiblePost(ctx, actor.id, id);
  if (post === null || post.boostOfId !== null) return drop('unknown_object');
  const note = await readInstrument(ctx, json, replyUri, post);
  if (note === null) return drop('malformed');
  if (note.authorUri !== actor.uri || !(await isTheirs(ctx, note.uri, actor.id))) return drop('not_owner');
  if (note.inReplyToUri !== post.uri) return drop('other_object');
  const placed = await placeNote(ctx, note, actor);
  return async (ctx) => {
    const replyId = (await mayAnswer(ctx, actor.id, post.id)) ? await importPost(ctx, placed) : null;
    const answer = {
      postId: post.id,
      replierId: actor.id,
      replyUri,
      requestUri,
      replyId,
      isAccepted: replyId !== null,
    };
    await ctx.database.write((tx) => tx.emit('reply.answered', answer));
    return replyId === null ? 'refused' : 'done';
  };
}
