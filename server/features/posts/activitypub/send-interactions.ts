// Asking authors of other servers whether ours may answer, like or boost, sending what they allowed, and answering who would answer
// a post of ours. Subscribers.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts } from '#server/features/accounts/activitypub/inboxes.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { interactionContext } from '#server/platform/fediverse/vocabulary.ts';
import type { Interaction } from '../policy/interaction.ts';
import { findRequest, type InteractionRequest } from '../service/interaction.ts';
import { announceActivity, noteDocument } from './note-document.ts';
import { findOwn, sendCreate, sendLike } from './send.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** How the asking for each is called. */
export const requestTypes: Readonly<Record<Interaction, string>> = {
  reply: 'ReplyRequest',
  like: 'LikeRequest',
  boost: 'AnnounceRequest',
};

/** Asks the author; what is asked for goes along. Nothing when it was taken back meanwhile. */
export async function sendInteractionRequest(
  ctx: AppContext,
  event: Events['interaction.requested'],
  job: Job,
): Promise<void> {
  const request = await findRequest(ctx, { id: event.requestId });
  const asker = request === null ? null : await findAccount(ctx, request.accountId);
  const instrument = request === null || asker === null ? null : await instrumentOf(ctx, request, asker);
  if (request === null || asker === null || instrument === null) return;
  const activity = {
    '@context': interactionContext,
    id: addresses(ctx.config).interactionRequest(request.id),
    type: requestTypes[request.interaction],
    actor: asker.uri,
    to: [request.authorUri],
    object: request.postUri,
    instrument,
  };
  const inboxes = inboxesOfAccounts([request.authorId]);
  const orderingKey = request.interaction === 'like' ? `like:${asker.id}:${request.postId}` : String(instrument['id']);
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: asker.id, orderingKey, inboxes },
    ctx.clock(),
  );
}

async function instrumentOf(ctx: AppContext, request: InteractionRequest, asker: AccountView): Promise<Json | null> {
  const { interaction, subjectId, postUri, authorUri } = request;
  if (interaction === 'like')
    return { id: addresses(ctx.config).like(subjectId), type: 'Like', actor: asker.uri, object: postUri };
  const own = await findOwn(ctx, subjectId);
  if (own === null) return null;
  if (interaction === 'reply') return noteDocument(ctx, own.post, own.author);
  const { '@context': _context, ...announce } = announceActivity(ctx.config, own.post, own.author, {
    uri: postUri,
    authorUri,
  });
  return announce;
}

/** Sends what was allowed to everybody whom it is for. */
export async function sendAllowed(ctx: AppContext, event: Events['interaction.accepted'], job: Job): Promise<void> {
  const request = await findRequest(ctx, { id: event.requestId });
  if (request === null) return;
  const { interaction, subjectId, postId, accountId } = request;
  if (interaction === 'like') await sendLike(ctx, { likeId: subjectId, postId, accountId }, job);
  else await sendCreate(ctx, { postId: subjectId, accountId }, job);
}

/** Tells somebody of another server whether their answer to a post of ours is taken. */
export async function sendReplyAnswer(ctx: AppContext, event: Events['reply.answered'], job: Job): Promise<void> {
  const { replyId, replyUri, requestUri, isAccepted } = event;
  const own = await findOwn(ctx, event.postId);
  const replier = await findAccount(ctx, event.replierId);
  if (own === null || replier === null || replier.domain === null) return;
  const { post, author } = own;
  const at = addresses(ctx.config);
  const request = {
    id: requestUri,
    type: requestTypes.reply,
    actor: replier.uri,
    object: post.uri,
    instrument: replyUri,
  };
  const activity = {
    '@context': interactionContext,
    id: at.activity(`${isAccepted ? 'accept' : 'reject'}/reply-${job.eventId}`),
    type: isAccepted ? 'Accept' : 'Reject',
    actor: author.uri,
    to: [replier.uri],
    object: requestUri === null ? replyUri : request,
    ...(replyId === null ? {} : { result: at.replyAuthorization(replyId) }),
  };
  const inboxes = inboxesOfAccounts([replier.id]);
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: author.id, orderingKey: replyUri, inboxes },
    ctx.clock(),
  );
}
