// What somebody wants of their home timeline.
import type { AppContext } from '#server/context.ts';
import { defaultBoostHours } from '../entities.ts';

/** For how many hours further boosts of a post are not shown to that account. */
export async function boostHoursOf(ctx: AppContext, accountId: string): Promise<number> {
  const row = await ctx.database.read
    .selectFrom('home_settings')
    .select('boost_hours')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.boost_hours ?? defaultBoostHours;
}
