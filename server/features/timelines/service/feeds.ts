// The only writer of home timelines: fan-out when a post is made, and what is added or removed when people change their minds.
import type { AppContext } from '#server/context.ts';
import { notBlocked, notMuted } from '#server/features/posts/policy.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { inHelpings } from '#server/platform/together.ts';
import { ownersOfExclusive } from './exclusive.ts';
import { bringsByTag, tagFollowers } from './tags.ts';
import { bringsNews } from './boosts.ts';

/** The longest home timeline that is kept, in entries. */
export const maxEntries = 800;
const backfilled = 40;

/** A post with the author of what it boosts, if it is a boost. */
export interface Arriving {
  post: PostView;
  boostedAuthorId: string | null;
}

/**
 * Puts a post into the home timeline of its author, of each local follower who wants it, and of those who follow one of its
 * hashtags; posts that come at the same moment share one statement. As on Mastodon: answers only for those who follow the
 * answered too, boosts only where they are shown and bring something new, direct posts only for those they mention. What waits for
 * somebody's leave is its author's alone. Returns the owners of new entries; none when it ran before.
 */
export function addToFeeds(ctx: AppContext, post: PostView, boostedAuthorId: string | null): Promise<string[]> {
  // Whether a boost is news depends on what stands at home before it: boosts go one by one.
  if (post.boostOfId !== null) return addMany(ctx, [{ post, boostedAuthorId }]).then(([owners]) => owners ?? []);
  return addTogether(ctx, { post, boostedAuthorId });
}

const addTogether = inHelpings((ctx: AppContext, arriving: Arriving[]) => addMany(ctx, arriving), {
  most: 64,
  atOnce: 4,
});

/** As `addToFeeds`, for the author and those of the accounts that get the post. */
export async function addToFeedsOf(
  ctx: AppContext,
  arriving: Arriving,
  accountIds: readonly string[],
): Promise<string[]> {
  const [owners] = await addMany(ctx, [arriving], accountIds);
  return owners ?? [];
}

/** As `addToFeeds`, for those who can wait: one statement at a time leaves the database to those who do not. */
export function addToOtherFeeds(ctx: AppContext, arriving: Arriving): Promise<string[]> {
  if (arriving.post.boostOfId !== null) return addMany(ctx, [arriving]).then(([owners]) => owners ?? []);
  return addUnhurried(ctx, arriving);
}

const addUnhurried = inHelpings((ctx: AppContext, arriving: Arriving[]) => addMany(ctx, arriving), { most: 64 });

async function addMany(ctx: AppContext, arriving: Arriving[], among?: readonly string[]): Promise<string[][]> {
  const isBoost = arriving.some(({ post }) => post.boostOfId !== null);
  const isTagged = arriving.some(({ post }) => bringsByTag(post));
  const conditions = followerConditions(ctx, isBoost);
  // `is true` keeps it a look into a hash: as a join all of them might be gone through once for each follower.
  const isAmong = (account: string) => sql`(${sql.ref(account)} in (select unnest(${among}::bigint[]))) is true`;
  if (among) conditions.push(isAmong('f.follower_id'));
  const { rows } = await sql<{ owner_id: string; post_id: string }>`
    insert into feed_entries (owner_id, post_id, author_id, boost_of_id, other_id, tag_id)
    select reader.id, p.id, p.author_id, p.boost_of_id, p.other_id, ${isTagged ? sql`min(reader.tag_id)` : sql`null::bigint`}
    from jsonb_to_recordset(${JSON.stringify(arriving.map(outlineOf))}::jsonb) as p (id bigint, author_id bigint, boost_of_id bigint,
      other_id bigint, is_direct boolean, waits boolean, by_tag boolean, language text, is_answer boolean, answered_id bigint)
    cross join lateral (
      select account_id as id, null::bigint as tag_id from users where account_id = p.author_id
      union all
      select f.follower_id, null from follows f where ${sql.join(conditions, sql` and `)}
      ${isTagged ? sql`union all ${tagFollowers(ctx)} ${among ? sql`and ${isAmong('t.account_id')}` : sql``}` : sql``}
    ) reader
    ${isTagged ? sql`group by reader.id, p.id, p.author_id, p.boost_of_id, p.other_id` : sql``}
    order by reader.id, p.id
    on conflict do nothing returning owner_id, post_id`.execute(ctx.database.read);
  const owners = Map.groupBy(rows, ({ post_id }) => post_id);
  return arriving.map(({ post }) => (owners.get(post.id) ?? []).map(({ owner_id }) => owner_id));
}

