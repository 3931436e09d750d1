// The only writer of imports: stored with their lines, worked through some lines at a time, finished.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import type { ExchangeKind, ExchangeRow, ImportMode } from '../entities.ts';

/** The longest file. */
export const mostRows = 10_000;
const underWay = 3;

/** A line of a file: what it says, or why nobody can tell. */
export type ReadRow = { row: ExchangeRow; reason: string | null };

/** Stores an import with all its lines; the work follows. @throws {Invalid} when the file is empty or too long, or others still run */
export async function startImport(
  ctx: AppContext,
  accountId: string,
  wish: { kind: ExchangeKind; mode: ImportMode; rows: readonly ReadRow[] },
): Promise<string> {
  const { rows } = wish;
  if (rows.length === 0) throw new Invalid('This file holds nothing to import');
  if (rows.length > mostRows) throw new Invalid(`This file has more than ${mostRows} lines; please split it`);
  return ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`imports:${accountId}`}, 0))`.execute(tx.sql);
    const running = await sql`select from imports where account_id = ${accountId} and finished_at is null`.execute(
      tx.sql,
    );
    if (running.rows.length >= underWay) throw new Invalid('Other imports are still under way; please wait for them');
    const made = await sql<{ id: string }>`insert into imports (account_id, kind, mode, created_at)
      values (${accountId}, ${wish.kind}, ${wish.mode}, ${ctx.clock()}) returning id`.execute(tx.sql);
    const id = made.rows[0]?.id ?? '';
    const lines = rows.map(({ row, reason }, index) => ({ place: index + 1, row, reason }));
    await sql`insert into import_rows (import_id, place, row, state, reason)
      select ${id}, place, row, case when reason is null then 'waiting' else 'failed' end, reason
      from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as line (place int, row jsonb, reason text)`.execute(
      tx.sql,
    );
    await tx.emit('import.started', { importId: id });
    return id;
  });
}

export interface ImportRun {
  id: string;
  accountId: string;
  kind: ExchangeKind;
  mode: ImportMode;
}

/** An import that is not finished, or null. */
export async function findRun(ctx: AppContext, importId: string): Promise<ImportRun | null> {
  const { rows } = await sql<ImportRun>`select id, account_id as "accountId", kind, mode from imports
    where id = ${importId} and finished_at is null`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** The next lines that wait. */
export async function nextRows(
  ctx: AppContext,
  importId: string,
  count: number,
): Promise<Array<{ place: number; row: ExchangeRow }>> {
  const { rows } = await sql<{ place: number; row: ExchangeRow }>`select place, row from import_rows
    where import_id = ${importId} and state = 'waiting' order by place limit ${count}`.execute(ctx.database.read);
  return rows;
}

/** Every target of a file, as `overwrite` compares them. */
export async function namedTargets(ctx: AppContext, importId: string): Promise<ExchangeRow[]> {
  const { rows } = await sql<{ row: ExchangeRow }>`select row from import_rows where import_id = ${importId}`.execute(
    ctx.database.read,
  );
  return rows.map(({ row }) => row);
}

/** Notes what became of a line; a reason means that it failed. */
export async function settleRow(
  ctx: AppContext,
  importId: string,
  place: number,
  reason: string | null,
): Promise<void> {
  await ctx.database.write((tx) =>
    sql`update import_rows set state = ${reason === null ? 'done' : 'failed'}, reason = ${reason}
      where import_id = ${importId} and place = ${place}`.execute(tx.sql),
  );
}

/** Lets the work go on after some lines. */
export async function continueLater(ctx: AppContext, importId: string): Promise<void> {
  await ctx.database.write((tx) => tx.emit('import.started', { importId }));
}

/** Nothing is left to do. */
export async function finishImport(ctx: AppContext, importId: string): Promise<void> {
  await ctx.database.write((tx) =>
    sql`update imports set finished_at = ${ctx.clock()} where id = ${importId} and finished_at is null`.execute(tx.sql),
  );
}

/** Forgets imports that ended a month ago. Returns how many. */
export async function purgeImports(ctx: AppContext): Promise<number> {
  const before = new Date(ctx.clock().getTime() - 30 * 86_400_000);
  const { numAffectedRows } = await ctx.database.write((tx) =>
    sql`delete from imports where finished_at < ${before}`.execute(tx.sql),
  );
  return Number(numAffectedRows ?? 0);
}
