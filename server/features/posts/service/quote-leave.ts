// Letting somebody of another server quote a post of ours, when its policy takes them in.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { QuotePolicy } from '../entities.ts';
import type { QuoteAnswer } from '../entities/quotes.ts';
import { visiblePosts } from '../policy.ts';
import { mayQuote } from '../policy/quote.ts';
import { forget } from './forget.ts';
import { recordQuote } from './quote.ts';

/**
 * True when that account may quote the post. With `postId`, a post of theirs, it quotes ours from then on; one that its author was
 * taken out of stays out of it.
 */
export async function allowQuote(
  ctx: AppContext,
  accountId: string,
  quotedId: string,
  postId: string | null = null,
): Promise<boolean> {
  const answer = await ctx.database.write(async (tx) => {
    const isAllowed = await isTakenIn(tx, accountId, quotedId);
    if (!isAllowed || postId === null) return { isAllowed, isNew: false };
    const { rows } = await sql<{ quoted_id: string | null; state: QuoteAnswer }>`
      select quoted_id::text, state from quotes where post_id = ${postId}`.execute(tx.sql);
    const [present] = rows;
    if (present) return { isAllowed: present.quoted_id === quotedId && present.state === 'accepted', isNew: false };
    const { visibility } = await tx.sql
      .selectFrom('posts')
      .select('visibility')
      .where('id', '=', postId)
      .executeTakeFirstOrThrow();
    await recordQuote(tx, { id: postId, visibility }, { id: quotedId, state: 'accepted' });
    await tx.emit('quote.changed', { postId, quotedId });
    return { isAllowed: true, isNew: true };
  });
  if (answer.isNew) await forget(ctx, { posts: [postId, quotedId] });
  return answer.isAllowed;
}

interface Quotable {
  accountId: string;
  visibility: Visibility;
  quotePolicy: QuotePolicy;
  follows: boolean;
}

async function isTakenIn(tx: Transaction, accountId: string, quotedId: string): Promise<boolean> {
  const { rows } = await sql<Quotable>`
    select p.account_id::text as "accountId", p.visibility, p.quote_policy as "quotePolicy", exists (
      select from follows f where f.follower_id = ${accountId} and f.followee_id = p.account_id and f.state = 'accepted') as follows
    from posts p where p.id = ${quotedId} and ${visiblePosts(accountId, 'p')}`.execute(tx.sql);
  const [quoted] = rows;
  return quoted !== undefined && mayQuote(accountId, quoted, quoted.follows);
}
