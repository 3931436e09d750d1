// Reading the lists that are followed, and what blocks would cost people here.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { BlockTerms } from '../entities.ts';
import { hostNames } from '../policy/names.ts';
import { allBlocks } from '../queries.ts';

export interface ListView {
  id: string;
  url: string;
  createdAt: Date;
  dueAt: Date | null;
  fetchedAt: Date | null;
  names: number;
  failure: string | null;
  /** How many blocks come from it now. */
  blocks: number;
}

const view = sql`l.id::text, l.url, l.created_at as "createdAt", l.due_at as "dueAt", l.fetched_at as "fetchedAt", l.names, l.failure,
  (select count(*)::int from server_blocks b where b.list_id = l.id) as blocks`;

/** All lists, the oldest first. */
export async function allLists(ctx: AppContext): Promise<ListView[]> {
  const { rows } = await sql<ListView>`select ${view} from block_lists l order by l.id`.execute(ctx.database.read);
  return rows;
}

export async function findList(ctx: AppContext, by: { id: string } | { url: string }): Promise<ListView | null> {
  const { rows } = await sql<ListView>`select ${view} from block_lists l
    where ${'id' in by ? sql`l.id = ${by.id}` : sql`l.url = ${by.url}`}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** Lists that are to be fetched now. */
export async function dueLists(ctx: AppContext): Promise<ListView[]> {
  const { rows } =
    await sql<ListView>`select ${view} from block_lists l where l.due_at <= ${ctx.clock()} order by l.due_at`.execute(
      ctx.database.read,
    );
  return rows;
}

/** All blocks by their names, as a plan needs them. */
export async function presentTerms(ctx: AppContext, tx?: Transaction): Promise<Map<string, BlockTerms>> {
  const within = tx === undefined ? ctx : { ...ctx, database: ctx.database.joined(tx) };
  return new Map(
    (await allBlocks(within)).map(({ id: _id, createdAt: _createdAt, domain, ...terms }) => [domain, terms]),
  );
}

/** How many follows between people here and each of these servers, with all below them, there are now. One statement. */
export async function followsWith(ctx: AppContext, domains: readonly string[]): Promise<Map<string, number>> {
  if (domains.length === 0) return new Map();
  const { rows } = await sql<{ domain: string; host: string; count: number }>`
    select lower(domain) as domain, lower(split_part(uri, '/', 3)) as host, count(*)::int as count from (
      select a.domain, a.uri from follows f join accounts a on a.id = f.follower_id where f.state = 'accepted' and a.domain is not null
      union all
      select a.domain, a.uri from follows f join accounts a on a.id = f.followee_id where f.state = 'accepted' and a.domain is not null
    ) far group by 1, 2`.execute(ctx.database.read);
  const wanted = new Set(domains);
  const counts = new Map<string, number>();
  for (const { domain, host, count } of rows) {
    const name = [...hostNames(domain), ...hostNames(host)].find((one) => wanted.has(one));
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}
