// What a poll may be.
import type { Config } from '#config/load.ts';

const daySeconds = 24 * 60 * 60;

/** The limits of polls that people here make; times in seconds. */
export function pollLimits(config: Pick<Config, 'pollMaxOptions' | 'pollMaxOptionCharacters' | 'pollMaxDays'>) {
  return {
    maxOptions: config.pollMaxOptions,
    maxOptionCharacters: config.pollMaxOptionCharacters,
    minSeconds: 300,
    maxSeconds: config.pollMaxDays * daySeconds,
  };
}

/** What a post asks, and what came of it so far. */
export interface PollView {
  options: string[];
  /** Votes for each option. */
  counts: number[];
  multiple: boolean;
  hideTotals: boolean;
  /** Null: it never ends. */
  expiresAt: Date | null;
  /** Null: its origin does not say. */
  votersCount: number | null;
}

/** True from the moment on at which nobody votes any more. */
export function isPollOver(poll: Pick<PollView, 'expiresAt'>, now: Date): boolean {
  return poll.expiresAt !== null && poll.expiresAt <= now;
}

/** Why those choices are no vote in that poll, in words for the one who votes; null when they are one. */
export function whyNoVote(poll: PollView, choices: readonly number[], now: Date): string | null {
  if (isPollOver(poll, now)) return 'The poll has already ended';
  if (choices.length === 0) return 'Choose at least one option';
  if (choices.some((choice) => poll.options[choice] === undefined)) return 'The chosen vote option does not exist';
  return !poll.multiple && choices.length > 1 ? 'Only one option can be chosen' : null;
}
