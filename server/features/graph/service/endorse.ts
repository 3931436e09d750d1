// Showing people on one's own profile, and noting something about them for oneself.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';

/** Shows somebody whom one follows on one's profile; a second time changes nothing. @throws {Invalid} when one does not follow them */
export async function endorse(ctx: AppContext, accountId: string, endorsedId: string): Promise<void> {
  const { rows } = await ctx.database.write((tx) =>
    sql`with followed as (
        select from follows where follower_id = ${accountId} and followee_id = ${endorsedId} and state = 'accepted' for share
      ), shown as (
        insert into endorsements (id, account_id, endorsed_id, created_at)
        select ${ctx.newId()}::bigint, ${accountId}::bigint, ${endorsedId}::bigint, ${ctx.clock()}::timestamptz from followed
        on conflict (account_id, endorsed_id) do nothing
      )
      select 1 as found from followed`.execute(tx.sql),
  );
  if (rows.length === 0) {
    const description = 'You must be following the person whom you want to show on your profile';
    throw new Invalid(`Validation failed: ${description}`, {
      details: { account_id: [{ error: 'ERR_INVALID', description }] },
    });
  }
}

/** Shows somebody no longer; fine when they are not shown. */
export async function unendorse(ctx: AppContext, accountId: string, endorsedId: string): Promise<void> {
  await ctx.database.write((tx) =>
    tx.sql
      .deleteFrom('endorsements')
      .where('account_id', '=', accountId)
      .where('endorsed_id', '=', endorsedId)
      .execute(),
  );
}

/** Keeps what one notes about somebody, for one's own eyes; an empty text forgets it. */
export async function writeNote(ctx: AppContext, accountId: string, aboutId: string, text: string): Promise<void> {
  const note = { text: text.trim(), updated_at: ctx.clock() };
  await ctx.database.write(async (tx) => {
    if (note.text === '') {
      await tx.sql
        .deleteFrom('account_notes')
        .where('account_id', '=', accountId)
        .where('about_id', '=', aboutId)
        .execute();
      return;
    }
    await tx.sql
      .insertInto('account_notes')
      .values({ account_id: accountId, about_id: aboutId, ...note })
      .onConflict((is) => is.columns(['account_id', 'about_id']).doUpdateSet(note))
      .execute();
  });
}
