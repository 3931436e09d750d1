// Posts of other servers: what they are, and writing that they changed, or were deleted before we ever saw them (new ones:
// import-new.ts). One lock for each address keeps a
// deletion and the post that it deletes in order, whichever comes first.
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { recordRemoteMedia, type RemoteMedia } from '#server/features/media/service/remote.ts';
import { claimLink } from '#server/features/links/service/claim.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import type { InteractionRules, QuotePolicy } from '../entities.ts';
import type { PollView } from '../policy/poll.ts';
import { hostOf } from '#server/platform/fediverse/json.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { lockAddress } from '#server/platform/fediverse/address-lock.ts';
import { noteApproval, recheckAnswers } from './approval.ts';
import { forget } from './forget.ts';
import { noteAuthorization, updateQuote, type QuoteClaim } from './import-quote.ts';
import { exchangePoll, isPollChanged, recordCounts } from './import-poll.ts';
import { mediaShown, recordVersion } from './edit.ts';
import { noteMedia, recordMentions, recordTags, type OriginCounts, type TagSpelling } from './record.ts';

/** What a remote post says: HTML is safe to show. */
export interface ImportedContent {
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
  emojis: EmojiReference[];
  tags: readonly TagSpelling[];
  poll: PollView | null;
  /** Whom the text names. */
  mentionedIds: readonly string[];
  /** What it shows. */
  files: readonly RemoteMedia[];
  /** What it quotes; who may quote it, and who may ask to. */
  quote: QuoteClaim | null;
  quotePolicy: QuotePolicy;
  quoteAsking: QuotePolicy;
  counts: OriginCounts;
  interactionRules: InteractionRules | null;
  /** Where the author of what it answers is said to agree to that. */
  approvalUri: string | null;
}

export interface ImportedPost extends ImportedContent {
  uri: string;
  url: string | null;
  accountId: string;
  authorUri: string;
  visibility: Visibility;
  /** Whom it is addressed to without naming them: they may see it. */
  silentIds: readonly string[];
  inReplyToUri: string | null;
  /** The group that it is addressed to; without one it belongs to that of what it answers. */
  groupId: string | null;
  publishedAt: Date | null;
  updatedAt: Date | null;
}

/**
 * Gives a remote post the content that its server has for it now, and keeps the former in its history. False when that
 * is not newer than what we have, or nothing has changed. Author, address, visibility and what it answers stay.
 */
export async function updateImported(
  ctx: AppContext,
  postId: string,
  content: ImportedContent,
  updatedAt: Date | null,
): Promise<boolean> {
  const editedAt = updatedAt ?? ctx.clock();
  const touched: Array<string | null> = [];
  const changed = await ctx.database.write(async (tx) => {
    const present = await tx.sql
      .selectFrom('posts')
      .selectAll()
      .where('id', '=', postId)
      .where('local', '=', false)
      .forUpdate()
      .executeTakeFirst();
    if (!present) return false;
    const isCounted = await recordCounts(tx, postId, content.poll);
    await noteAuthorization(tx, postId, content.quote);
    await noteApproval(tx, present, content.approvalUri);
    if ((present.edited_at !== null && present.edited_at >= editedAt) || present.created_at > editedAt)
      return isCounted;
    const { uri, account_id: accountId, visibility } = present;
    touched.push(...(await updateQuote(ctx, tx, { id: postId, uri, accountId, visibility }, content.quote)));
    const isRuled = await recordRules(tx, postId, content);
    if (isRuled) await recheckAnswers(tx, postId);
    await recordMentions(tx, postId, content.mentionedIds);
    await recordTags(tx, postId, content.tags, ctx.clock());
    const { html, summary, sensitive, language } = content;
    const isSame =
      present.html === html &&
      present.summary === summary &&
      present.sensitive === sensitive &&
      present.language === language;
    const asksNew = await isPollChanged(tx, postId, content.poll);
    const former = await mediaShown(tx, postId);
    const showsNew = await recordFiles(ctx, tx, { id: postId, accountId, uri }, content.files);
    if (isSame && !asksNew && !showsNew)
      return (await recordEmojis(tx, postId, content.emojis)) || isCounted || isRuled;
    const linkPreviewId = await claimLink(ctx, tx, { ...present, html, besides: [present.uri, present.url] });
    const next = {
      source: null,
      html,
      summary,
      sensitive,
      language,
      emojis: content.emojis,
      linkPreviewId,
    };
    await recordVersion(tx, postId, next, { editedAt, former });
    if (asksNew) await exchangePoll(tx, postId, content.poll);
    await tx.emit('post.edited', { postId, accountId: present.account_id });
    return true;
  });
  if (changed || touched.length > 0) await forget(ctx, { posts: [postId, ...touched] });
  return changed;
}

