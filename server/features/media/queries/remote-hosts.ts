// Servers of which something is shown here.
import type { AppContext } from '#server/context.ts';
import { patternsOf } from '#server/features/domains/policy/names.ts';
import { sql } from '#server/platform/database.ts';

/** Hosts of kept files, and domains of accounts: those that are, or lie below, one of the names; null: all. */
export async function hostsWithFiles(ctx: AppContext, names: readonly string[] | null): Promise<string[]> {
  const fits = names === null ? sql`true` : sql`lower(host) like any(${patternsOf(names)}::text[])`;
  const { rows } = await sql<{ host: string }>`
    select distinct host from (
      select host from remote_files union all select domain from accounts where domain is not null) seen
    where ${fits}`.execute(ctx.database.read);
  return rows.map(({ host }) => host);
}
