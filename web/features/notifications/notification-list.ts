// The notifications of the signed-in person, and how many they have not seen.
import { computed, effect } from '@preact/signals';
import { keepPost } from '#web/features/posts/post-store.ts';
import { onNotification } from '#web/features/timelines/live.ts';
import { createLiveList, type LiveList } from '#web/lib/live-list.ts';
import { remembered } from '#web/lib/remember.ts';
import { isSignedIn, me, refreshMe } from '#web/lib/session.ts';
import { onReturn } from '#web/lib/socket.ts';
import type { Notification } from '#web/lib/wire/notifications.ts';
import { isNewer } from './groups.ts';

export interface NotificationEntry {
  key: string;
  notification: Notification;
}

function entryOf(notification: Notification): NotificationEntry {
  if (notification.status) keepPost(notification.status);
  return { key: notification.id, notification };
}

function newOnes(list: readonly NotificationEntry[], fresh: readonly NotificationEntry[]): NotificationEntry[] {
  const keys = new Set(list.map(({ key }) => key));
  return fresh.filter(({ key }) => !keys.has(key));
}

/** Told only to those who say that they understand it. */
const REACTION = 'pleroma:emoji_reaction';

/** A list of notifications; with `types` only those. Nothing is loaded yet. */
export const createNotificationList = (types?: string[]): LiveList<NotificationEntry> =>
  createLiveList({
    path: '/api/v1/notifications',
    query: { limit: 30, types, supported_types: [REACTION] },
    toEntry: entryOf,
    newOnes,
  });

export const allNotifications = createNotificationList();
export const mentions = createNotificationList(['mention']);

/** The newest id that was seen, by account: this browser may be shared. */
const seen = remembered<Record<string, string>>('seen-notifications');
export const seenUpTo = computed(() => seen.value?.[me.value?.id ?? ''] ?? '0');

export const unseenCount = computed(() => {
  const { waiting, entries } = allNotifications;
  return [...waiting.value, ...entries.value].filter(({ key }) => isNewer(key, seenUpTo.value)).length;
});

/** Counts everything loaded so far as seen. */
export function markSeen(): void {
  const newest = allNotifications.waiting.peek()[0] ?? allNotifications.entries.peek()[0];
  const id = me.peek()?.id;
  if (newest && id && isNewer(newest.key, seenUpTo.peek())) seen.value = { ...seen.peek(), [id]: newest.key };
}

/** Loads the notifications and takes up new ones as they arrive, as long as somebody is signed in. Call once. */
export function keepNotifications(): void {
  effect(() => {
    if (!isSignedIn.value) return;
    void allNotifications.more();
    const stop = onNotification((notification) => {
      allNotifications.take([entryOf(notification)]);
      if (notification.type === 'mention') mentions.take([entryOf(notification)]);
      // The number of requests stands in the navigation.
      if (notification.type === 'follow_request') refreshMe().catch(() => {});
    });
    const stopReturn = onReturn(() => {
      void allNotifications.catchUp();
      void mentions.catchUp();
    });
    return () => {
      stop();
      stopReturn();
    };
  });
}
