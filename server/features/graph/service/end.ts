// Ending everything between an account and the others, when it is gone for good.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';

/** Takes away all follows and requests of a deleted account, in both directions, and corrects the others' counters. */
export async function endFollowsOf(ctx: AppContext, event: { accountId: string }): Promise<void> {
  const { accountId } = event;
  await ctx.database.write(async (tx) => {
    await sql`
      with ended as (
        delete from follows where follower_id = ${accountId} or followee_id = ${accountId} returning follower_id, followee_id, state
      ), changes as (
        select followee_id as id, -1 as followers, 0 as following from ended where state = 'accepted' and follower_id = ${accountId}
        union all select follower_id, 0, -1 from ended where state = 'accepted' and followee_id = ${accountId}
      ), counted as (
        select id from accounts where id in (select id from changes) order by id for update
      )
      update accounts a set followers_count = greatest(0, a.followers_count + c.followers), following_count = greatest(0, a.following_count + c.following)
      from (select id, sum(followers)::int as followers, sum(following)::int as following from changes group by id) c, counted
      where a.id = c.id and counted.id = a.id`.execute(tx.sql);
    await sql`update accounts set followers_count = 0, following_count = 0 where id = ${accountId}`.execute(tx.sql);
  });
}
