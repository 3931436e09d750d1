// Keeping talks as direct posts come and go.
import type { AppContext } from '#server/context.ts';
import { conversationHeard, notBlocked, notMuted } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** A talk that has news. */
export interface TouchedTalk {
  id: string;
  accountId: string;
}

/** The others in a post `p` for one of its people: their ids, ascending, joined by commas. */
function othersIn(person: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`coalesce((select string_agg(x.id::text, ',' order by x.id) from (
      select p.account_id as id union select m.account_id from mentions m where m.post_id = p.id
    ) x where x.id <> ${person}), '')`;
}

/**
 * Puts a direct post at the head of the talks of all who take part here, unread for those who did not write it. Who blocks
 * or mutes its author gets none; a muted conversation stays read. One statement; a second run changes nothing.
 */
export async function addToTalks(ctx: AppContext, postId: string): Promise<TouchedTalk[]> {
  const reader = sql.ref('reader.id');
  const author = sql.ref('p.account_id');
  const { rows } = await sql<TouchedTalk>`
    insert into talks as t (account_id, conversation_id, others, last_post_id, unread)
    select reader.id, p.conversation_id, ${othersIn(reader)}, p.id,
      reader.id <> p.account_id and ${conversationHeard(reader, sql.ref('p.conversation_id'))}
    from posts p
    cross join lateral (
      select p.account_id as id union select m.account_id from mentions m where m.post_id = p.id
    ) reader
    join users u on u.account_id = reader.id
    where p.id = ${postId} and p.visibility = 'direct' and ${notBlocked(reader, author)}
      and ${notMuted(reader, author, sql`${ctx.clock()}::timestamptz`)}
    on conflict (account_id, conversation_id, others) do update
      set last_post_id = excluded.last_post_id, unread = excluded.unread
      where excluded.last_post_id > t.last_post_id
    returning id, account_id as "accountId"`.execute(ctx.database.read);
  return rows;
}

/** Makes the talks of conversations that became part of another talks of that: one for each circle, unread where one of them was. */
export async function moveTalks(
  ctx: AppContext,
  { from, into }: { from: readonly string[]; into: string },
): Promise<TouchedTalk[]> {
  const { rows } = await sql<TouchedTalk>`
    with gone as (
      delete from talks where conversation_id = any(${from}::bigint[]) returning account_id, others, last_post_id, unread
    )
    insert into talks as t (account_id, conversation_id, others, last_post_id, unread)
    select account_id, ${into}::bigint, others, max(last_post_id), bool_or(unread) from gone group by account_id, others
    on conflict (account_id, conversation_id, others) do update
      set last_post_id = greatest(t.last_post_id, excluded.last_post_id), unread = t.unread or excluded.unread
    returning id, account_id as "accountId"`.execute(ctx.database.read);
  return rows;
}

/** Gives the place of a post that is gone, was refused, or speaks to others now, to the latest post that is left; a talk without any ends. */
export async function replaceLast(ctx: AppContext, postId: string): Promise<void> {
  await sql`
    with touched as (
      select t.id, (
        select p.id from posts p
        where p.conversation_id = t.conversation_id and p.visibility = 'direct' and p.awaits_id is null and ${othersIn(sql.ref('t.account_id'))} = t.others
          and (p.account_id = t.account_id or exists (select from mentions m where m.post_id = p.id and m.account_id = t.account_id))
        order by p.id desc limit 1) as last
      from talks t where t.last_post_id = ${postId}
    ), ended as (
      delete from talks using touched where talks.id = touched.id and touched.last is null
    )
    update talks set last_post_id = touched.last from touched where talks.id = touched.id and touched.last is not null`.execute(
    ctx.database.read,
  );
}
