// Quotes that come from other servers. Without word of the quoted author only two kinds are shown: of one's own posts, and of
// posts of ours as far as their authors let themselves be quoted.
import { sql, type Transaction } from '#server/platform/database.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import type { QuotePolicy } from '../entities.ts';
import { visiblePosts } from '../policy.ts';
import { mayQuote } from '../policy/quote.ts';
import { recordQuote } from './quote.ts';
import type { PostRecord } from './record.ts';

interface Quoted {
  id: string;
  accountId: string;
  visibility: Visibility;
  quotePolicy: QuotePolicy;
  local: boolean;
  follows: boolean;
}

/** Writes that an imported post quotes one that we have; returns its id, or null where the quote stays a link. */
export async function importQuote(tx: Transaction, post: PostRecord, quoteUri: string | null): Promise<string | null> {
  if (quoteUri === null) return null;
  const { rows } = await sql<Quoted>`
    select p.id, p.account_id as "accountId", p.visibility, p.quote_policy as "quotePolicy", p.local, exists (
      select from follows f where f.follower_id = ${post.accountId} and f.followee_id = p.account_id and f.state = 'accepted'
    ) as follows
    from posts p where p.uri = ${quoteUri} and p.boost_of_id is null and ${visiblePosts(post.accountId, 'p')}`.execute(
    tx.sql,
  );
  const [quoted] = rows;
  if (!quoted || !(quoted.local || quoted.accountId === post.accountId)) return null;
  if (!mayQuote(post.accountId, quoted, quoted.follows)) return null;
  await recordQuote(tx, post, quoted.id);
  return quoted.id;
}
