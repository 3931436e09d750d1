// Writing a post's rows: the post, whom it mentions, its hashtags and what it adds to counters. Every post, boost and
// import goes through here, so that all count alike.
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { claimLink } from '#server/features/links/service/claim.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { InteractionRules, QuotePolicy, ReplyPolicy } from '../entities.ts';
import { isCounted } from '../policy.ts';

/** A row of posts before it is written; counters begin at 0. */
export interface PostRecord {
  id: string;
  accountId: string;
  uri: string;
  url: string | null;
  local: boolean;
  visibility: Visibility;
  source: string | null;
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
  emojis: EmojiReference[];
  inReplyToId: string | null;
  inReplyToAccountId: string | null;
  inReplyToUri: string | null;
  conversationId: string;
  /** The group in which it is written. */
  groupId: string | null;
  boostOfId: string | null;
  appId: string | null;
  createdAt: Date;
  editedAt: Date | null;
  /** Who may quote and answer it; what is left out: nobody here for posts from elsewhere, else everybody. */
  quotePolicy?: QuotePolicy;
  quoteAsking?: QuotePolicy;
  replyPolicy?: ReplyPolicy;
  /** What the origin of a post of another server counts. */
  originCounts?: OriginCounts;
  interactionRules?: InteractionRules | null;
}

/** How often a post was liked, boosted and answered, as its own server says; null where it does not. */
export interface OriginCounts {
  likes: number | null;
  boosts: number | null;
  replies: number | null;
}

/** A hashtag as one author spells it; `name` is the folded form (see `tagKey`). */
export interface TagSpelling {
  name: string;
  display: string;
}

/** What belongs to a post besides its row. */
export interface PostParts {
  mentionedIds: readonly string[];
  tags: readonly TagSpelling[];
}

/**
 * Writes a new post with its parts and counters and emits `post.created`. Returns false, and changes nothing, when a post
 * with that uri, or that account's boost of that post, is there already.
 */
