// Writing a post's rows: the post, whom it mentions and its hashtags. Every post, boost and import goes through here, so that
// all count alike (count.ts).
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { claimLinks } from '#server/features/links/service/claim.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { InteractionRules, QuotePolicy, ReplyPolicy } from '../entities.ts';
import { countPosts } from './count.ts';

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
  /** Whose leave it waits for; left out, nobody's. */
  awaitsId?: string | null;
  /** Where they are said to agree. */
  approvedBy?: string | null;
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
  /** Whom it is addressed to without naming them. */
  silentIds?: readonly string[];
  tags: readonly TagSpelling[];
}

/** A post that is to be written. */
export interface NewPost {
  post: PostRecord;
  parts: PostParts;
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
  const [isNew] = await recordPosts(ctx, tx, [{ post, parts }]);
  return isNew === true;
}

/** The same for many posts, by as many statements as for one. Says of each whether it is new. */
export async function recordPosts(ctx: AppContext, tx: Transaction, many: readonly NewPost[]): Promise<boolean[]> {
  const links = await claimLinks(
    ctx,
    tx,
    many.map(({ post }) => ({ ...post, besides: [post.uri, post.url] })),
  );
  const written = await insertPosts(
    tx,
    many.map(({ post }, index) => rowOf(post, links[index] ?? null)),
  );
  // By address, and each once: two of them may have been given the same id, and then only one is there.
  const areNew = many.map(({ post }) => written.delete(post.uri));
  const fresh = many.filter((_, index) => areNew[index]);
  await addMentions(tx, fresh.flatMap(mentionsOf));
  await addTags(
    tx,
    fresh.map(({ post, parts }) => ({ postId: post.id, tags: parts.tags })),
    ctx.clock(),
  );
  countPosts(
    tx,
    fresh.map(({ post }) => post),
    1,
  );
  for (const { post } of fresh) await tx.emit('post.created', { postId: post.id, accountId: post.accountId });
  return areNew;
}

/** Halves of characters, which PostgreSQL does not take, become the mark of something unreadable. */
const whole = (text: string | null): string | null => text?.toWellFormed() ?? null;

function rowOf(post: PostRecord, linkPreviewId: string | null): object {
  return {
    id: post.id,
    account_id: post.accountId,
    uri: post.uri,
    url: whole(post.url),
    local: post.local,
    visibility: post.visibility,
    source: whole(post.source),
    html: whole(post.html),
    summary: whole(post.summary),
    sensitive: post.sensitive,
    language: post.language,
    emojis: post.emojis,
    in_reply_to_id: post.inReplyToId,
    in_reply_to_account_id: post.inReplyToAccountId,
    in_reply_to_uri: whole(post.inReplyToUri),
    conversation_id: post.conversationId,
    group_id: post.groupId,
    boost_of_id: post.boostOfId,
    app_id: post.appId,
    link_preview_id: linkPreviewId,
    quote_policy: post.quotePolicy ?? (post.local ? 'public' : 'nobody'),
    quote_asking: post.quoteAsking ?? 'nobody',
    reply_policy: post.replyPolicy ?? 'everyone',
    interaction_rules: post.interactionRules ?? undefined,
    awaits_id: post.awaitsId ?? null,
    approved_by: post.approvedBy ?? null,
    origin_likes: post.originCounts?.likes ?? null,
    origin_boosts: post.originCounts?.boosts ?? null,
    origin_replies: post.originCounts?.replies ?? null,
    created_at: post.createdAt,
    edited_at: post.editedAt,
  };
}

const columns =
  sql.raw(`id, account_id, uri, url, local, visibility, source, html, summary, sensitive, language, emojis, in_reply_to_id,
  in_reply_to_account_id, in_reply_to_uri, conversation_id, group_id, boost_of_id, app_id, link_preview_id, quote_policy,
  quote_asking, reply_policy, interaction_rules, awaits_id, approved_by, origin_likes, origin_boosts, origin_replies, created_at, edited_at`);

/** Returns the addresses of those that were not there. */
async function insertPosts(tx: Transaction, rows: object[]): Promise<Set<string>> {
  const written = await sql<{ uri: string }>`
    insert into posts (${columns}) select ${columns} from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as p (
      id bigint, account_id bigint, uri text, url text, local boolean, visibility text, source text, html text, summary text,
      sensitive boolean, language text, emojis jsonb, in_reply_to_id bigint, in_reply_to_account_id bigint, in_reply_to_uri text,
      conversation_id bigint, group_id bigint, boost_of_id bigint, app_id bigint, link_preview_id bigint, quote_policy text,
      quote_asking text, reply_policy text, interaction_rules jsonb, awaits_id bigint, approved_by text,
      origin_likes int, origin_boosts int, origin_replies int, created_at timestamptz, edited_at timestamptz)
    on conflict do nothing returning uri`.execute(tx.sql);
  return new Set(written.rows.map(({ uri }) => uri));
}

