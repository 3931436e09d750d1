// Asking to quote, and the answers: what other servers send of it. A request is answered at once, by the policy of the post.
import type { AppContext } from '#server/context.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { asId, asObject, asOnlyId, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { placeNote } from '../activitypub.ts';
import { findPost, findPostByUri, findVisiblePost, type PostView } from '../queries.ts';
import { importPost } from '../service/import-new.ts';
import type { ImportedPost } from '../service/import.ts';
import { allowQuote } from '../service/quote-leave.ts';
import { acceptQuote, findWish, refuseQuote, type QuoteWish } from '../service/quote-answer.ts';
import { readNote, type RemoteNote } from './note-read.ts';
import { isAgreed } from './quote-check.ts';

/** Somebody would quote a post of ours. Their post comes along, or is fetched; it must be theirs, and quote ours. */
export async function receiveQuoteRequest(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id: requestUri, json, actor } = incoming;
  const quotedUri = asOnlyId(json['object']);
  const quotingUri = asOnlyId(json['instrument']);
  if (quotedUri === null || quotingUri === null) return drop('malformed');
  if (!isSameHost(quotingUri, actor.uri) || !isSameHost(requestUri, actor.uri)) return drop('other_host');
  const id = ownId(ctx.config, 'posts', quotedUri);
  const quoted = id === null ? null : await findPost(ctx, id);
  if (quoted === null || quoted.boostOfId !== null) return drop('unknown_object');
  const answer = { quotedId: quoted.id, quoterId: actor.id, requestUri, quotingUri };
  const no = async (at: AppContext): Promise<string> => {
    await at.database.write((tx) => tx.emit('quote.answered', { ...answer, postId: null, isAccepted: false }));
    return 'refused';
  };
  if ((await findVisiblePost(ctx, actor.id, quoted.id)) === null)
    // That there is a post which they may not know of is not told.
    return (await findVisiblePost(ctx, null, quoted.id)) === null ? drop('unknown_object') : no;
  const note = await readInstrument(ctx, json, quotingUri, quoted);
  if (note === null) return drop('malformed');
  if (note.authorUri !== actor.uri || !(await isTheirs(ctx, note.uri, actor.id))) return drop('not_owner');
  if (note.quote?.uri !== quoted.uri) return drop('other_object');
  const placed = await placeNote(ctx, note, actor);
  return async (ctx) => {
    const postId = await takeQuoting(ctx, placed, quoted);
    if (postId === null) return no(ctx);
    await ctx.database.write((tx) => tx.emit('quote.answered', { ...answer, postId, isAccepted: true }));
    return 'done';
  };
}

/** The post that quotes, when its author may; null when they may not. */
async function takeQuoting(ctx: AppContext, placed: ImportedPost, quoted: PostView): Promise<string | null> {
  if (!(await allowQuote(ctx, placed.accountId, quoted.id))) return null;
  const postId = await importPost(ctx, placed);
  if (postId === null) return null;
  return (await allowQuote(ctx, placed.accountId, quoted.id, postId)) ? postId : null;
}

/** The post that asks: as it was sent along, or else as its server shows it to the author of what it quotes. */
export async function readInstrument(
  ctx: AppContext,
  json: Json,
  uri: string,
  quoted: PostView,
): Promise<RemoteNote | null> {
  const embedded = asObject(json['instrument']);
  const isWhole = embedded !== null && embedded['type'] !== undefined && embedded['attributedTo'] !== undefined;
  const object = isWhole ? embedded : await fetchRemote(ctx, uri, { readerId: quoted.accountId });
  const note = readNote(object, ctx.config.allowPrivateAddresses);
  return note === null || note.uri !== uri ? null : note;
}

/** True for a post of that account, or one that we do not know. */
export async function isTheirs(ctx: AppContext, uri: string, accountId: string): Promise<boolean> {
  const known = await findPostByUri(ctx, uri);
  return known === null || known.accountId === accountId;
}

/** True for an answer to a wish to quote. */
export function isQuoteAnswer(ctx: AppContext, { json }: Incoming): boolean {
  const embedded = asObject(json['object']);
  if (embedded !== null && typeOf(embedded) === 'QuoteRequest') return true;
  const uri = asOnlyId(json['object']);
  return uri !== null && ownId(ctx.config, 'quote-requests', uri) !== null;
}

/** The quoted author agrees; where their server says so is read before it is believed. */
export async function receiveQuoteAccept(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { json, actor } = incoming;
  const wish = await findAsked(ctx, incoming);
  if (wish === null) return drop('unknown_object');
  const uri = asOnlyId(json['result']);
  if (uri === null || wish.quotedUri === null || wish.quotedId === null) return drop('malformed');
  const { postId, quotedId } = wish;
  const agreement = { accountUri: actor.uri, quotingUri: wish.postUri, quotedUri: wish.quotedUri };
  if (!(await isAgreed(ctx, uri, agreement, { readerId: wish.accountId }))) return drop('not_authorized');
  const authorization = { uri, accountUri: actor.uri };
  return async (ctx) => ((await acceptQuote(ctx, { postId, quotedId, authorization })) ? 'done' : 'no_request');
}

/** The quoted author does not agree, or no longer. */
export async function receiveQuoteReject(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const wish = await findAsked(ctx, incoming);
  if (wish === null) return drop('unknown_object');
  return async (ctx) => ((await refuseQuote(ctx, wish.postId)) ? 'done' : 'no_request');
}

/** The quote in a post of ours that is answered, by the very one whom we asked. Some send our request whole, some by its id alone. */
async function findAsked(ctx: AppContext, { json, actor }: Incoming): Promise<QuoteWish | null> {
  const embedded = asObject(json['object']);
  const uri = asOnlyId(json['object']);
  const instrument = asId(embedded?.['instrument']);
  const id =
    (uri === null ? null : ownId(ctx.config, 'quote-requests', uri)) ??
    (instrument === null ? null : ownId(ctx.config, 'posts', instrument));
  const wish = id === null ? null : await findWish(ctx, id);
  if (wish === null || !wish.local || wish.quotedAccountId !== actor.id) return null;
  const object = asId(embedded?.['object']);
  return object === null || object === wish.quotedUri ? wish : null;
}