/** Other pictures for the same words make no version. True when that has changed something. */
async function recordEmojis(tx: Transaction, postId: string, emojis: EmojiReference[]): Promise<boolean> {
  const { rows } = await sql`update posts set emojis = ${JSON.stringify(emojis)}::jsonb
    where id = ${postId} and emojis <> ${JSON.stringify(emojis)}::jsonb returning id`.execute(tx.sql);
  return rows.length > 0;
}

/** Who may quote a post from now on, and how its origin counts. True when that has changed. */
async function recordRules(tx: Transaction, postId: string, rules: ImportedContent): Promise<boolean> {
  const { quotePolicy, quoteAsking } = rules;
  const { likes, boosts, replies } = rules.counts;
  const restricted = rules.interactionRules === null ? null : JSON.stringify(rules.interactionRules);
  const { rows } =
    await sql`update posts set quote_policy = ${quotePolicy}, quote_asking = ${quoteAsking}, interaction_rules = ${restricted}::jsonb,
      origin_likes = coalesce(${likes}::int, origin_likes), origin_boosts = coalesce(${boosts}::int, origin_boosts),
      origin_replies = coalesce(${replies}::int, origin_replies)
    where id = ${postId} and (quote_policy, quote_asking, interaction_rules, origin_likes, origin_boosts, origin_replies) is distinct from
      (${quotePolicy}, ${quoteAsking}, ${restricted}::jsonb, coalesce(${likes}::int, origin_likes), coalesce(${boosts}::int, origin_boosts), coalesce(${replies}::int, origin_replies))
    returning id`.execute(tx.sql);
  return rows.length > 0;
}

/**
 * Notes that an address was deleted, or an activity undone, before we knew it: it does not come to life later. `accountUri`
 * said so, and it binds only what is that account's; so somebody else's word for an address that we never saw is replaced.
 */
export async function bury(ctx: AppContext, uri: string, accountUri: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    await lock(tx, uri);
    await sql`insert into tombstones (uri, former_id, account_uri, deleted_at)
      values (${uri}, null, ${accountUri}, ${ctx.clock()})
      on conflict (uri) do update set account_uri = excluded.account_uri where tombstones.former_id is null`.execute(
      tx.sql,
    );
  });
}

/** True when that account deleted or undid what has this address. Within a write it also holds off whoever would do so now. */
export async function wasBuried(ctx: AppContext, uri: string, accountUri: string): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    await lock(tx, uri);
    return isBuried(tx, uri, accountUri);
  });
}

/** Within a write: waits for whoever writes or deletes what has this address, and holds the others off until the end. */
export async function lockUri(ctx: AppContext, uri: string): Promise<void> {
  await ctx.database.write((tx) => lock(tx, uri));
}

async function lock(tx: Transaction, uri: string): Promise<void> {
  await lockAddress(tx.sql, uri);
}

async function isBuried(tx: Transaction, uri: string, accountUri: string): Promise<boolean> {
  const { rows } =
    await sql`select from tombstones where uri = ${uri} and (account_uri is null or account_uri = ${accountUri})`.execute(
      tx.sql,
    );
  return rows.length > 0;
}

/** Returns whether the post shows something else now. */
export async function recordFiles(
  ctx: AppContext,
  tx: Transaction,
  post: { id: string; accountId: string; uri: string },
  files: readonly RemoteMedia[],
): Promise<boolean> {
  const { id: postId, accountId } = post;
  const attachments = ctx.domains.rejectsMedia(hostOf(post.uri) ?? '') ? [] : files;
  const showsOther = await recordRemoteMedia(ctx, tx, { accountId, postId, attachments });
  if (showsOther) await noteMedia(tx, postId);
  return showsOther;
}
