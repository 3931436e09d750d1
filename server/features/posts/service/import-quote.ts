// Quotes in posts of other servers. Some are decided at once: those of one's own posts, and those of posts of ours, as far
// as their authors let themselves be quoted. The others wait until the quoted author's server has been asked.
import type { AppContext } from '#server/context.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { hostOf, isSameHost } from '#server/platform/fediverse/json.ts';
import type { QuotePolicy } from '../entities.ts';
import type { QuoteAnswer } from '../entities/quotes.ts';
import { isCounted, visiblePosts } from '../policy.ts';
import { mayQuote } from '../policy/quote.ts';
import { countQuote, recordQuote } from './quote.ts';
import type { PostRecord } from './record.ts';

/** What a post of another server says of what it quotes. */
export interface QuoteClaim {
  uri: string;
  /** Where the quoted author is said to agree. */
  authorizationUri: string | null;
  /** Written by software that asks nobody. */
  unasked: boolean;
  /** How many quotes of quotes led here. */
  depth: number;
}

/** Quotes of quotes are followed this far. */
const maxDepth = 3;

type Quoting = Pick<PostRecord, 'id' | 'uri' | 'accountId' | 'visibility'>;

interface Quoted {
  id: string;
  accountId: string;
  visibility: Visibility;
  quotePolicy: QuotePolicy;
  local: boolean;
  follows: boolean;
}

/** Writes what an imported post quotes; returns the id of what it shows from now on, or null while, or because, that stays a link. */
export async function importQuote(
  ctx: AppContext,
  tx: Transaction,
  post: Quoting,
  claim: QuoteClaim | null,
): Promise<string | null> {
  if (claim === null) return null;
  const quoted = await findQuoted(tx, post.accountId, claim.uri);
  if (quoted !== null && (quoted.local || quoted.accountId === post.accountId)) {
    if (!mayQuote(post.accountId, quoted, quoted.follows)) return null;
    await recordQuote(tx, post, { id: quoted.id, state: 'accepted' });
    return quoted.id;
  }
  const isOurs = hostOf(claim.uri) === hostOf(ctx.config.origin);
  // Who asks nobody can be right in one case only: they quote themselves.
  const isHopeless = claim.unasked && (quoted !== null || !isSameHost(claim.uri, post.uri));
  if (isOurs || isHopeless) return null;
  await sql`insert into quotes (post_id, quoted_id, quoted_uri, state, unasked)
    values (${post.id}, ${quoted?.id ?? null}, ${claim.uri}, 'pending', ${claim.unasked})`.execute(tx.sql);
  await wantProof(tx, post.id, claim);
  return null;
}

async function wantProof(tx: Transaction, postId: string, claim: QuoteClaim): Promise<void> {
  const { authorizationUri, depth } = claim;
  if (depth < maxDepth) await tx.emit('quote.unproven', { postId, authorizationUri, depth });
}

async function findQuoted(tx: Transaction, accountId: string, uri: string): Promise<Quoted | null> {
  const { rows } = await sql<Quoted>`
    select p.id, p.account_id as "accountId", p.visibility, p.quote_policy as "quotePolicy", p.local, exists (
      select from follows f where f.follower_id = ${accountId} and f.followee_id = p.account_id and f.state = 'accepted'
    ) as follows
    from posts p where p.uri = ${uri} and p.boost_of_id is null and ${visiblePosts(accountId, 'p')}`.execute(tx.sql);
  return rows[0] ?? null;
}

/** What a post quotes, as it stands. */
interface Standing {
  quotedId: string | null;
  uri: string | null;
  state: QuoteAnswer;
}

async function findStanding(tx: Transaction, postId: string): Promise<Standing | null> {
  const { rows } = await sql<Standing>`
    select q.quoted_id::text as "quotedId", coalesce(quoted.uri, q.quoted_uri) as uri, q.state
    from quotes q left join posts quoted on quoted.id = q.quoted_id where q.post_id = ${postId}`.execute(tx.sql);
  return rows[0] ?? null;
}

/** An author's agreement that came after the post: it is looked at. A wrong one changes nothing. */
export async function noteAuthorization(tx: Transaction, postId: string, claim: QuoteClaim | null): Promise<void> {
  if (claim === null || claim.authorizationUri === null) return;
  const standing = await findStanding(tx, postId);
  if (standing !== null && standing.state !== 'accepted' && standing.uri === claim.uri)
    await wantProof(tx, postId, claim);
}

/**
 * An edit that takes the quote out, or puts one in. One that its author was taken out of stays known as that: it cannot be put in
 * again. Returns the posts that show something else.
 */
export async function updateQuote(
  ctx: AppContext,
  tx: Transaction,
  post: Quoting,
  claim: QuoteClaim | null,
): Promise<Array<string | null>> {
  const standing = await findStanding(tx, post.id);
  if (standing === null) {
    const quotedId = await importQuote(ctx, tx, post, claim);
    return quotedId === null ? [] : [post.id, quotedId];
  }
  if (claim !== null || standing.state === 'revoked') return [];
  await sql`delete from quotes where post_id = ${post.id}`.execute(tx.sql);
  if (standing.state === 'accepted' && standing.quotedId !== null && isCounted(post.visibility))
    countQuote(tx, standing.quotedId, -1);
  return [post.id, standing.quotedId];
}
