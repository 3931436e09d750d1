// Reacting to a post and taking it back. The counts stand in the post's row and change under its lock.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import type { EmojiReference, ReactionCount } from '#server/features/emojis/entities.ts';
import { findUsableEmoji } from '#server/features/emojis/queries.ts';
import { findVisibleSubject, type PostView } from '#server/features/posts/queries.ts';
import { forget } from '#server/features/posts/service/forget.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { canonicalEmoji, customName, isOwnName, readCustomName, reactionLimits } from '../policy.ts';
import { findOwnReaction, type ReactionView } from '../queries.ts';

/** What somebody reacts with: its name, and the picture of a custom one. */
export interface Chosen {
  name: string;
  emoji: EmojiReference | null;
}

/**
 * Reacts to the post, or what it boosts, with the emoji that a client names; a second time is the first.
 * @throws {NotFound} when the account may not see it
 * @throws {Invalid} when there is no such emoji, or too many
 */
export async function reactToPost(
  ctx: AppContext,
  { accountId, postId, emoji }: { accountId: string; postId: string; emoji: string },
): Promise<void> {
  const post = await findVisibleSubject(ctx, accountId, postId);
  if (post === null) throw new NotFound('Record not found');
  const chosen = await chooseEmoji(ctx, post, emoji);
  if (chosen === null) throw new Invalid(`Validation failed: There is no emoji ${emoji.slice(0, 100)} to react with`);
  await addReaction(ctx, post, { ...chosen, accountId, uri: null });
}

/** What a client's word stands for on that post: an emoji, what others reacted with already, or one of ours. */
async function chooseEmoji(ctx: AppContext, post: PostView, text: string): Promise<Chosen | null> {
  const unicode = canonicalEmoji(text);
  if (unicode !== null) return { name: unicode, emoji: null };
  const custom = readCustomName(text);
  if (custom === null) return null;
  const present = post.reactions.find(({ name }) => name === customName(custom));
  if (present !== undefined) return { name: present.name, emoji: present.emoji };
  const own = isOwnName(custom) ? await findUsableEmoji(ctx, custom.shortcode) : null;
  return own === null ? null : { name: own.shortcode, emoji: own };
}

/**
 * Writes a reaction by an account that may see the post. @throws {Invalid} when there are too many
 * @throws {NotFound} when the post is gone
 */
export async function addReaction(
  ctx: AppContext,
  post: PostView,
  reaction: Chosen & { accountId: string; uri: string | null },
): Promise<void> {
  const { accountId, name, emoji, uri } = reaction;
  const reactionId = ctx.newId();
  await ctx.database.write(async (tx) => {
    const counts = await holdCounts(tx, post.id);
    if (counts === null) throw new NotFound('Record not found');
    const { rows } = await sql<{ written: boolean; own: number }>`
      with own as (select name from reactions where account_id = ${accountId} and post_id = ${post.id}),
      written as (
        insert into reactions (id, post_id, account_id, name, emoji, uri, created_at)
        select ${reactionId}::bigint, ${post.id}::bigint, ${accountId}::bigint, ${name}::text,
          ${emoji === null ? null : JSON.stringify(emoji)}::jsonb, ${uri}::text, ${ctx.clock()}::timestamptz
        where (select count(*) from own) < ${reactionLimits.each}
        on conflict do nothing returning id
      )
      select exists (select from written) as written, (select count(*)::int from own where name <> ${name}) as own`.execute(
      tx.sql,
    );
    const [outcome] = rows;
    if (outcome?.written !== true) {
      if ((outcome?.own ?? 0) < reactionLimits.each) return;
      throw new Invalid(`Validation failed: You may react to a post with at most ${reactionLimits.each} emoji`);
    }
    if (!counts.some((one) => one.name === name) && counts.length >= reactionLimits.kinds)
      throw new Invalid(`Validation failed: A post takes at most ${reactionLimits.kinds} different emoji`);
    await writeCounts(tx, post.id, counted(counts, { name, emoji }, 1));
    await tx.emit('post.reacted', { reactionId, postId: post.id, accountId });
  });
  await forget(ctx, { posts: [post.id] });
}

/** Takes a reaction back by the name that a client gives; nothing happens when there is none. The post may have become invisible since. */
export async function unreactToPost(
  ctx: AppContext,
  { accountId, postId, emoji }: { accountId: string; postId: string; emoji: string },
): Promise<void> {
  if (!isId(postId)) return;
  const { rows } = await sql<{
    id: string;
  }>`select coalesce(boost_of_id, id) as id from posts where id = ${postId}`.execute(ctx.database.read);
  const custom = readCustomName(emoji);
  const names = [canonicalEmoji(emoji), custom === null ? null : customName(custom)].filter((name) => name !== null);
  const [post] = rows;
  const reaction = post === undefined ? null : await findOwnReaction(ctx, accountId, { postId: post.id, names });
  if (reaction !== null) await removeReaction(ctx, reaction);
}

/** Takes a reaction back. Nothing happens when that was done meanwhile. `quietly` tells nobody: its account or its emoji is gone. */
export async function removeReaction(ctx: AppContext, reaction: ReactionView, quietly = false): Promise<void> {
  const { id: reactionId, postId, accountId, name, emoji, uri: reactionUri } = reaction;
  await ctx.database.write(async (tx) => {
    const counts = await holdCounts(tx, postId);
    const { rows } = await sql`delete from reactions where id = ${reactionId} returning id`.execute(tx.sql);
    if (counts === null || rows.length === 0) return;
    await writeCounts(tx, postId, counted(counts, { name, emoji }, -1));
    if (!quietly) await tx.emit('post.unreacted', { reactionId, reactionUri, postId, accountId, name, emoji });
  });
  await forget(ctx, { posts: [postId] });
}

/** The counts of a post, which stays locked until `tx` ends; null when it is gone. */
async function holdCounts(tx: Transaction, postId: string): Promise<ReactionCount[] | null> {
  const { rows } = await sql<{ reactions: ReactionCount[] }>`
    select reactions from posts where id = ${postId} for no key update`.execute(tx.sql);
  return rows[0]?.reactions ?? null;
}

async function writeCounts(tx: Transaction, postId: string, counts: readonly ReactionCount[]): Promise<void> {
  await sql`update posts set reactions = ${JSON.stringify(counts)}::jsonb where id = ${postId}`.execute(tx.sql);
}

/** The counts with one more, or one less, of an emoji; who came first stays first. */
function counted(counts: readonly ReactionCount[], { name, emoji }: Chosen, by: 1 | -1): ReactionCount[] {
  const known = counts.some((one) => one.name === name) || by === -1 ? counts : [...counts, { name, count: 0, emoji }];
  return known
    .map((one) => (one.name === name ? { ...one, count: one.count + by } : one))
    .filter(({ count }) => count > 0);
}
