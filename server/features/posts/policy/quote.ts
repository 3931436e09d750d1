// Who may quote what.
import type { Visibility } from '#server/features/instance/entities.ts';
import type { QuotePolicy } from '../entities.ts';

/** What a post says of those who would quote it. */
export interface QuotablePost {
  accountId: string;
  visibility: Visibility;
  quotePolicy: QuotePolicy;
}

/** The policy that counts: what is not for all is quoted by its author alone. */
export function quotePolicyOf(post: Pick<QuotablePost, 'visibility' | 'quotePolicy'>): QuotePolicy {
  return post.visibility === 'public' || post.visibility === 'unlisted' ? post.quotePolicy : 'nobody';
}

/** True when that account may quote a post that it sees. Direct posts are quoted by nobody, one's own others always. */
export function mayQuote(accountId: string, post: QuotablePost, follows: boolean): boolean {
  if (post.visibility === 'direct') return false;
  if (post.accountId === accountId) return true;
  const policy = quotePolicyOf(post);
  return policy === 'public' || (policy === 'followers' && follows);
}

/** The visibility of a post that quotes: a followers-only post is shown to followers at most. */
export function quotingVisibility(quoted: { visibility: Visibility }, wanted: Visibility): Visibility {
  return quoted.visibility === 'followers' && wanted !== 'direct' ? 'followers' : wanted;
}
