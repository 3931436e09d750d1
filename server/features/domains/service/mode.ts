// The list of those with whom we talk begins or ceases to count with a setting: the accounts of all servers are then judged anew.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { noteChange } from './change.ts';

/** Lets accounts follow the setting when it is another one than they were judged by. */
export async function followMode(ctx: AppContext): Promise<void> {
  const isListed = ctx.config.federation === 'allow-list';
  await ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('domains', 0))`.execute(tx.sql);
    const { rows } = await sql<{ listed: boolean }>`
      select steps -> 0 ->> 'after' is not null as listed from domain_changes where source = 'mode' order by id desc limit 1`.execute(
      tx.sql,
    );
    const wasListed = rows[0]?.listed ?? false;
    if (wasListed === isListed) return;
    const [before, after] = isListed ? [null, true as const] : [true as const, null];
    await noteChange(ctx, tx, { source: 'mode', actorId: null }, [{ what: 'allow', domain: '*', before, after }]);
  });
}