/** What decides who gets a post, as columns. */
function outlineOf({ post, boostedAuthorId }: Arriving): object {
  return {
    id: post.id,
    author_id: post.accountId,
    boost_of_id: post.boostOfId,
    other_id: boostedAuthorId ?? post.inReplyToAccountId,
    is_direct: post.visibility === 'direct',
    waits: post.awaitsId !== null,
    by_tag: bringsByTag(post),
    language: post.language,
    is_answer: post.inReplyToUri !== null && post.inReplyToAccountId !== post.accountId,
    answered_id: post.inReplyToAccountId,
  };
}

/** Which followers of the author of a post `p` get it; conditions on `follows f`. */
function followerConditions(ctx: AppContext, isBoost: boolean): RawBuilder<unknown>[] {
  const reader = sql.ref('f.follower_id');
  const now = sql`${ctx.clock()}::timestamptz`;
  const author = sql.ref('p.author_id');
  const other = sql.ref('p.other_id');
  const conditions = [
    sql`not p.waits and f.followee_id = ${author} and f.state = 'accepted' and f.follower_id <> f.followee_id`,
    sql`not f.follower_is_remote`,
    notMuted(reader, author, now),
    sql`f.follower_id not in (${ownersOfExclusive(author, sql.ref('p.id'))})`,
    sql`(not p.is_direct or exists (select from mentions m where m.post_id = p.id and m.account_id = f.follower_id))`,
    sql`(p.language is null or ${wantsLanguage(sql.ref('p.language'))})`,
    sql`(not p.is_answer or ${followsAnswered(sql.ref('p.answered_id'))})`,
    sql`(${other} is null or ${other} = ${author} or (${notMuted(reader, other, now)} and ${notBlocked(reader, other)}))`,
  ];
  if (isBoost) conditions.push(sql`f.show_boosts`, bringsNews(reader, sql.ref('p.id'), sql.ref('p.boost_of_id')));
  return conditions;
}

function wantsLanguage(language: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(f.languages is null or jsonb_array_length(f.languages) = 0 or jsonb_exists(f.languages, ${language}))`;
}

/** An answer to somebody unknown goes to nobody; one to the reader always does. */
function followsAnswered(answered: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${answered} = f.follower_id or exists (
    select from follows g where g.follower_id = f.follower_id and g.followee_id = ${answered} and g.state = 'accepted'))`;
}

/** Gives a new follower the latest posts of whom they follow, by the same rules. Safe to run twice. */
export async function backfillFeed(ctx: AppContext, follow: { followerId: string; followeeId: string }): Promise<void> {
  const now = sql`${ctx.clock()}::timestamptz`;
  const reader = sql.ref('f.follower_id');
  const other = sql`coalesce(boosted.account_id, p.in_reply_to_account_id)`;
  await sql`
    insert into feed_entries (owner_id, post_id, author_id, boost_of_id, other_id)
    select f.follower_id, p.id, p.account_id, p.boost_of_id, ${other}
    from follows f
    join lateral (
      select * from posts where account_id = f.followee_id and visibility <> 'direct' and awaits_id is null order by id desc limit ${backfilled}
    ) p on true
    left join posts boosted on boosted.id = p.boost_of_id
    where f.follower_id = ${follow.followerId} and f.followee_id = ${follow.followeeId} and f.state = 'accepted'
      and exists (select from users u where u.account_id = f.follower_id)
      and f.follower_id not in (${ownersOfExclusive(sql.ref('p.account_id'), sql.ref('p.id'))})
      and (p.boost_of_id is null or (f.show_boosts and ${bringsNews(reader, sql.ref('p.id'), sql.ref('p.boost_of_id'))}))
      and (p.language is null or ${wantsLanguage(sql.ref('p.language'))})
      and (p.in_reply_to_uri is null or p.in_reply_to_account_id = p.account_id or ${followsAnswered(sql.ref('p.in_reply_to_account_id'))})
      and ${notMuted(reader, sql.ref('p.account_id'), now)}
      and (${other} is null or (${notMuted(reader, other, now)} and ${notBlocked(reader, other)}))
    on conflict do nothing`.execute(ctx.database.read);
}

