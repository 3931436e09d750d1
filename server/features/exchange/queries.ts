// What somebody has to take along, page by page, and how far their imports are.
import type { AppContext } from '#server/context.ts';
import { visiblePosts } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { ExchangeKind, ExchangeRow, ImportMode } from './entities.ts';

/** One thing to take along; `position` pages, `otherId` is the account or post, `listId` its list. */
export interface OwnedRow extends ExchangeRow {
  position: string;
  otherId: string | null;
  listId: string | null;
}

const pageSize = 500;

/** Everything of a kind that an account has, the oldest first; one statement for each five hundred. */
export async function* ownedRows(ctx: AppContext, accountId: string, kind: ExchangeKind): AsyncGenerator<OwnedRow> {
  let after = '0';
  for (;;) {
    const { rows } = await sql<OwnedRow>`${pageOf(ctx, accountId, kind, after)} limit ${pageSize}`.execute(
      ctx.database.read,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < pageSize || !last) return;
    after = last.position;
  }
}

function pageOf(ctx: AppContext, accountId: string, kind: ExchangeKind, after: string): RawBuilder<unknown> {
  const handle = sql`a.username || '@' || coalesce(a.domain, ${ctx.config.handleDomain}) as target`;
  const nobody = sql`null::bigint as "listId"`;
  switch (kind) {
    case 'follows':
      return sql`select f.id as position, a.id as "otherId", ${nobody}, ${handle}, f.show_boosts as "showBoosts", f.notify, f.languages
        from follows f join accounts a on a.id = f.followee_id
        where f.follower_id = ${accountId} and f.id > ${after} and a.deleted_at is null order by f.id`;
    case 'blocks':
      return sql`select b.id as position, a.id as "otherId", ${nobody}, ${handle}
        from blocks b join accounts a on a.id = b.blocked_id where b.blocker_id = ${accountId} and b.id > ${after} order by b.id`;
    case 'mutes':
      return sql`select m.id as position, a.id as "otherId", ${nobody}, ${handle}, m.hide_notifications as "hideNotifications"
        from mutes m join accounts a on a.id = m.muted_id
        where m.muter_id = ${accountId} and m.id > ${after} and (m.expires_at is null or m.expires_at > ${ctx.clock()}) order by m.id`;
    case 'lists':
      return sql`select m.id as position, a.id as "otherId", l.id as "listId", ${handle}, l.title as list
        from list_accounts m join lists l on l.id = m.list_id join accounts a on a.id = m.account_id
        where l.account_id = ${accountId} and m.id > ${after} order by m.id`;
    case 'domain_blocks':
      return sql`select d.id as position, null::bigint as "otherId", ${nobody}, d.domain as target
        from domain_blocks d where d.account_id = ${accountId} and d.id > ${after} order by d.id`;
    case 'bookmarks':
      return sql`select b.id as position, p.id as "otherId", ${nobody}, p.uri as target
        from bookmarks b join posts p on p.id = b.post_id
        where b.account_id = ${accountId} and b.id > ${after} and ${visiblePosts(accountId, 'p')} order by b.id`;
  }
}

export interface ImportView {
  id: string;
  kind: ExchangeKind;
  mode: ImportMode;
  total: number;
  done: number;
  failed: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The imports of an account, the latest first, at most 20; or just the one with that id. */
export async function importsOf(ctx: AppContext, accountId: string, id?: string): Promise<ImportView[]> {
  const { rows } = await sql<ImportView>`
    select i.id, i.kind, i.mode, i.created_at as "createdAt", i.finished_at as "finishedAt", counts.*
    from imports i cross join lateral (
      select count(*)::int as total, count(*) filter (where state = 'done')::int as done,
        count(*) filter (where state = 'failed')::int as failed from import_rows where import_id = i.id
    ) counts
    where i.account_id = ${accountId} and ${id === undefined ? sql`true` : sql`i.id = ${id}`} order by i.id desc limit 20`.execute(
    ctx.database.read,
  );
  return rows;
}

export interface FailedRow {
  place: number;
  row: ExchangeRow;
  reason: string | null;
}

/** The lines of an import that failed, in the order of the file. */
export async function failedRows(ctx: AppContext, importId: string): Promise<FailedRow[]> {
  const { rows } = await sql<FailedRow>`
    select place, row, reason from import_rows where import_id = ${importId} and state = 'failed' order by place`.execute(
    ctx.database.read,
  );
  return rows;
}
