// Telling people what happened to them. Each kind of news is one statement that finds who wants to hear it; a row is unique,
// so a job that runs twice tells once.
import type { AppContext } from '#server/context.ts';
import { conversationHeard, notBlocked, visibleTo } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { NotificationKind } from '../entities.ts';
import { groupKeyOf, hears, isJudged, senderColumns, verdictSql } from '../policy.ts';
import { outboxChannel } from '#server/platform/outbox.ts';
import { lockReaders } from './group.ts';

export interface News {
  kind: NotificationKind;
  /** Who did it. */
  fromId: string;
  /** The post that it is about; only those who may see it are told. */
  postId: string | null;
  /** A statement with one column `id`: the accounts that it concerns. */
  recipients: RawBuilder<unknown>;
  /** The follows that a blocked server took along. */
  severanceId?: string;
  at?: Date;
  /** Tells the one who did it as well, when they are among the recipients: the author of a poll that has ended. */
  ownToo?: boolean;
}

interface Told {
  id: string;
  account_id: string;
  filtered: boolean;
}

/**
 * Writes a notification for each local account among the recipients who neither blocks nor mutes (with notifications) the one
 * who did it, may see the post, has not muted its conversation, and does not turn such people away; then wakes their open pages. What a reader's policy
 * holds back is kept for them in a request.
 */
export async function tell(ctx: AppContext, news: News): Promise<void> {
  const now = ctx.clock();
  const groupKey = groupKeyOf(news.kind, news.postId, now);
  const insert = insertion(news, groupKey, now);
  const { rows } =
    groupKey === null
      ? await sql<Told>`${insert}`.execute(ctx.database.read)
      : await ctx.database.write(async (tx) => {
          await lockReaders(tx, news.recipients);
          return sql<Told>`${insert}`.execute(tx.sql);
        });
  for (const { id, account_id: accountId, filtered } of rows)
    if (!filtered) await ctx.bus.publish('notification', { accountId, notificationId: id, kind: news.kind });
}

/** The statement: who wants the news, the rows, the group's former latest, and the requests of what is held back. */
function insertion(news: News, groupKey: string | null, now: Date): RawBuilder<unknown> {
  const from = sql`${news.fromId}::bigint`;
  const key = sql`${groupKey}::text`;
  const former = sql`select h.group_size from notifications h
    where h.account_id = wanted.id and h.group_key = ${key} and h.group_size is not null`;
  return sql`
    with wanted as materialized (${audience(news, now)}), told as (
      insert into notifications (account_id, from_account_id, kind, post_id, severance_id, created_at, filtered, group_key, group_size)
      select wanted.id, ${from}, ${news.kind}, ${news.postId}::bigint, ${news.severanceId ?? null}::bigint, ${news.at ?? now}::timestamptz, verdict = 'filter',
        case when verdict = 'accept' then ${key} end,
        case when verdict = 'accept' then 1 + coalesce((${former}), 0) else 1 end
      from wanted where verdict <> 'drop'
      on conflict do nothing returning id, account_id, filtered, group_key
    ), overtaken as (
      update notifications n set group_size = null from told
      where n.account_id = told.account_id and n.group_key = told.group_key and n.group_size is not null and n.id <> told.id
    ), requested as (
      insert into notification_requests (account_id, from_account_id, created_at, updated_at)
      select account_id, ${from}, ${now}, ${now} from told where filtered order by account_id
      on conflict (account_id, from_account_id) do update set updated_at = excluded.updated_at
    ), pushed as (
      insert into outbox_events (name, payload, due_at, created_at)
      select 'push.wanted', jsonb_build_object('subscriptionId', s.id::text, 'notificationId', told.id::text), ${now}, ${now}
      from told join push_subscriptions s on s.account_id = told.account_id
      where not told.filtered and s.reach <> 'none' and jsonb_exists(s.alerts, ${news.kind}) returning id
    )
    select id, account_id, filtered, case when exists (select from pushed) then pg_notify(${outboxChannel}, '') end as woken
    from told`;
}

/** Who wants to hear of it, with the verdict of their policy. */
function audience(news: News, now: Date): RawBuilder<unknown> {
  const from = sql`${news.fromId}::bigint`;
  const reader = sql.ref('reader.id');
  const mayRead =
    news.postId === null
      ? sql`true`
      : sql`exists (select from posts p where p.id = ${news.postId} and ${visibleTo(reader, 'p')}
          and ${conversationHeard(reader, sql.ref('p.conversation_id'))})`;
  const hearing = sql`(${news.ownToo === true} or reader.id <> ${from}) and ${notBlocked(reader, from)}
    and ${hears(reader, from, now)} and ${mayRead}`;
  if (!isJudged(news.kind))
    return sql`select distinct reader.id, 'accept' as verdict
      from (${news.recipients}) reader join users u on u.account_id = reader.id where ${hearing}`;
  return sql`select distinct reader.id, ${verdictSql('policy', 'sender')} as verdict
    from (${news.recipients}) reader join users u on u.account_id = reader.id
    left join notification_policies policy on policy.account_id = reader.id
    cross join lateral (select ${senderColumns(reader, from, news, now)}) sender
    where ${hearing}`;
}