/** Notes on the post that and what it shows, after its files were bound or described anew: lists and the search go by it. */
export async function noteMedia(tx: Transaction, postId: string): Promise<void> {
  await sql`update posts set has_media = shown.count > 0, media_text = shown.text from (
      select count(*) as count, coalesce(string_agg(description, ' ' order by position) filter (where description <> ''), '') as text
      from media_attachments where post_id = ${postId}
    ) shown where posts.id = ${postId}`.execute(tx.sql);
}

/**
 * Keeps a post from being deleted, and its conversation from becoming part of another, until `tx` ends.
 * @throws {NotFound} when it is gone already
 */
export async function holdPost(tx: Transaction, id: string): Promise<{ conversationId: string }> {
  const { rows } = await sql<{
    conversationId: string;
  }>`select conversation_id as "conversationId" from posts where id = ${id} for key share`.execute(tx.sql);
  const [held] = rows;
  if (held === undefined) throw new NotFound('Record not found');
  return held;
}

/** Makes exactly these accounts the ones that the text mentions. Whoever was mentioned before stays able to see the post. */
export async function recordMentions(tx: Transaction, postId: string, accountIds: readonly string[]): Promise<void> {
  const ids = [...new Set(accountIds)];
  await sql`update mentions set silent = not (account_id = any(${ids}::bigint[])) where post_id = ${postId}`.execute(
    tx.sql,
  );
  await addMentions(
    tx,
    ids.map((accountId) => ({ postId, accountId, silent: false })),
  );
}

interface Mention {
  postId: string;
  accountId: string;
  silent: boolean;
}

function mentionsOf({ post, parts }: NewPost): Mention[] {
  const mention =
    (silent: boolean) =>
    (accountId: string): Mention => ({ postId: post.id, accountId, silent });
  return [...parts.mentionedIds.map(mention(false)), ...(parts.silentIds ?? []).map(mention(true))];
}

/** Whoever is named and addressed is named. */
async function addMentions(tx: Transaction, mentions: readonly Mention[]): Promise<void> {
  if (mentions.length === 0) return;
  await sql`insert into mentions (post_id, account_id, silent)
    select post_id, account_id, bool_and(silent)
    from unnest(${mentions.map(({ postId }) => postId)}::bigint[], ${mentions.map(({ accountId }) => accountId)}::bigint[],
      ${mentions.map(({ silent }) => silent)}::boolean[]) as m (post_id, account_id, silent)
    group by post_id, account_id on conflict do nothing`.execute(tx.sql);
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
  await addTags(tx, [{ postId, tags }], now);
}

interface Tagged {
  postId: string;
  tags: readonly TagSpelling[];
}

async function addTags(tx: Transaction, tagged: readonly Tagged[], now: Date): Promise<void> {
  const uses = tagged.flatMap(({ postId, tags }) => tags.map(({ name }) => ({ postId, name })));
  if (uses.length === 0) return;
  await recordTagNames(
    tx,
    tagged.flatMap(({ tags }) => tags),
    now,
  );
  await sql`insert into post_tags (tag_id, post_id)
    select t.id, u.post_id from unnest(${uses.map(({ postId }) => postId)}::bigint[], ${uses.map(({ name }) => name)}::text[]) as u (post_id, name)
    join tags t on t.name = u.name on conflict do nothing`.execute(tx.sql);
}

/** Makes sure that these hashtags exist. New ones are written in one order, so that two writes never wait for each other in a circle. */
export async function recordTagNames(tx: Transaction, tags: readonly TagSpelling[], now: Date): Promise<void> {
  const spelt = new Map(tags.toReversed().map(({ name, display }) => [name, display]));
  const names = [...spelt.keys()].toSorted();
  const displays = names.map((name) => spelt.get(name) ?? name);
  await sql`insert into tags (name, display, created_at)
    select name, display, ${now} from unnest(${names}::text[], ${displays}::text[]) as t (name, display)
    on conflict (name) do nothing`.execute(tx.sql);
}
