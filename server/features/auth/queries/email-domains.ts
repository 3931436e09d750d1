// Reading which e-mail providers are blocked, and how often that refused somebody.
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';

export interface EmailDomainBlockView {
  id: string;
  domain: string;
  createdAt: Date;
  /** The last seven days, today first; `day` counts from the beginning of 1970, in UTC. */
  history: Array<{ day: number; refused: number }>;
}

const shownDays = 7;

/** The day of a moment, counted from the beginning of 1970, in UTC. */
export const dayOf = (moment: Date): number => Math.floor(moment.getTime() / 86_400_000);

function view(ctx: AppContext): RawBuilder<unknown> {
  const today = dayOf(ctx.clock());
  return sql`b.id::text, b.domain, b.created_at as "createdAt", (
    select json_agg(json_build_object('day', d.day, 'refused', coalesce(r.refused, 0)) order by d.day desc)
    from generate_series(${today - shownDays + 1}::int, ${today}::int) as d (day)
    left join email_domain_refusals r on r.block_id = b.id and r.day = d.day) as history`;
}

/** A page of blocks, the newest first. */
export async function emailDomainBlocksPage(ctx: AppContext, page: Stretch): Promise<EmailDomainBlockView[]> {
  const { bounds, order } = takeStretch(sql.ref('b.id'), page);
  const { rows } = await sql<EmailDomainBlockView>`
    select ${view(ctx)} from email_domain_blocks b where ${bounds} ${order}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}

export async function findEmailDomainBlock(
  ctx: AppContext,
  by: { id: string } | { domain: string },
): Promise<EmailDomainBlockView | null> {
  const { rows } = await sql<EmailDomainBlockView>`select ${view(ctx)} from email_domain_blocks b
    where ${'id' in by ? sql`b.id = ${by.id}` : sql`b.domain = ${by.domain}`}`.execute(ctx.database.read);
  return rows[0] ?? null;
}
