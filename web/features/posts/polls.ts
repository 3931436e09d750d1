// Polls of posts: voting, looking again, and the arithmetic of their results.
import { get, post } from '#web/lib/api.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import type { Poll } from '#web/lib/wire/posts.ts';
import { changePost } from './post-store.ts';

/** Whether nobody votes any more at that moment (ms). */
export const isOver = ({ expired, expires_at: end }: Pick<Poll, 'expired' | 'expires_at'>, at: number): boolean =>
  expired || (end !== null && Date.parse(end) <= at);

/** An answer's share of the voters, or of the votes where the voters are not known: a whole percentage; null while results are kept back. */
export function shareOf(
  poll: Pick<Poll, 'multiple' | 'voters_count' | 'votes_count'>,
  votes: number | null,
): number | null {
  if (votes === null) return null;
  const all = (poll.multiple ? poll.voters_count : null) ?? poll.votes_count;
  return all > 0 ? Math.min(100, Math.round((votes / all) * 100)) : 0;
}

/** Fetches the poll anew into all copies of its post. */
export async function refreshPoll(postId: string, pollId: string): Promise<void> {
  try {
    const poll = await get<Poll>(`/api/v1/polls/${pollId}`);
    changePost(postId, () => ({ poll }));
  } catch {
    // It stays as it was; live updates or the next visit bring the rest.
  }
}

/** Votes for the places (from 0). Returns whether it was counted; else says why and looks what has become of the poll. */
export async function vote(postId: string, pollId: string, choices: readonly number[]): Promise<boolean> {
  try {
    const poll = await post<Poll>(`/api/v1/polls/${pollId}/votes`, { choices });
    changePost(postId, () => ({ poll }));
    return true;
  } catch (cause) {
    tellFailure(cause);
    await refreshPoll(postId, pollId);
    return false;
  }
}
