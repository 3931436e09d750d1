// Who may quote what.
import type { Visibility } from '#server/features/instance/entities.ts';
import type { QuotePolicy } from '../entities.ts';

/** What a post says of those who would quote it. */
export interface QuotablePost {
  accountId: string;
  visibility: Visibility;
  quotePolicy: QuotePolicy;
  quoteAsking?: QuotePolicy;
}

/** What somebody who would quote is told: they may, their wish is put to the author, or no. */
export type QuoteLeave = 'automatic' | 'manual' | 'denied';

/** The policy that counts: what is not for all is quoted by its author alone. */
export function quotePolicyOf(post: Pick<QuotablePost, 'visibility' | 'quotePolicy'>): QuotePolicy {
  return post.visibility === 'public' || post.visibility === 'unlisted' ? post.quotePolicy : 'nobody';
}

/** Who may ask, as far as that counts. */
export function quoteAskingOf(post: Pick<QuotablePost, 'visibility' | 'quoteAsking'>): QuotePolicy {
  return quotePolicyOf({ visibility: post.visibility, quotePolicy: post.quoteAsking ?? 'nobody' });
}

/** What a policy says to an account that sees the post. Direct posts are quoted by nobody, one's own others always. */
export function quoteLeave(accountId: string, post: QuotablePost, follows: boolean): QuoteLeave {
  if (post.visibility === 'direct') return 'denied';
  if (post.accountId === accountId) return 'automatic';
  const takesIn = (policy: QuotePolicy): boolean => policy === 'public' || (policy === 'followers' && follows);
  if (takesIn(quotePolicyOf(post))) return 'automatic';
  return takesIn(quoteAskingOf(post)) ? 'manual' : 'denied';
}

/** True when that account may quote a post that it sees without anybody being asked. */
export function mayQuote(accountId: string, post: QuotablePost, follows: boolean): boolean {
  return quoteLeave(accountId, post, follows) === 'automatic';
}

/** The visibility of a post that quotes: a followers-only post is shown to followers at most. */
export function quotingVisibility(quoted: { visibility: Visibility }, wanted: Visibility): Visibility {
  return quoted.visibility === 'followers' && wanted !== 'direct' ? 'followers' : wanted;
}
