// Voting in polls. Votes in one poll are written one after the other, so that each is counted once.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { whyNoVote, type PollView } from '../policy/poll.ts';
import { findVisibleSubject } from '../queries.ts';
import { ownVotes } from '../queries/polls.ts';
import { forget } from './forget.ts';

/** Other servers are told of all votes within this time at once. */
const countsDelayMs = 60_000;

export interface NewVote {
  accountId: string;
  postId: string;
  /** Places of the options, from 0. */
  choices: readonly number[];
  /** Votes of other servers come one by one: more than one may be added where several may be chosen. */
  oneByOne?: boolean;
}

/**
 * Votes in the poll of a post.
 * @throws {NotFound} when the account may not see it, or it has no poll
 * @throws {Invalid} when it is over, one's own, voted in already, or the choices are none
 */
export async function votePoll(ctx: AppContext, vote: NewVote): Promise<void> {
  const { accountId } = vote;
  const post = await findVisibleSubject(ctx, accountId, vote.postId);
  if (post === null || post.poll === null) throw new NotFound('Record not found');
  if (post.accountId === accountId) throw new Invalid('Validation failed: You cannot vote in your own polls');
  const choices = [...new Set(vote.choices)];
  await ctx.database.write(async (tx) => {
    const poll = await lockPoll(tx, post.id);
    const reason = whyNoVote(poll, choices, ctx.clock());
    if (reason !== null) throw new Invalid(`Validation failed: ${reason}`);
    const earlier = await ownVotes(tx.sql, accountId, post.id);
    const mayAdd = vote.oneByOne === true && poll.multiple && !choices.some((choice) => earlier?.includes(choice));
    if (earlier !== null && !mayAdd) throw new Invalid('Validation failed: You have already voted on this poll');
    await sql`insert into poll_votes (account_id, post_id, choice, created_at)
      select ${accountId}::bigint, ${post.id}::bigint, choice, ${ctx.clock()}::timestamptz from unnest(${choices}::int[]) as choice`.execute(
      tx.sql,
    );
    await countVotes(tx, post.id, choices, earlier === null ? 1 : 0);
    await tx.emit('poll.voted', { postId: post.id, accountId });
    if (post.local) await oweCounts(ctx, tx, post.id);
    else if (poll.expiresAt !== null) await tx.emit('poll.closed', { postId: post.id }, poll.expiresAt);
  });
  await forget(ctx, { posts: [post.id] });
}

async function lockPoll(tx: Transaction, postId: string): Promise<PollView> {
  const row = await tx.sql.selectFrom('polls').selectAll().where('post_id', '=', postId).forUpdate().executeTakeFirst();
  if (!row) throw new NotFound('Record not found');
  const { options, counts, multiple } = row;
  return {
    options,
    counts,
    multiple,
    hideTotals: row.hide_totals,
    expiresAt: row.expires_at,
    votersCount: row.voters_count,
  };
}

async function countVotes(tx: Transaction, postId: string, choices: readonly number[], voters: number): Promise<void> {
  await sql`update polls set voters_count = voters_count + ${voters}, counts = (
      select jsonb_agg(count::int + case when place - 1 = any(${[...choices]}::int[]) then 1 else 0 end order by place)
      from jsonb_array_elements_text(counts) with ordinality as c (count, place))
    where post_id = ${postId}`.execute(tx.sql);
}

/** Sees to it that other servers are told of the counts soon; once for all votes until then. */
async function oweCounts(ctx: AppContext, tx: Transaction, postId: string): Promise<void> {
  const dueAt = new Date(ctx.clock().getTime() + countsDelayMs);
  const { rows } = await sql`update polls set counts_due_at = ${dueAt}
    where post_id = ${postId} and counts_due_at is null returning post_id`.execute(tx.sql);
  if (rows.length > 0) await tx.emit('poll.counted', { postId }, dueAt);
}
