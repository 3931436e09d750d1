// Keeping one home timeline from showing the same post again and again because many boost it.
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { defaultBoostHours } from '../entities.ts';

/** A post that is among so many latest entries is not repeated, however long ago it came. */
const latestEntries = 40;
const maxHours = 24 * 30;

/**
 * The condition that a boost shows its reader something that is not at home already: neither the post itself nor another boost
 * of it came within the reader's window before it, or stands among the latest entries. All are expressions of type bigint.
 */
export function bringsNews(
  reader: RawBuilder<unknown>,
  boost: RawBuilder<unknown>,
  subject: RawBuilder<unknown>,
): RawBuilder<boolean> {
  const hours = sql`coalesce((select s.boost_hours from home_settings s where s.account_id = ${reader}), ${sql.lit(defaultBoostHours)})`;
  // Ids hold milliseconds in their upper bits.
  const isRecent = sql`(e.post_id > ${boost} - ((${hours}::bigint * 3600000) << 16) or e.post_id >= (
    select l.post_id from feed_entries l where l.owner_id = ${reader} order by l.post_id desc offset ${sql.lit(latestEntries - 1)} limit 1))`;
  return sql<boolean>`(${hours} = 0 or (
    not exists (select from feed_entries e where e.owner_id = ${reader} and e.post_id = ${subject} and ${isRecent})
    and not exists (select from feed_entries e where e.owner_id = ${reader} and e.boost_of_id = ${subject} and e.post_id <> ${boost} and ${isRecent})))`;
}

/** Sets for how many hours further boosts of a post are not shown; 0 shows all. @throws {Invalid} */
export async function setBoostHours(ctx: AppContext, accountId: string, hours: number): Promise<void> {
  if (!Number.isInteger(hours) || hours < 0 || hours > maxHours)
    throw new Invalid(`Validation failed: boost_hours is a number of hours from 0 to ${maxHours}`);
  await sql`insert into home_settings (account_id, boost_hours) values (${accountId}, ${hours})
    on conflict (account_id) do update set boost_hours = excluded.boost_hours`.execute(ctx.database.read);
}
