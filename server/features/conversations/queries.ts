// Reading one's own talks. Nobody reads another's.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { visiblePosts } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';

export interface TalkView {
  id: string;
  /** The ids of the others. */
  others: string[];
  lastPostId: string;
  unread: boolean;
}

const columns = sql`t.id, string_to_array(nullif(t.others, ''), ',') as others, t.last_post_id as "lastPostId", t.unread`;

/** A page of an account's talks, the one with the latest post first; pages by that post. */
export async function talkPage(ctx: AppContext, accountId: string, page: Stretch): Promise<TalkView[]> {
  const { bounds, order } = takeStretch(sql.ref('t.last_post_id'), page);
  const rows = await select(ctx, accountId, sql`${bounds} ${order}`);
  return newestFirst(rows, page);
}

/** That talk of the account, or null. */
export async function findTalk(ctx: AppContext, accountId: string, id: string): Promise<TalkView | null> {
  if (!isId(id)) return null;
  const [talk] = await select(ctx, accountId, sql`t.id = ${id}`);
  return talk ?? null;
}

async function select(ctx: AppContext, accountId: string, rest: RawBuilder<unknown>): Promise<TalkView[]> {
  const { rows } = await sql<Omit<TalkView, 'others'> & { others: string[] | null }>`
    select ${columns} from talks t join posts on posts.id = t.last_post_id
    where t.account_id = ${accountId} and ${visiblePosts(accountId)} and ${rest}`.execute(ctx.database.read);
  return rows.map((row) => ({ ...row, others: row.others ?? [] }));
}
