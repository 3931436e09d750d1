// A blocked server takes the follows with its people along, in both directions. What somebody here loses is written down for them.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { sql, type Transaction } from '#server/platform/database.ts';

const batch = 500;

/** Ends all follows and requests of these accounts, which are no longer seen here. Safe to run twice. */
export async function severFollows(ctx: AppContext, event: Events['accounts.blocked']): Promise<void> {
  for (let count = batch; count === batch;) {
    count = await ctx.database.write(async (tx) => {
      const ended = await endSome(tx, event.accountIds);
      if (ended.length > 0) await record(ctx, tx, event, ended);
      return ended.length;
    });
  }
}

interface Ended {
  accountId: string;
  otherId: string;
  direction: 'following' | 'follower';
  isAccepted: boolean;
  showBoosts: boolean;
  notify: boolean;
  createdAt: Date;
}

/** Takes some follows away and corrects the counters of both sides, which are held in the order of their ids. */
async function endSome(tx: Transaction, accountIds: readonly string[]): Promise<Ended[]> {
  // Only while the account is shut out: the block may have been lifted meanwhile.
  const { rows } = await sql<Ended & { followerId: string; followeeId: string }>`
    with shut as (
      select id from accounts where id = any(${[...accountIds]}::bigint[]) and suspended_by_domain
    ), chosen as (
      select id from follows where follower_id in (select id from shut) or followee_id in (select id from shut)
      order by id limit ${batch} for update
    )
    delete from follows f using chosen where f.id = chosen.id
    returning case when f.follower_id in (select id from shut) then f.followee_id else f.follower_id end::text as "accountId",
      case when f.follower_id in (select id from shut) then f.follower_id else f.followee_id end::text as "otherId",
      case when f.follower_id in (select id from shut) then 'follower' else 'following' end as direction,
      f.state = 'accepted' as "isAccepted", f.show_boosts as "showBoosts", f.notify, f.created_at as "createdAt",
      f.follower_id::text as "followerId", f.followee_id::text as "followeeId"`.execute(tx.sql);
  const accepted = rows.filter(({ isAccepted }) => isAccepted);
  await sql`
    with ended as (
      select * from unnest(${accepted.map((row) => row.followerId)}::bigint[], ${accepted.map((row) => row.followeeId)}::bigint[]) as e (follower, followee)
    ), changes as (
      select id, sum(followers)::int as followers, sum(following)::int as following from (
        select followee as id, 1 as followers, 0 as following from ended union all select follower, 0, 1 from ended) e group by id
    ), counted as (
      select id from accounts where id in (select id from changes) order by id for update
    )
    update accounts a set followers_count = greatest(0, a.followers_count - c.followers), following_count = greatest(0, a.following_count - c.following)
    from changes c, counted where a.id = c.id and counted.id = a.id`.execute(tx.sql);
  await sql`
    delete from endorsements e using unnest(${rows.map((row) => row.followerId)}::bigint[], ${rows.map((row) => row.followeeId)}::bigint[]) as f (follower, followee)
    where e.account_id = f.follower and e.endorsed_id = f.followee`.execute(tx.sql);
  return rows;
}

/** Writes down who lost whom: one severance for each person here and block, however many batches it takes. */
async function record(
  ctx: AppContext,
  tx: Transaction,
  { changeId, domain }: Events['accounts.blocked'],
  ended: readonly Ended[],
): Promise<void> {
  // A request that was never answered is no follow that anybody loses.
  const lost = ended.filter(({ isAccepted }) => isAccepted);
  const people = [...new Set(lost.map(({ accountId }) => accountId))].toSorted();
  if (people.length === 0) return;
  const severances = people.map((accountId) => ({ id: ctx.newId(), accountId }));
  const { rows } = await sql<{ id: string; accountId: string }>`
    insert into severances (id, account_id, domain, change_id, created_at)
    select w.id, w."accountId", ${domain}, ${changeId}::bigint, ${ctx.clock()}
    from jsonb_to_recordset(${JSON.stringify(severances)}::jsonb) as w (id bigint, "accountId" bigint)
    on conflict (account_id, change_id, domain) do update set domain = excluded.domain
    returning id::text, account_id::text as "accountId"`.execute(tx.sql);
  const idOf = new Map(rows.map(({ id, accountId }) => [accountId, id]));
  const follows = lost.map((one) => ({ ...one, severanceId: idOf.get(one.accountId) }));
  await sql`
    insert into severed_follows (severance_id, other_id, direction, show_boosts, notify, created_at)
    select w."severanceId", w."otherId", w.direction, w."showBoosts", w.notify, w."createdAt"
    from jsonb_to_recordset(${JSON.stringify(follows)}::jsonb) as w ("severanceId" bigint, "otherId" bigint, direction text,
      "showBoosts" boolean, notify boolean, "createdAt" timestamptz)
    on conflict do nothing`.execute(tx.sql);
  await tx.emit('follows.severed', { severanceIds: rows.map(({ id }) => id), accountIds: people });
}
