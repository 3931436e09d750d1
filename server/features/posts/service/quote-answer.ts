// What becomes of a quote when the author of the quoted post, or their server, says something: yes, no, no longer.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { QuoteAnswer } from '../entities/quotes.ts';
import { isCounted } from '../policy.ts';
import { forget } from './forget.ts';
import { wasBuried } from './import.ts';
import { countQuote } from './quote.ts';
import { holdPost } from './record.ts';

/** A quote as those who answer for it need it. */
export interface QuoteWish {
  postId: string;
  postUri: string;
  /** Who quotes. */
  accountId: string;
  local: boolean;
  quotedId: string | null;
  quotedUri: string | null;
  /** Who is quoted; null when that is not known yet. */
  quotedAccountId: string | null;
  quotedAccountUri: string | null;
  state: QuoteAnswer;
}

/** The quote in a post, or null. */
export async function findWish(ctx: AppContext, postId: string): Promise<QuoteWish | null> {
  const { rows } = await sql<QuoteWish>`
    select q.post_id::text as "postId", p.uri as "postUri", p.account_id::text as "accountId", p.local, quoted.id::text as "quotedId",
      coalesce(quoted.uri, q.quoted_uri) as "quotedUri", a.id::text as "quotedAccountId", a.uri as "quotedAccountUri", q.state
    from quotes q join posts p on p.id = q.post_id left join posts quoted on quoted.id = q.quoted_id
      left join accounts a on a.id = quoted.account_id
    where q.post_id = ${postId}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** What an agreement is: where it stands, and who gave it. Null for those who quote themselves, and for posts of ours. */
export type Authorization = { uri: string; accountUri: string } | null;

/** Shows what is quoted; `authorization` has been read where it stands. False when it was taken back meanwhile. */
export async function acceptQuote(
  ctx: AppContext,
  quote: { postId: string; quotedId: string; authorization: Authorization },
): Promise<boolean> {
  const { postId, quotedId, authorization } = quote;
  const done = await ctx.database.write(async (tx) => {
    const joined = { ...ctx, database: ctx.database.joined(tx) };
    if (authorization !== null && (await wasBuried(joined, authorization.uri, authorization.accountUri))) return false;
    await holdPost(tx, quotedId);
    const { rows } = await sql<{ visibility: Visibility }>`
      update quotes q set state = 'accepted', quoted_id = ${quotedId}, authorization_uri = ${authorization?.uri ?? null}
      from posts p where p.id = q.post_id and q.post_id = ${postId} and q.state <> 'accepted'
      returning p.visibility`.execute(tx.sql);
    const [post] = rows;
    if (!post) return false;
    if (isCounted(post.visibility)) countQuote(tx, quotedId, 1);
    await tx.emit('quote.changed', { postId, quotedId });
    return true;
  });
  if (done) await forget(ctx, { posts: [postId, quotedId] });
  return done;
}

/** The author says no: what was asked is refused, what was allowed is taken back. False when that is known. */
export async function refuseQuote(ctx: AppContext, postId: string): Promise<boolean> {
  return endQuotes(ctx, sql`q.post_id = ${postId}`);
}

/** The agreement at this address, given by that account, is taken back. False when no quote stands on it. */
export async function revokeAuthorization(
  ctx: AppContext,
  authorization: { uri: string; accountId: string },
): Promise<boolean> {
  const { uri, accountId } = authorization;
  return endQuotes(
    ctx,
    sql`q.authorization_uri = ${uri} and exists (select from posts s where s.id = q.quoted_id and s.account_id = ${accountId})`,
  );
}

async function endQuotes(ctx: AppContext, which: ReturnType<typeof sql>): Promise<boolean> {
  const ended = await ctx.database.write(async (tx) => {
    const { rows } = await sql<Ended>`
      with held as (
        select q.post_id, q.state from quotes q where ${which} and q.state in ('pending', 'accepted') for update
      )
      update quotes q set state = case held.state when 'pending' then 'rejected' else 'revoked' end
      from held join posts p on p.id = held.post_id where q.post_id = held.post_id
      returning q.post_id::text as "postId", q.quoted_id::text as "quotedId", p.visibility, held.state as former`.execute(
      tx.sql,
    );
    for (const row of rows) await noteEnd(tx, row);
    return rows;
  });
  await forget(ctx, { posts: ended.flatMap(({ postId, quotedId }) => [postId, quotedId]) });
  return ended.length > 0;
}

interface Ended {
  postId: string;
  quotedId: string | null;
  visibility: Visibility;
  former: QuoteAnswer;
}

async function noteEnd(tx: Transaction, { postId, quotedId, visibility, former }: Ended): Promise<void> {
  if (former === 'accepted' && quotedId !== null && isCounted(visibility)) countQuote(tx, quotedId, -1);
  await tx.emit('quote.changed', { postId, quotedId });
}
