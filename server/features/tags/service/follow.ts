// Following hashtags: their public posts come into one's home timeline.
import type { AppContext } from '#server/context.ts';
import { recordTagNames, type TagSpelling } from '#server/features/posts/service/record.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { tagLimits } from '../policy.ts';

/** Follows a hashtag, which need not have been used yet; a second time changes nothing. @throws {Invalid} when there are too many */
export async function followTag(ctx: AppContext, accountId: string, tag: TagSpelling): Promise<void> {
  await ctx.database.write(async (tx) => {
    await recordTagNames(tx, [tag], ctx.clock());
    const { rows } = await sql<{ tag_id: string }>`
      insert into tag_follows (account_id, tag_id, created_at)
      select ${accountId}::bigint, id, ${ctx.clock()} from tags where name = ${tag.name}
      on conflict do nothing returning tag_id`.execute(tx.sql);
    const [added] = rows;
    if (!added) return;
    const { rows: all } = await sql`select from tag_follows where account_id = ${accountId}`.execute(tx.sql);
    if (all.length > tagLimits.followed)
      throw new Invalid(`Validation failed: You follow ${tagLimits.followed} hashtags; unfollow one first`);
    await tx.emit('tag.followed', { accountId, tagId: added.tag_id });
  });
}

/** Ends it; nothing happens when there is nothing to end. */
export async function unfollowTag(ctx: AppContext, accountId: string, key: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ tag_id: string }>`
      delete from tag_follows where account_id = ${accountId} and tag_id = (select id from tags where name = ${key})
      returning tag_id`.execute(tx.sql);
    const [gone] = rows;
    if (gone) await tx.emit('tag.unfollowed', { accountId, tagId: gone.tag_id });
  });
}
