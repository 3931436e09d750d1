// Whose page is open somewhere, as far as this process has heard: a hint that says who is served first. Each process tells of
// its own on the bus: whoever comes soon after they came, and all from time to time, in the place of what it told before.
import { randomUUID } from 'node:crypto';
import type { Bus } from './bus/bus.ts';

export interface Presence {
  /** A page of that account has been opened in this process. */
  join(accountId: string): void;
  /** All accounts that have a page open in this process. */
  tellAll(accountIds: readonly string[]): void;
  /** Whose pages are open, in any process. */
  accountIds(): readonly string[];
}

const channel = 'presence';
/** How often a process should tell all. */
export const presenceMs = 30_000;
/** A process that was not heard of for so long has ended. */
const forgottenMs = 3 * presenceMs;
/** Many pages are opened at once after a start: they are told together. */
const gatheringMs = 50;

interface Told {
  source: string;
  accountIds: string[];
  isAll: boolean;
}

interface Heard {
  accountIds: Set<string>;
  at: number;
}

export async function openPresence(bus: Bus, clock: () => Date): Promise<Presence> {
  const source = randomUUID();
  const heard = new Map<string, Heard>();
  let joining: string[] = [];
  let united: string[] | null = null;
  const publish = (told: Told): void => {
    // A hint that is lost is told again.
    bus.publish(channel, told).catch(() => {});
  };
  await bus.subscribe(channel, (message) => {
    // Safe: nobody else sends on this channel.
    const told = message as Told;
    const there = (told.isAll ? undefined : heard.get(told.source)?.accountIds) ?? new Set();
    for (const accountId of told.accountIds) there.add(accountId);
    heard.set(told.source, { accountIds: there, at: clock().getTime() });
    const since = clock().getTime() - forgottenMs;
    for (const [other, { at }] of heard) if (at < since) heard.delete(other);
    united = null;
  });
  return {
    join(accountId) {
      joining.push(accountId);
      if (joining.length > 1) return;
      setTimeout(() => {
        publish({ source, accountIds: joining, isAll: false });
        joining = [];
      }, gatheringMs).unref();
    },
    tellAll: (accountIds) => publish({ source, accountIds: [...accountIds], isAll: true }),
    accountIds() {
      united ??= [...new Set([...heard.values()].flatMap(({ accountIds }) => [...accountIds]))];
      return united;
    },
  };
}
