// Reading what blocked servers took along.
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';

/** The follows that somebody lost to one block, counted. */
export interface SeveranceView {
  id: string;
  domain: string;
  followers: number;
  following: number;
  /** ISO 8601. */
  createdAt: string;
}

const view = (
  s: string,
): RawBuilder<unknown> => sql`jsonb_build_object('id', ${sql.ref(`${s}.id`)}::text, 'domain', ${sql.ref(`${s}.domain`)},
  'createdAt', to_char(${sql.ref(`${s}.created_at`)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'followers', (select count(*) from severed_follows x where x.severance_id = ${sql.ref(`${s}.id`)} and x.direction = 'follower'),
  'following', (select count(*) from severed_follows x where x.severance_id = ${sql.ref(`${s}.id`)} and x.direction = 'following'))`;

/** The column `severance` of a row that may name one, such as a notification with that alias. */
export function severanceOf(row: string): RawBuilder<unknown> {
  return sql`(select ${view('s')} from severances s where s.id = ${sql.ref(`${row}.severance_id`)}) as severance`;
}

/** Whose these are. */
export async function severancesByIds(
  ctx: AppContext,
  ids: readonly string[],
): Promise<Array<{ id: string; accountId: string }>> {
  const { rows } = await sql<{ id: string; accountId: string }>`
    select id::text, account_id::text as "accountId" from severances where id = any(${[...ids]}::bigint[]) order by id`.execute(
    ctx.database.read,
  );
  return rows;
}

/** A page of what somebody lost, the latest first. One statement. */
export async function severancesPage(ctx: AppContext, accountId: string, page: Stretch): Promise<SeveranceView[]> {
  const { bounds, order } = takeStretch(sql.ref('s.id'), page);
  const { rows } = await sql<{ severance: SeveranceView }>`
    select ${view('s')} as severance from severances s where s.account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page).map(({ severance }) => severance);
}

/** One follow that ended. */
export interface SeveredFollowView {
  /** Its position in the list. */
  id: string;
  otherId: string;
  direction: 'following' | 'follower';
}

/** A page of the follows of a severance, when it is that account's own; null when it is not. Two statements. */
export async function severedFollows(
  ctx: AppContext,
  accountId: string,
  severanceId: string,
  page: Stretch,
): Promise<SeveredFollowView[] | null> {
  const own = await sql`select from severances where id = ${severanceId} and account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  if (own.rows.length === 0) return null;
  const { bounds, order } = takeStretch(sql.ref('x.id'), page);
  const { rows } = await sql<SeveredFollowView>`
    select x.id::text, x.other_id::text as "otherId", x.direction from severed_follows x
    where x.severance_id = ${severanceId} and ${bounds} ${order}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}
