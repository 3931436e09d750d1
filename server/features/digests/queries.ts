// What a letter tells, and whether somebody wants one.
import type { AppContext } from '#server/context.ts';
import type { NotificationKind } from '#server/features/notifications/entities.ts';
import { hears } from '#server/features/notifications/policy.ts';
import { notBlocked, visibleTo } from '#server/features/posts/policy.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { sql } from '#server/platform/database.ts';
import type { Frequency } from './entities.ts';

/** How often somebody gets a letter. */
export async function findFrequency(ctx: AppContext, accountId: string): Promise<Frequency> {
  const { rows } = await sql<{ frequency: Frequency }>`
    select frequency from digests where account_id = ${accountId}`.execute(ctx.database.read);
  return rows[0]?.frequency ?? 'weekly';
}

/** Whom a letter goes to. */
export interface Reader {
  username: string;
  email: string;
  /** The language of their letters; null when nobody knows. */
  locale: string | null;
}

/** The login behind an account, when letters may go to it. */
export async function findReader(ctx: AppContext, accountId: string): Promise<Reader | null> {
  const { rows } = await sql<Reader>`
    select a.username, u.email, u.locale from users u join accounts a on a.id = u.account_id
    where u.account_id = ${accountId} and u.email_confirmed_at is not null and u.disabled_at is null and ${activeAccounts('a')}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** One kind of news: how many, and the names of the latest who did it. */
export interface DigestLine {
  kind: NotificationKind;
  count: number;
  names: string[];
}

/**
 * What somebody has not read, and was told since, by kind; in one statement. Only what they may still see counts, and only who
 * did it is named.
 */
export async function missedBy(ctx: AppContext, accountId: string, since: Date): Promise<DigestLine[]> {
  const viewer = sql`${accountId}::bigint`;
  const from = sql.ref('n.from_account_id');
  const { rows } = await sql<DigestLine>`
    with missed as (
      select n.id, n.kind, coalesce(nullif(a.display_name, ''), a.username) as name
      from notifications n join accounts a on a.id = n.from_account_id and ${activeAccounts('a')}
      where n.account_id = ${accountId} and not n.filtered and n.created_at > ${since}
        and n.id > coalesce((select last_read_id from markers where account_id = ${accountId} and timeline = 'notifications'), 0)
        and ${notBlocked(viewer, from)} and ${hears(viewer, from, ctx.clock())}
        and (n.post_id is null or exists (select from posts p where p.id = n.post_id and ${visibleTo(viewer, 'p')}))
      order by n.id desc limit 1000
    ), people as (
      select kind, name, max(id) as latest from missed group by kind, name
    )
    select kind, count(*)::int as count, array(
      select people.name from people where people.kind = missed.kind order by latest desc limit 3
    ) as names
    from missed group by kind order by count desc, kind`.execute(ctx.database.read);
  return rows;
}
