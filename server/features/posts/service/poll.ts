// The poll of a post: checking what its author asks, writing it, and asking something else in its place.
import type { Config } from '#config/load.ts';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { countCharacters } from '#server/platform/text.ts';
import { pollLimits, type PollView } from '../policy/poll.ts';

/** A poll as its author asks it. */
export interface NewPoll {
  options: string[];
  /** How long it is open, in seconds. */
  expiresIn: number;
  multiple: boolean;
  hideTotals: boolean;
}

/** The poll as it is stored, but for its end. @throws {Invalid} when it has too few or too many options, two alike, or no fitting end */
export function checkPoll(config: Config, given: NewPoll): NewPoll {
  const limits = pollLimits(config);
  const options = given.options.map((option) =>
    option
      .toWellFormed()
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim(),
  );
  if (options.length < 2) throw invalid('options', 'must have more than one item');
  if (options.length > limits.maxOptions)
    throw invalid('options', `cannot contain more than ${limits.maxOptions} items`);
  if (options.some((option) => option === '')) throw invalid('options', 'cannot be blank');
  if (options.some((option) => countCharacters(option) > limits.maxOptionCharacters))
    throw invalid('options', `cannot be longer than ${limits.maxOptionCharacters} characters each`);
  if (new Set(options).size < options.length) throw invalid('options', 'cannot contain duplicates');
  const { expiresIn } = given;
  if (!Number.isFinite(expiresIn) || expiresIn < limits.minSeconds)
    throw invalid('expires_at', `is too soon: a poll is open for at least ${limits.minSeconds} seconds`);
  if (expiresIn > limits.maxSeconds)
    throw invalid('expires_at', `is too far into the future: a poll is open for at most ${limits.maxSeconds} seconds`);
  return { options, expiresIn, multiple: given.multiple, hideTotals: given.hideTotals };
}

function invalid(field: string, description: string): Invalid {
  return new Invalid(`Validation failed: Poll ${field} ${description}`, {
    details: { [`poll.${field}`]: [{ error: 'ERR_INVALID', description }] },
  });
}

/** Writes a poll without votes, and when it ends. */
export async function recordPoll(ctx: AppContext, tx: Transaction, postId: string, poll: NewPoll): Promise<void> {
  const expiresAt = new Date(ctx.clock().getTime() + poll.expiresIn * 1000);
  await writePoll(tx, postId, { ...poll, counts: poll.options.map(() => 0), expiresAt, votersCount: 0 });
  await tx.emit('poll.closed', { postId }, expiresAt);
}

/**
 * Makes `next` the poll of a post that has one, or none. Other options, or another way of choosing, make a new poll: the votes
 * go.
 */
export async function replacePoll(
  ctx: AppContext,
  tx: Transaction,
  postId: string,
  present: PollView | null,
  next: NewPoll,
): Promise<void> {
  if (present === null || asksOther(present, next)) {
    await tx.sql.deleteFrom('polls').where('post_id', '=', postId).execute();
    return recordPoll(ctx, tx, postId, next);
  }
  const expiresAt = new Date(ctx.clock().getTime() + next.expiresIn * 1000);
  await tx.sql
    .updateTable('polls')
    .set({ hide_totals: next.hideTotals, expires_at: expiresAt })
    .where('post_id', '=', postId)
    .execute();
  await tx.emit('poll.closed', { postId }, expiresAt);
}

/** True when votes in the one are no votes in the other. */
export function asksOther(
  one: Pick<PollView, 'options' | 'multiple'>,
  other: Pick<PollView, 'options' | 'multiple'>,
): boolean {
  return one.multiple !== other.multiple || JSON.stringify(one.options) !== JSON.stringify(other.options);
}

/** Writes a poll as it is. */
export async function writePoll(tx: Transaction, postId: string, poll: PollView): Promise<void> {
  await sql`insert into polls (post_id, options, counts, multiple, hide_totals, expires_at, voters_count)
    values (${postId}, ${JSON.stringify(poll.options)}::jsonb, ${JSON.stringify(poll.counts)}::jsonb, ${poll.multiple},
      ${poll.hideTotals}, ${poll.expiresAt}, ${poll.votersCount})`.execute(tx.sql);
}
