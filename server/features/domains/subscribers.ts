// What follows a change at once: what was still owed to servers that are shut out now is not sent, and what is shown is made anew.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { sql } from '#server/platform/database.ts';
import { shownFragment } from './queries.ts';

const batch = 500;

/** What people are shown is made anew. The verb does so as well, but the command line is on no bus. */
export async function forgetShown(ctx: AppContext): Promise<void> {
  await ctx.fragments.drop([shownFragment]);
}

/** Ends the deliveries that wait for servers with whom nothing passes any more. Safe to run twice. */
export async function endDeliveries(ctx: AppContext, _event: Events['domains.changed']): Promise<void> {
  // The process that runs this may not have heard of the change yet.
  await ctx.domains.refresh();
  const { rows } = await sql<{ host: string }>`
    select distinct host from deliveries where state = 'waiting'`.execute(ctx.database.read);
  const shut = rows.map(({ host }) => host).filter((host) => ctx.domains.isShut(host));
  for (let count = shut.length === 0 ? 0 : batch; count === batch;) {
    const ended = await sql`
      update deliveries set state = 'failed', last_error = 'blocked_domain', finished_at = ${ctx.clock()}, leased_until = null
      where id in (select id from deliveries where state = 'waiting' and host = any(${shut}::text[]) order by id limit ${batch})
      returning id`.execute(ctx.database.read);
    count = ended.rows.length;
  }
}
