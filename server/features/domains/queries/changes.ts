// What a change is about.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';

const few = 100;

/** The names that a change is about; null when they are many, or when it concerns all servers. */
export async function changedNames(ctx: AppContext, changeId: string): Promise<string[] | null> {
  const { rows } = await sql<{ source: string; names: string[] | null }>`
    select source, case when jsonb_array_length(steps) <= ${few}
      then (select array_agg(step ->> 'domain') from jsonb_array_elements(steps) step) end as names
    from domain_changes where id = ${changeId}`.execute(ctx.database.read);
  const [change] = rows;
  return change === undefined || change.source === 'mode' ? null : change.names;
}
