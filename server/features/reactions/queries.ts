// Reading who reacted.
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { notBlocked } from '#server/features/posts/policy.ts';
import { sql } from '#server/platform/database.ts';

export interface ReactionView {
  id: string;
  postId: string;
  accountId: string;
  name: string;
  emoji: EmojiReference | null;
  uri: string | null;
}

/** A reaction by its id, or null. */
export async function findReaction(ctx: AppContext, id: string): Promise<ReactionView | null> {
  const { rows } = await sql<ReactionView>`
    select id, post_id as "postId", account_id as "accountId", name, emoji, uri from reactions where id = ${id}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** Who reacted with one emoji, and whether the viewer is among them. */
export interface Reactors {
  name: string;
  accountIds: string[];
  mine: boolean;
}

/** Who reacted to a post, the latest first, by the emoji: at most `each` of every one, or of `name` alone. Those whom the viewer blocks are left out. */
export async function reactorsOf(
  ctx: AppContext,
  postId: string,
  viewerId: string | null,
  { name, each }: { name: string | null; each: number },
): Promise<Reactors[]> {
  const heard = viewerId === null ? sql`true` : notBlocked(sql`${viewerId}::bigint`, sql.ref('r.account_id'));
  const { rows } = await sql<Reactors>`
    select kind.name, coalesce((
        select array_agg(latest.account_id::text order by latest.id desc) from (
          select r.id, r.account_id from reactions r where r.post_id = ${postId} and r.name = kind.name and ${heard}
          order by r.id desc limit ${each}) latest), '{}') as "accountIds",
      exists (select from reactions r where r.post_id = ${postId} and r.name = kind.name
        and r.account_id = ${viewerId}::bigint) as mine
    from posts p, jsonb_to_recordset(p.reactions) as kind (name text)
    where p.id = ${postId} and (${name}::text is null or kind.name = ${name})`.execute(ctx.database.read);
  return rows;
}

/** What an account reacted with to a post, by the reaction's address or by its name. */
export async function findOwnReaction(
  ctx: AppContext,
  accountId: string,
  by: { uri: string | null } | { postId: string; names: readonly string[] },
): Promise<ReactionView | null> {
  const is = 'uri' in by ? sql`uri = ${by.uri}` : sql`post_id = ${by.postId} and name = any(${[...by.names]}::text[])`;
  const { rows } = await sql<ReactionView>`
    select id, post_id as "postId", account_id as "accountId", name, emoji, uri from reactions
    where account_id = ${accountId} and ${is} limit 1`.execute(ctx.database.read);
  return rows[0] ?? null;
}
