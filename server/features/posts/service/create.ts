// Writing a post.
import type { AppContext } from '#server/context.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { attachMedia, checkAttachable } from '#server/features/media/service/attach.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Forbidden, Invalid, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { QuotePolicy, ReplyPolicy } from '../entities.ts';
import { isRefused } from '../policy.ts';
import { quotingVisibility } from '../policy/quote.ts';
import { findVisibleSubject, type PostView } from '../queries.ts';
import { checkDraft, renderDraft } from './draft.ts';
import { forget } from './forget.ts';
import { claimKey, keyedRequest } from './idempotency.ts';
import { checkPoll, recordPoll, type NewPoll } from './poll.ts';
import { checkInteraction, requestInteraction } from './interaction.ts';
import { checkReply, findQuotable, quotePost } from './quote.ts';
import { holdPost, noteMedia, recordPost, type PostRecord } from './record.ts';

export interface NewPost {
  accountId: string;
  /** Plain text as typed. */
  source: string;
  visibility: Visibility;
  /** The content warning. */
  summary?: string;
  sensitive?: boolean;
  language?: string | null;
  inReplyToId?: string | null;
  poll?: NewPoll;
  /** Uploads of the author that it shows, in this order. */
  mediaIds?: readonly string[];
  /** The post that it quotes. */
  quotedId?: string | null;
  /** Default: everybody. */
  quotePolicy?: QuotePolicy;
  replyPolicy?: ReplyPolicy;
  /** The app that it was written with. */
  appId?: string | null;
  /** Requests of one person with the same key make one post, for a day. */
  idempotencyKey?: string;
}

/**
 * Publishes a post of a local account and returns its id; a repeated idempotency key returns the first post's id.
 * @throws {Invalid} when the text is blank or too long, the language is none, a file cannot be shown, what is answered waits to be
 * approved, or the key was used for other content
 * @throws {NotFound} when the author may not see what is answered
 * @throws {Forbidden} when the account may not post
 */
export async function createPost(ctx: AppContext, post: NewPost): Promise<string> {
  const { accountId, mediaIds = [] } = post;
  const draft = checkDraft(ctx.config, { ...post, hasMedia: mediaIds.length > 0 });
  const poll = post.poll && checkPoll(ctx.config, post.poll);
  refusePollWithFiles(poll !== undefined, mediaIds.length);
  const request = keyedRequest(accountId, post.idempotencyKey, [
    draft,
    post.visibility,
    post.inReplyToId ?? null,
    ...(poll === undefined ? [] : [poll]),
    ...(mediaIds.length === 0 ? [] : [{ mediaIds }]),
    ...(post.quotedId == null ? [] : [post.quotedId]),
    ...(post.quotePolicy === undefined ? [] : [post.quotePolicy]),
    ...(post.replyPolicy === undefined ? [] : [post.replyPolicy]),
  ]);
  const author = await findAuthor(ctx, accountId);
  const parent = post.inReplyToId == null ? null : await findParent(ctx, accountId, post.inReplyToId);
  const leave = parent === null ? 'automatic' : await checkInteraction(ctx, accountId, parent, 'reply');
  const quoted = post.quotedId == null ? null : await findQuotable(ctx, accountId, post.quotedId);
  const visibility = quoted === null ? post.visibility : quotingVisibility(quoted, post.visibility);
  const rendered = await renderDraft(ctx, draft.source, [draft.summary, ...(poll?.options ?? [])]);
  checkAudience(accountId, visibility, quoted, rendered.mentionedIds);
  const place = newPlace(ctx, author);
  const record: PostRecord = {
    ...draft,
    ...place,
    ...placeInThread(place.id, parent),
    accountId,
    visibility,
    html: rendered.html,
    local: true,
    emojis: rendered.emojis,
    groupId: groupOf(visibility, parent, rendered.groupId),
    boostOfId: null,
    appId: post.appId ?? null,
    quotePolicy: post.quotePolicy,
    replyPolicy: post.replyPolicy,
    awaitsId: leave === 'manual' ? (parent?.accountId ?? null) : null,
    createdAt: ctx.clock(),
    editedAt: null,
  };
  const id = await ctx.database.write(async (tx) => {
    const earlier = request && (await claimKey(ctx, tx, request, record.id));
    if (earlier) return earlier;
    // The conversation of what is answered may have become part of another since it was read.
    const conversation = parent && (await holdPost(tx, parent.id));
    await recordPost(ctx, tx, { ...record, ...conversation }, rendered);
    await showMedia(ctx, tx, record, mediaIds);
    if (poll) await recordPoll(ctx, tx, record.id, poll);
    if (quoted) await quotePost(tx, record, quoted);
    if (parent && leave === 'manual')
      await requestInteraction(ctx, tx, { interaction: 'reply', subjectId: record.id, postId: parent.id, accountId });
    return record.id;
  });
  await forget(ctx, { posts: [record.inReplyToId, quoted?.id ?? null], accounts: [accountId] });
  return id;
}

