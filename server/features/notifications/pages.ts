// Notifications as JSON text, joined from the kept texts of accounts and posts.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { renderAccounts, renderStatusesById } from '#server/features/posts/pages.ts';
import { findNotification, type NotificationView } from './queries.ts';
import { serializeNotification } from './serializers.ts';

/** Each notification as the JSON text of a Mastodon Notification. One whose post the reader may no longer see is left out. */
export async function renderNotifications(
  ctx: AppContext,
  accountId: string,
  notifications: readonly NotificationView[],
): Promise<string[]> {
  const postIds = notifications.map(({ postId }) => postId).filter((id) => id !== null);
  const statuses = await renderStatusesById(ctx, [...new Set(postIds)], accountId);
  const accounts = await renderAccounts(
    ctx,
    notifications.map(({ fromAccountId }) => fromAccountId),
  );
  return notifications.flatMap((notification) => {
    const { postId } = notification;
    const account = accounts.get(notification.fromAccountId);
    const status = postId === null ? '' : statuses.get(postId);
    if (account === undefined || status === undefined) return [];
    const head = JSON.stringify(serializeNotification(notification)).slice(0, -1);
    return [`${head},"account":${account}${status === '' ? '' : `,"status":${status}`}}`];
  });
}

/** One notification as JSON text, or null when the account has none with that id that may still be shown. */
export async function renderNotification(ctx: AppContext, accountId: string, id: string): Promise<string | null> {
  const notification = isId(id) ? await findNotification(ctx, accountId, id) : null;
  if (notification === null) return null;
  const [text] = await renderNotifications(ctx, accountId, [notification]);
  return text ?? null;
}
