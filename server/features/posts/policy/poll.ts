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
