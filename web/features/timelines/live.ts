// What the live streams bring: posts into lists and threads, edits and deletions everywhere.
import { effect } from '@preact/signals';
import { onHidden } from '#web/features/graph/relationships.ts';
import { dropPost, keepPost, onPostArrival, tellArrival } from '#web/features/posts/post-store.ts';
import { token } from '#web/lib/api.ts';
import { listen, onReturn, type LiveEvent } from '#web/lib/socket.ts';
import type { Notification } from '#web/lib/wire/notifications.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { entryOf, hideAccount, keptTimeline, removeEverywhere, type Timeline } from './timeline.ts';

/** The home timeline of the signed-in person. */
export const homeTimeline = (): Timeline => keptTimeline('/api/v1/timelines/home');

/** Applies what every stream may bring; `onPost` takes the new posts. */
function handle({ event, payload }: LiveEvent, onPost: (status: Status) => void): void {
  if (event === 'delete') {
    dropPost(payload);
    removeEverywhere(payload);
  } else if (event === 'status.update') {
    const status: Status = JSON.parse(payload);
    keepPost(status);
  } else if (event === 'update') {
    const status: Status = JSON.parse(payload);
    onPost(status);
  }
}

/** Follows a stream of the page's own list, for example `public:local`, and catches up after a break. */
export function followStream(timeline: Timeline, stream: string, tag?: string): () => void {
  const stop = listen(stream, (event) => handle(event, (status) => timeline.take([entryOf(status)])), tag);
  const stopReturn = onReturn(() => void timeline.catchUp());
  return () => {
    stop();
    stopReturn();
  };
}

const notificationListeners = new Set<(notification: Notification) => void>();

/** Hears of every notification as it arrives. */
export function onNotification(listener: (notification: Notification) => void): () => void {
  notificationListeners.add(listener);
  return () => notificationListeners.delete(listener);
}

function followOwnStream(): () => void {
  const stopStream = listen('user', (event) => {
    handle(event, (status) => tellArrival(status, 'home'));
    if (event.event !== 'notification') return;
    const notification: Notification = JSON.parse(event.payload);
    // An answer belongs into an open thread also when its author is not followed.
    if (notification.type === 'mention' && notification.status) tellArrival(notification.status, 'mention');
    else if (notification.status) keepPost(notification.status);
    for (const listener of notificationListeners) listener(notification);
  });
  const stopArrivals = onPostArrival((status, how) => {
    if (how !== 'mention') homeTimeline().take([entryOf(status)]);
  });
  const stopReturn = onReturn(() => void homeTimeline().catchUp());
  const stopHiding = onHidden(hideAccount);
  return () => {
    stopStream();
    stopArrivals();
    stopHiding();
    stopReturn();
  };
}

/** Follows the signed-in person's own stream as long as somebody is signed in. Call once. */
export function keepOwnStream(): void {
  effect(() => (token.value === null ? undefined : followOwnStream()));
}
