// Reading what was decided about other servers.
import type { Selectable } from 'kysely';
import type { AppContext } from '#server/context.ts';
import { sql, type Database, type Transaction } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { Tables } from '#server/schema.ts';
import type { BlockTerms, ChangeSource, ChangeStep } from './entities.ts';
import type { DomainRule } from './policy.ts';
import { readServerName } from './policy/names.ts';

export interface BlockView extends BlockTerms {
  id: string;
  domain: string;
  createdAt: Date;
}

export interface AllowView {
  id: string;
  domain: string;
  createdAt: Date;
}

/** Where the blocks that people are shown are kept as text. */
export const shownFragment = 'shown domain blocks';

/** What the rules are made of. Two statements. */
export async function loadDecided(database: Database): Promise<{ blocks: DomainRule[]; allows: string[] }> {
  const { rows: blocks } = await sql<DomainRule>`
    select domain, severity, reject_media as "rejectMedia", reject_reports as "rejectReports" from server_blocks`.execute(
    database.read,
  );
  const { rows: allows } = await sql<{ domain: string }>`select domain from server_allows`.execute(database.read);
  return { blocks, allows: allows.map(({ domain }) => domain) };
}

function blockView(row: Selectable<Tables['server_blocks']>): BlockView {
  return {
    id: row.id,
    domain: row.domain,
    severity: row.severity,
    rejectMedia: row.reject_media,
    rejectReports: row.reject_reports,
    privateComment: row.private_comment,
    publicComment: row.public_comment,
    obfuscate: row.obfuscate,
    listId: row.list_id,
    createdAt: row.created_at,
  };
}

/** A page of blocks, the newest first; with `sought` those whose name holds it. */
export async function blocksPage(ctx: AppContext, page: Stretch, sought = ''): Promise<BlockView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const word = readServerName(sought) ?? sought.trim().toLowerCase();
  const { rows } = await sql<Selectable<Tables['server_blocks']>>`
    select * from server_blocks where ${bounds} and strpos(domain, ${word}) > 0 ${order}`.execute(ctx.database.read);
  return newestFirst(rows, page).map(blockView);
}

/** All blocks by name. */
export async function allBlocks(ctx: AppContext): Promise<BlockView[]> {
  const rows = await ctx.database.read.selectFrom('server_blocks').selectAll().orderBy('domain').execute();
  return rows.map(blockView);
}

export async function findBlock(ctx: AppContext, id: string): Promise<BlockView | null> {
  const row = await ctx.database.read.selectFrom('server_blocks').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? blockView(row) : null;
}

/** The blocks of just these names, held until the transaction ends. */
export async function blocksNamed(tx: Transaction, domains: readonly string[]): Promise<Map<string, BlockView>> {
  const { rows } = await sql<Selectable<Tables['server_blocks']>>`
    select * from server_blocks where domain = any(${domains}::text[]) for update`.execute(tx.sql);
  return new Map(rows.map((row) => [row.domain, blockView(row)]));
}

export async function findBlockNamed(ctx: AppContext, domain: string): Promise<BlockView | null> {
  const row = await ctx.database.read
    .selectFrom('server_blocks')
    .selectAll()
    .where('domain', '=', domain)
    .executeTakeFirst();
  return row ? blockView(row) : null;
}

const allowColumns = sql.raw('id, domain, created_at as "createdAt"');

/** A page of the list of those with whom we talk, the newest first. */
export async function allowsPage(ctx: AppContext, page: Stretch): Promise<AllowView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<AllowView>`select ${allowColumns} from server_allows where ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

export async function findAllow(ctx: AppContext, by: { id: string } | { domain: string }): Promise<AllowView | null> {
  const { rows } = await sql<AllowView>`select ${allowColumns} from server_allows
    where ${'id' in by ? sql`id = ${by.id}` : sql`domain = ${by.domain}`}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

export interface ChangeView {
  id: string;
  source: ChangeSource;
  actorId: string | null;
  listId: string | null;
  undoesId: string | null;
  steps: ChangeStep[];
  createdAt: Date;
  undoneAt: Date | null;
}

const changeColumns = sql.raw(
  'id, source, actor_id as "actorId", list_id as "listId", undoes_id as "undoesId", steps, created_at as "createdAt", undone_at as "undoneAt"',
);

/** A page of what was changed, the newest first. */
export async function changesPage(ctx: AppContext, page: Stretch): Promise<ChangeView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<ChangeView>`
    select ${changeColumns} from domain_changes where source <> 'mode' and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

export async function findChange(ctx: AppContext, id: string): Promise<ChangeView | null> {
  const { rows } = await sql<ChangeView>`
    select ${changeColumns} from domain_changes where id = ${id} and source <> 'mode'`.execute(ctx.database.read);
  return rows[0] ?? null;
}
