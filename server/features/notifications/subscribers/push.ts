// Telling a device of one notification, when it is still true and still wanted.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { unseal } from '#server/features/auth/service/seal.ts';
import { relationships } from '#server/features/graph/queries.ts';
import { findVisiblePost } from '#server/features/posts/queries.ts';
import { reachesDevice } from '#server/features/push/policy.ts';
import { findPushTarget, type PushTarget } from '#server/features/push/queries.ts';
import { sendPush } from '#server/features/push/service/send.ts';
import { tokenSealedFor } from '#server/features/push/service/subscribe.ts';
import { renderNotification } from '../pages.ts';
import { findNotification, type NotificationView } from '../queries.ts';
import { serializePush } from '../serializers/push.ts';

/** What could not be told for so long is no news any more. */
const newsworthyMs = 48 * 60 * 60 * 1000;

/** Sends one notification to one device. Everything that stood when it was made is asked again: it may have been hours ago. */
export async function pushNotification(ctx: AppContext, news: Events['push.wanted']): Promise<void> {
  const target = await findPushTarget(ctx, news.subscriptionId);
  if (target === null) return;
  const notification = await findNotification(ctx, target.accountId, news.notificationId);
  if (notification === null || ctx.clock().getTime() - notification.createdAt.getTime() > newsworthyMs) return;
  if (!target.alerts.some((kind) => kind === notification.kind) || !(await isInReach(ctx, target, notification)))
    return;
  const accessToken = unseal(ctx, target.sealedToken, tokenSealedFor(target.tokenId));
  if (accessToken === null) return;
  // What the reader's own page would leave out, by a filter or because the post is gone, no device shows either.
  if ((await renderNotification(ctx, target.accountId, notification.id)) === null) return;
  const [sender, post] = await Promise.all([
    findAccount(ctx, notification.fromAccountId),
    notification.postId === null ? null : findVisiblePost(ctx, target.accountId, notification.postId),
  ]);
  if (sender === null || (notification.postId !== null && post === null)) return;
  const payload = serializePush({ notification, sender, post, locale: target.locale, accessToken }, ctx);
  const urgency = notification.kind === 'mention' ? 'high' : 'normal';
  await sendPush(ctx, target, { payload, urgency });
}

async function isInReach(ctx: AppContext, target: PushTarget, notification: NotificationView): Promise<boolean> {
  if (target.reach === 'all') return true;
  const [relation] = await relationships(ctx, target.accountId, [notification.fromAccountId]);
  return reachesDevice(target.reach, {
    follows: relation?.following === true,
    isFollowedBy: relation?.followedBy === true,
  });
}
