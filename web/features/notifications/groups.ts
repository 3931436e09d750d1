// Draws notifications that tell the same thing together: "Ada and 3 others liked your post".
import type { Account } from '#web/lib/wire/accounts.ts';
import type { Notification } from '#web/lib/wire/notifications.ts';
import type { Status } from '#web/lib/wire/posts.ts';

export interface NotificationGroup {
  /** Of the newest notification in it. */
  id: string;
  type: string;
  /** ISO time of the newest. */
  at: string;
  /** Who did it, newest first, each once. */
  accounts: Account[];
  status: Status | null;
  /** What it was that somebody reacted with, and the picture of a custom one. */
  emoji?: { name: string; url: string | null };
}

const TOGETHER = new Set(['favourite', 'reblog', 'follow']);
const DAY_MS = 86_400_000;

/** Groups likes and boosts of one post, and follows, within a day of the newest; the order is that of the newest in each. */
export function groupNotifications(notifications: readonly Notification[]): NotificationGroup[] {
  const groups: NotificationGroup[] = [];
  const open = new Map<string, NotificationGroup>();
  for (const { id, type, created_at: at, account, status = null, emoji, emoji_url: url = null } of notifications) {
    const key = `${type} ${status?.id ?? ''}`;
    const group = TOGETHER.has(type) ? open.get(key) : undefined;
    if (group && Date.parse(group.at) - Date.parse(at) < DAY_MS) {
      if (!group.accounts.some((one) => one.id === account.id)) group.accounts.push(account);
      continue;
    }
    const made: NotificationGroup = {
      id,
      type,
      at,
      accounts: [account],
      status,
      ...(emoji === undefined ? {} : { emoji: { name: emoji, url } }),
    };
    groups.push(made);
    open.set(key, made);
  }
  return groups;
}

/** Whether an id of the API is newer than another: the longer one, else the lexically greater. */
export const isNewer = (one: string, other: string): boolean =>
  one.length === other.length ? one > other : one.length > other.length;
