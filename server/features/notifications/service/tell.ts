// Telling people what happened to them. Each kind of news is one statement that finds who wants to hear it; a row is unique,
// so a job that runs twice tells once.
import type { AppContext } from '#server/context.ts';
import { conversationHeard, notBlocked, visibleTo } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { NotificationKind } from '../entities.ts';
import { hears } from '../policy.ts';

export interface News {
  kind: NotificationKind;
  /** Who did it. */
  fromId: string;
  /** The post that it is about; only those who may see it are told. */
  postId: string | null;
  /** A statement with one column `id`: the accounts that it concerns. */
  recipients: RawBuilder<unknown>;
  at?: Date;
  /** Tells the one who did it as well, when they are among the recipients: the author of a poll that has ended. */
  ownToo?: boolean;
}

/**
 * Writes a notification for each local account among the recipients who neither blocks nor mutes (with notifications) the one
 * who did it, may see the post and has not muted its conversation, then wakes their open pages.
 */
export async function tell(ctx: AppContext, news: News): Promise<void> {
  const now = ctx.clock();
  const from = sql`${news.fromId}::bigint`;
  const reader = sql.ref('reader.id');
  const mayRead =
    news.postId === null
      ? sql`true`
      : sql`exists (select from posts p where p.id = ${news.postId} and ${visibleTo(reader, 'p')}
          and ${conversationHeard(reader, sql.ref('p.conversation_id'))})`;
  const { rows } = await sql<{ id: string; account_id: string }>`
    insert into notifications (account_id, from_account_id, kind, post_id, created_at)
    select distinct reader.id, ${from}, ${news.kind}, ${news.postId}::bigint, ${news.at ?? now}::timestamptz
    from (${news.recipients}) reader join users u on u.account_id = reader.id
    where (${news.ownToo === true} or reader.id <> ${from}) and ${notBlocked(reader, from)} and ${hears(reader, from, now)} and ${mayRead}
    on conflict do nothing returning id, account_id`.execute(ctx.database.read);
  for (const { id, account_id: accountId } of rows)
    await ctx.bus.publish('notification', { accountId, notificationId: id });
}

/** Takes back what was told of a deed that was undone. `accountId`: only what that account was told. */
export async function untell(
  ctx: AppContext,
  news: { kinds: NotificationKind[]; fromId: string; postId?: string; accountId?: string; before?: Date },
): Promise<void> {
  const conditions = [
    sql`from_account_id = ${news.fromId} and kind = any(${news.kinds}::text[])`,
    ...(news.postId === undefined ? [] : [sql`post_id = ${news.postId}`]),
    ...(news.accountId === undefined ? [] : [sql`account_id = ${news.accountId}`]),
    ...(news.before === undefined ? [] : [sql`created_at < ${news.before}`]),
  ];
  await sql`delete from notifications where ${sql.join(conditions, sql` and `)}`.execute(ctx.database.read);
}
