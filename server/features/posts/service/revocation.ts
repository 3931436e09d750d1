// Authors who take their agreement back: to being quoted, answered, liked or boosted. What stood on it ends; what somebody here wrote
// stays theirs.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql } from '#server/platform/database.ts';
import { findPost } from '../queries.ts';
import { unboostPost } from './boost.ts';
import { countAround } from './count.ts';
import { forget, forgottenPost } from './forget.ts';
import { unlikePost } from './like.ts';
import { revokeAuthorization } from './quote-answer.ts';

/** An agreement of that account, at that address. */
interface Agreement {
  uri: string;
  accountId: string;
}

/** What stands on an agreement. `id` is that of the post; of a like, that of the post that is liked. */
interface Standing {
  kind: 'quote' | 'reply' | 'boost' | 'like';
  id: string;
  accountId: string;
  local: boolean;
}

/** Ends what stands on an agreement that its author took back. False when nothing does. */
export async function revokeAgreement(ctx: AppContext, agreement: Agreement): Promise<boolean> {
  const standing = await findStanding(ctx, agreement);
  for (const one of standing) {
    const { kind, id: postId, accountId, local } = one;
    if (kind === 'quote') await revokeAuthorization(ctx, agreement);
    else if (kind === 'like') await unlikePost(ctx, { accountId, postId });
    else if (kind === 'boost') await unboostPost(ctx, { accountId, postId });
    else if (local) await refuseAnswer(ctx, postId);
    else await withdrawAnswer(ctx, postId);
  }
  return standing.length > 0;
}

/** Anybody can name an agreement; only its giver's posts are looked at. An agreement is to one thing. */
async function findStanding(ctx: AppContext, { uri, accountId }: Agreement): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select 'quote' as kind, q.post_id::text as id, p.account_id::text as "accountId", p.local
    from quotes q join posts p on p.id = q.post_id join posts s on s.id = q.quoted_id
    where q.authorization_uri = ${uri} and s.account_id = ${accountId}
    union all
    select case when p.boost_of_id is null then 'reply' else 'boost' end, p.id::text, p.account_id::text, p.local
    from posts p join posts s on s.id = coalesce(p.boost_of_id, p.in_reply_to_id)
    where p.approved_by = ${uri} and p.awaits_id is null and s.account_id = ${accountId} and s.interaction_rules is not null
    union all
    select 'like', l.post_id::text, l.account_id::text, l.uri is null from likes l join posts s on s.id = l.post_id
    where l.approved_by = ${uri} and s.account_id = ${accountId}
    limit 10`.execute(ctx.database.read);
  return rows;
}

/**
 * An answer of ours that the author of the other post does not want, or no longer. Whoever wrote it keeps it and sees that; for everybody
 * else, here and elsewhere, it is gone. Nothing when it was refused before.
 */
export async function refuseAnswer(ctx: AppContext, postId: string): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null) return;
  const isNew = await ctx.database.write(async (tx) => {
    const {
      rows: [locked],
    } = await sql<{
      awaits_id: string | null;
    }>`select awaits_id from posts where id = ${postId} and awaits_id is distinct from account_id for update`.execute(
      tx.sql,
    );
    if (!locked) return false;
    const refused = { ...post, awaitsId: locked.awaits_id };
    await sql`update posts set awaits_id = account_id, approved_by = null where id = ${postId}`.execute(tx.sql);
    await tx.sql.deleteFrom('interaction_requests').where('subject_id', '=', postId).execute();
    await tx.sql.deleteFrom('pins').where('post_id', '=', postId).execute();
    countAround(tx, refused, -1);
    await tx.emit('reply.refused', forgottenPost(refused));
    return true;
  });
  if (isNew) await forget(ctx, { posts: [postId, post.inReplyToId] });
}

/** An answer between others is shown no more, until its author brings another agreement. */
async function withdrawAnswer(ctx: AppContext, postId: string): Promise<void> {
  const parentId = await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ visibility: Visibility; parentId: string }>`
      update posts p set awaits_id = s.account_id from posts s
      where p.id = ${postId} and p.awaits_id is null and s.id = p.in_reply_to_id
      returning p.visibility, s.id::text as "parentId"`.execute(tx.sql);
    const [answer] = rows;
    if (!answer) return null;
    const { visibility, parentId: inReplyToId } = answer;
    countAround(tx, { local: false, visibility, inReplyToId, boostOfId: null, awaitsId: null }, -1);
    await tx.emit('reply.unproven', { postId, wasShown: true });
    return inReplyToId;
  });
  if (parentId !== null) await forget(ctx, { posts: [postId, parentId] });
}