/** Takes a post, and all boosts of it, out of every home timeline. Returns whose they were. */
export async function removeFromFeeds(ctx: AppContext, postId: string): Promise<string[]> {
  const { rows } = await sql<{ owner_id: string }>`
    with gone as (delete from feed_entries where post_id = ${postId} or boost_of_id = ${postId} returning owner_id)
    select distinct owner_id from gone`.execute(ctx.database.read);
  return rows.map(({ owner_id }) => owner_id);
}

/**
 * Takes a post that waits for somebody's leave, or was refused, and all boosts of it out of the home timelines of all but its author.
 * Returns whose they were.
 */
export async function withdrawFromFeeds(ctx: AppContext, postId: string): Promise<string[]> {
  const { rows } = await sql<{ owner_id: string }>`
    with gone as (
      delete from feed_entries e using posts p
      where p.id = ${postId} and p.awaits_id is not null and (e.post_id = ${postId} or e.boost_of_id = ${postId})
        and e.owner_id <> p.account_id
      returning e.owner_id)
    select distinct owner_id from gone`.execute(ctx.database.read);
  return rows.map(({ owner_id }) => owner_id);
}

/** Takes what an account brought out of one home timeline; `shown`: also what others brought of it, and answers to it. */
export async function removeAccount(
  ctx: AppContext,
  ownerId: string,
  accountId: string,
  options: { shown: boolean },
): Promise<void> {
  const { shown } = options;
  await sql`delete from feed_entries where owner_id = ${ownerId}
    and ((author_id = ${accountId} and (${shown} or tag_id is null or not exists (
        select from tag_follows t where t.tag_id = feed_entries.tag_id and t.account_id = feed_entries.owner_id)))
      or (${shown} and other_id = ${accountId}))`.execute(ctx.database.read);
}

/** Takes a whole home timeline away. */
export async function removeFeed(ctx: AppContext, ownerId: string): Promise<void> {
  await sql`delete from feed_entries where owner_id = ${ownerId}`.execute(ctx.database.read);
}

/** Takes what people of a server brought out of one home timeline, and what others brought of them. */
export async function removeServer(ctx: AppContext, ownerId: string, domain: string): Promise<void> {
  const there = sql`select id from accounts where domain = ${domain}`;
  await sql`delete from feed_entries where owner_id = ${ownerId}
    and (author_id in (${there}) or other_id in (${there}))`.execute(ctx.database.read);
}

/** Whose home timelines hold a post, or a boost of it. */
export async function feedOwners(ctx: AppContext, postId: string): Promise<string[]> {
  const { rows } = await sql<{ owner_id: string }>`
    select distinct owner_id from feed_entries where post_id = ${postId} or boost_of_id = ${postId}`.execute(
    ctx.database.read,
  );
  return rows.map(({ owner_id }) => owner_id);
}

/** Cuts home timelines to their latest `keep` entries, some owners at a time; for the nightly schedule. Returns how many entries went. */
export async function trimFeeds(ctx: AppContext, keep: number = maxEntries, batch = 200): Promise<number> {
  let after = '0';
  let removed = 0;
  for (;;) {
    const owners = await ctx.database.read
      .selectFrom('users')
      .select('account_id')
      .where('account_id', '>', after)
      .orderBy('account_id')
      .limit(batch)
      .execute();
    const last = owners.at(-1);
    if (!last) return removed;
    // Materialized: else the cut would be looked for again for each entry.
    const gone = await sql`
      with full_feeds as materialized (
        select owner.id, (
          select post_id from feed_entries where owner_id = owner.id order by post_id desc offset ${keep} limit 1) as cut
        from unnest(${owners.map(({ account_id }) => account_id)}::bigint[]) as owner (id)
      )
      delete from feed_entries e using full_feeds f
      where e.owner_id = f.id and e.post_id <= f.cut`.execute(ctx.database.read);
    removed += Number(gone.numAffectedRows ?? 0);
    after = last.account_id;
  }
}