export async function recordPost(
  ctx: AppContext,
  tx: Transaction,
  post: PostRecord,
  parts: PostParts,
): Promise<boolean> {
  const { accountId, inReplyToId, boostOfId, createdAt } = post;
  const written = await tx.sql
    .insertInto('posts')
    .values({
      id: post.id,
      account_id: accountId,
      uri: post.uri,
      url: post.url,
      local: post.local,
      visibility: post.visibility,
      source: post.source,
      html: post.html,
      summary: post.summary,
      sensitive: post.sensitive,
      language: post.language,
      emojis: sql`${JSON.stringify(post.emojis)}::jsonb`,
      in_reply_to_id: inReplyToId,
      in_reply_to_account_id: post.inReplyToAccountId,
      in_reply_to_uri: post.inReplyToUri,
      conversation_id: post.conversationId,
      group_id: post.groupId,
      boost_of_id: boostOfId,
      app_id: post.appId,
      link_preview_id: await claimLink(ctx, tx, { ...post, besides: [post.uri, post.url] }),
      quote_policy: post.quotePolicy ?? (post.local ? 'public' : 'nobody'),
      quote_asking: post.quoteAsking ?? 'nobody',
      reply_policy: post.replyPolicy ?? 'everyone',
      ...(post.interactionRules == null
        ? {}
        : { interaction_rules: sql`${JSON.stringify(post.interactionRules)}::jsonb` }),
      origin_likes: post.originCounts?.likes ?? null,
      origin_boosts: post.originCounts?.boosts ?? null,
      origin_replies: post.originCounts?.replies ?? null,
      created_at: createdAt,
      edited_at: post.editedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!written) return false;
  await addMentions(tx, post.id, parts.mentionedIds);
  await addTags(tx, post.id, parts.tags, ctx.clock());
  countPost(tx, post, 1);
  await tx.emit('post.created', { postId: post.id, accountId });
  return true;
}

/** Notes on the post that and what it shows, after its files were bound or described anew: lists and the search go by it. */
export async function noteMedia(tx: Transaction, postId: string): Promise<void> {
  await sql`update posts set has_media = shown.count > 0, media_text = shown.text from (
      select count(*) as count, coalesce(string_agg(description, ' ' order by position) filter (where description <> ''), '') as text
      from media_attachments where post_id = ${postId}
    ) shown where posts.id = ${postId}`.execute(tx.sql);
}

/** Keeps a post from being deleted until `tx` ends. @throws {NotFound} when it is gone already */
export async function holdPost(tx: Transaction, id: string): Promise<void> {
  const held = await sql`select id from posts where id = ${id} for key share`.execute(tx.sql);
  if (held.rows.length === 0) throw new NotFound('Record not found');
}

/** Makes exactly these accounts the ones that the text mentions. Whoever was mentioned before stays able to see the post. */
export async function recordMentions(tx: Transaction, postId: string, accountIds: readonly string[]): Promise<void> {
  const ids = [...new Set(accountIds)];
  await sql`update mentions set silent = not (account_id = any(${ids}::bigint[])) where post_id = ${postId}`.execute(
    tx.sql,
  );
  await addMentions(tx, postId, ids);
}

async function addMentions(tx: Transaction, postId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await sql`insert into mentions (post_id, account_id, silent)
    select distinct ${postId}::bigint, id, false from unnest(${accountIds}::bigint[]) as id on conflict do nothing`.execute(
    tx.sql,
  );
}

/** Makes exactly these the hashtags of a post. */
export async function recordTags(
  tx: Transaction,
  postId: string,
  tags: readonly TagSpelling[],
  now: Date,
): Promise<void> {
  const names = tags.map(({ name }) => name);
  await sql`delete from post_tags where post_id = ${postId}
    and tag_id not in (select id from tags where name = any(${names}::text[]))`.execute(tx.sql);
  await addTags(tx, postId, tags, now);
}

async function addTags(tx: Transaction, postId: string, tags: readonly TagSpelling[], now: Date): Promise<void> {
  if (tags.length === 0) return;
  await recordTagNames(tx, tags, now);
  const names = tags.map(({ name }) => name);
  await sql`insert into post_tags (tag_id, post_id)
    select id, ${postId}::bigint from tags where name = any(${names}::text[]) on conflict do nothing`.execute(tx.sql);
}

/** Makes sure that these hashtags exist. New ones are written in one order, so that two writes never wait for each other in a circle. */
export async function recordTagNames(tx: Transaction, tags: readonly TagSpelling[], now: Date): Promise<void> {
  const spelt = new Map(tags.map(({ name, display }) => [name, display]));
  const names = [...spelt.keys()].toSorted();
  const displays = names.map((name) => spelt.get(name) ?? name);
  await sql`insert into tags (name, display, created_at)
    select name, display, ${now} from unnest(${names}::text[], ${displays}::text[]) as t (name, display)
    on conflict (name) do nothing`.execute(tx.sql);
}

/** What decides which counters a post moves. */
type Counted = Pick<PostRecord, 'accountId' | 'local' | 'visibility' | 'inReplyToId' | 'boostOfId' | 'createdAt'>;

/**
 * Adds a post to (1) or takes it from (-1) the counters of its author, of what it answers and of what it boosts, when the
 * transaction ends. Direct posts count nowhere; replies only when everybody may see them.
 */
export function countPost(tx: Transaction, post: Counted, by: 1 | -1): void {
  const { accountId, boostOfId, inReplyToId } = post;
  if (post.visibility === 'direct') return;
  // An origin counts what others do by itself.
  const ours = post.local ? by : 0;
  const latest = by === 1 ? post.createdAt : null;
  tx.last(`account ${accountId}`, () =>
    sql`update accounts set posts_count = greatest(0, posts_count + ${by}), last_post_at = greatest(last_post_at, ${latest}::timestamptz)
      where id = ${accountId}`.execute(tx.sql),
  );
  if (boostOfId !== null)
    tx.last(`post ${boostOfId}`, () =>
      sql`update posts set boosts_count = greatest(0, boosts_count + ${by}), origin_boosts = origin_boosts + ${ours}
        where id = ${boostOfId}`.execute(tx.sql),
    );
  if (inReplyToId !== null && isCounted(post.visibility))
    tx.last(`post ${inReplyToId}`, () =>
      sql`update posts set replies_count = greatest(0, replies_count + ${by}), origin_replies = origin_replies + ${ours}
        where id = ${inReplyToId}`.execute(tx.sql),
    );
}