/**
 * The post with its words as they would be stored, when it could be published now. For posts that wait for their time.
 * @throws as `createPost`
 */
export async function checkPost(ctx: AppContext, post: NewPost): Promise<NewPost> {
  const { mediaIds = [] } = post;
  const draft = checkDraft(ctx.config, { ...post, hasMedia: mediaIds.length > 0 });
  const poll = post.poll && checkPoll(ctx.config, post.poll);
  refusePollWithFiles(poll !== undefined, mediaIds.length);
  await checkAttachable(ctx, post.accountId, mediaIds);
  await findAuthor(ctx, post.accountId);
  const parent = post.inReplyToId == null ? null : await findParent(ctx, post.accountId, post.inReplyToId);
  if (post.quotedId != null) await findQuotable(ctx, post.accountId, post.quotedId);
  return { ...post, ...draft, poll, inReplyToId: parent?.id ?? null };
}

async function showMedia(
  ctx: AppContext,
  tx: Transaction,
  { id: postId, accountId }: PostRecord,
  mediaIds: readonly string[],
): Promise<void> {
  if (mediaIds.length === 0) return;
  await attachMedia(ctx, tx, { accountId, postId, mediaIds });
  await noteMedia(tx, postId);
}

/** As Mastodon does, whose apps show either. @throws {Invalid} */
export function refusePollWithFiles(hasPoll: boolean, files: number): void {
  if (!hasPoll || files === 0) return;
  const description = 'A post can have either a poll or files, not both';
  throw new Invalid(`Validation failed: ${description}`, {
    details: { media_ids: [{ error: 'ERR_INVALID', description }] },
  });
}

/** The local account that acts. @throws {Forbidden} when it is not ours or not active */
export async function findAuthor(ctx: AppContext, accountId: string): Promise<AccountView> {
  const author = await findAccount(ctx, accountId);
  if (author === null || author.domain !== null || !isActive(author)) throw new Forbidden('This account may not post.');
  return author;
}

/** Whoever is quoted in a direct post must be spoken to: else they would be talked about behind their back. @throws {Invalid} */
function checkAudience(
  accountId: string,
  visibility: Visibility,
  quoted: PostView | null,
  mentionedIds: readonly string[],
): void {
  if (quoted === null || visibility !== 'direct' || quoted.accountId === accountId) return;
  if (!mentionedIds.includes(quoted.accountId))
    throw new Invalid('Validation failed: A direct post must mention the author of the post that it quotes');
}

/** A fresh id with the addresses that follow from it. */
function newPlace(ctx: AppContext, author: AccountView): Pick<PostRecord, 'id' | 'uri' | 'url'> {
  const id = ctx.newId();
  const ours = addresses(ctx.config);
  return { id, uri: ours.post(id), url: ours.postPage(author.username, id) };
}

async function findParent(ctx: AppContext, accountId: string, id: string): Promise<PostView> {
  const parent = await findVisibleSubject(ctx, accountId, id);
  if (parent === null) throw new NotFound('The post that you reply to was not found.');
  if (isRefused(parent))
    throw new Invalid('Validation failed: The post that you reply to was refused; nobody else sees it');
  if (parent.awaitsId !== null)
    throw new Invalid('Validation failed: The post that you reply to still waits to be approved; reply when it was');
  await checkReply(ctx, accountId, parent.id);
  return parent;
}

/** An answer belongs to the group of what it answers, another post to the group that it names. Groups pass on only what is for all. */
function groupOf(visibility: Visibility, parent: PostView | null, namedId: string | null): string | null {
  if (visibility !== 'public' && visibility !== 'unlisted') return null;
  return parent?.group?.id ?? namedId;
}

function placeInThread(
  id: string,
  parent: PostView | null,
): Pick<PostRecord, 'inReplyToId' | 'inReplyToAccountId' | 'inReplyToUri' | 'conversationId'> {
  if (parent === null) return { inReplyToId: null, inReplyToAccountId: null, inReplyToUri: null, conversationId: id };
  return {
    inReplyToId: parent.id,
    inReplyToAccountId: parent.accountId,
    inReplyToUri: parent.uri,
    conversationId: parent.conversationId,
  };
}
