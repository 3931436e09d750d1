// What followed hashtags bring home: public posts of everybody, answers too, but no boosts.
import type { AppContext } from '#server/context.ts';
import { isListedFor } from '#server/features/graph/policy.ts';
import { notBlocked, notMuted } from '#server/features/posts/policy.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { ownersOfExclusive } from './exclusive.ts';

const backfilled = 40;

/** True for a post that followers of its hashtags may get. */
export function bringsByTag(post: PostView): boolean {
  return post.visibility === 'public' && post.boostOfId === null && post.awaitsId === null && post.tags.length > 0;
}

/** The statement of those who follow one of the hashtags of a post `p` and want to see its author, with the hashtag. */
export function tagFollowers(ctx: AppContext): RawBuilder<unknown> {
  const reader = sql.ref('t.account_id');
  const now = sql`${ctx.clock()}::timestamptz`;
  const author = sql.ref('p.author_id');
  const other = sql.ref('p.other_id');
  return sql`select t.account_id, t.tag_id from post_tags k join tag_follows t on t.tag_id = k.tag_id
    where p.by_tag and k.post_id = p.id and t.account_id <> ${author}
      and t.account_id not in (${ownersOfExclusive(author, sql.ref('p.id'))})
      and ${notMuted(reader, author, now)} and ${notBlocked(reader, author)} and ${isListedFor(reader, author)}
      and (${other} is null or ${other} = ${author} or (${notMuted(reader, other, now)} and ${notBlocked(reader, other)}))`;
}

/** Gives somebody who follows a hashtag its latest posts. Safe to run twice. */
export async function backfillFromTag(ctx: AppContext, follow: { accountId: string; tagId: string }): Promise<void> {
  const now = sql`${ctx.clock()}::timestamptz`;
  const reader = sql.ref('t.account_id');
  const author = sql.ref('p.account_id');
  const other = sql.ref('p.in_reply_to_account_id');
  await sql`
    insert into feed_entries (owner_id, post_id, author_id, boost_of_id, other_id, tag_id)
    select t.account_id, p.id, p.account_id, null, p.in_reply_to_account_id, t.tag_id
    from tag_follows t join lateral (
      select q.* from post_tags k join posts q on q.id = k.post_id
      where k.tag_id = t.tag_id and q.visibility = 'public' and q.awaits_id is null order by k.post_id desc limit ${backfilled}
    ) p on true
    where t.account_id = ${follow.accountId} and t.tag_id = ${follow.tagId}
      and t.account_id not in (${ownersOfExclusive(author, sql.ref('p.id'))})
      and ${notMuted(reader, author, now)} and ${notBlocked(reader, author)} and ${isListedFor(reader, author)}
      and (${other} is null or (${notMuted(reader, other, now)} and ${notBlocked(reader, other)}))
    on conflict (owner_id, post_id) do update set tag_id = excluded.tag_id`.execute(ctx.database.read);
}

/** Takes out of a home timeline what only that hashtag brought, once it is no longer followed. */
export async function removeTagged(ctx: AppContext, ownerId: string, tagId: string): Promise<void> {
  await sql`delete from feed_entries e where e.owner_id = ${ownerId} and e.tag_id = ${tagId} and e.author_id <> e.owner_id
    and not exists (select from tag_follows t where t.tag_id = e.tag_id and t.account_id = e.owner_id)
    and not exists (select from follows f where f.follower_id = e.owner_id and f.followee_id = e.author_id and f.state = 'accepted')`.execute(
    ctx.database.read,
  );
}
