// Notifications in groups as one statement makes them: groups, the posts that they are about and all people in them.
import { accountColumns, hiddenText, makeAccount, makeStatus, statusColumns, type PageRow } from './status-page.ts';

const samples = 8;

const people = `(select json_agg(person) from (
    select ${accountColumns('x', (alias, column) => `${alias}.${column}${/id|_at$/.test(column) ? '::text' : ''} as x_${column}`)}
    from accounts x where x.id = any(g.sample_ids)) person)`;

/** $1 reader · $2 at most so many · $3 nothing */
export const notificationsText = `
  with ${hiddenText}, heads as (
    select n.id, n.kind, n.post_id, n.group_key, n.created_at, n.from_account_id, greatest(n.group_size, 1) as count from notifications n
    where n.account_id = $1 and n.group_size is not null and not n.filtered and $3::text is null
      and (n.from_account_id not in (select id from hidden) or n.group_key is not null)
    order by n.id desc limit $2
  ), page as (
    select h.*, coalesce(peers.ids, array[h.from_account_id]) as sample_ids, coalesce(peers.oldest, h.id) as oldest_id from heads h
    left join lateral (
      select (array_agg(n.from_account_id order by n.id desc))[1:${samples}] as ids, min(n.id) as oldest from notifications n
      where n.account_id = $1 and n.group_key = h.group_key and n.from_account_id not in (select id from hidden)
    ) peers on true
  )
  select g.id as g_id, g.kind as g_kind, g.group_key as g_key, g.created_at as g_created_at, g.count as g_count,
    g.oldest_id as g_oldest_id, g.sample_ids::text[] as g_sample_ids, ${people} as g_people, ${statusColumns}
  from page g join posts p on p.id = g.post_id join posts s on s.id = coalesce(p.boost_of_id, p.id)
  join accounts a on a.id = s.account_id join accounts b on b.id = p.account_id
  order by g.id desc`;

const types: Record<string, string> = { like: 'favourite', mention: 'mention', boost: 'reblog' };

/** The answer as a Mastodon client reads it. */
export function notificationsJson(rows: readonly PageRow[], readerId: string): string {
  const accounts = new Map<string, object>();
  for (const { g_people } of rows)
    for (const person of peopleIn(g_people)) accounts.set(String(person['x_id']), makeAccount(person, 'x'));
  const statuses = new Map(rows.map((row) => [row['p_id'], makeStatus(row, readerId)]));
  return JSON.stringify({
    accounts: [...accounts.values()],
    statuses: [...statuses.values()],
    notification_groups: rows.map((row) => ({
      group_key: row['g_key'] ?? `ungrouped-${String(row['g_id'])}`,
      notifications_count: row['g_count'],
      type: types[String(row['g_kind'])],
      most_recent_notification_id: Number(row['g_id']),
      page_min_id: row['g_oldest_id'],
      page_max_id: row['g_id'],
      latest_page_notification_at: row['g_created_at'],
      sample_account_ids: row['g_sample_ids'],
      status_id: row['p_id'],
    })),
  });
}

/** JSON has no dates. */
function peopleIn(value: unknown): PageRow[] {
  // Safe: the statement above made it.
  const rows = (value ?? []) as PageRow[];
  const date = (text: unknown): Date | null => (typeof text === 'string' ? new Date(text) : null);
  return rows.map((row) => ({
    ...row,
    x_created_at: date(row['x_created_at']),
    x_last_post_at: date(row['x_last_post_at']),
  }));
}
