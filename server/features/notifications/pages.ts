// Notifications as JSON text, joined from the kept texts of accounts and posts.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { renderStatusesById } from '#server/features/posts/pages.ts';
import { renderAccounts } from '#server/features/posts/pages/texts.ts';
import { jsonList } from '#server/platform/fragments.ts';
import type { Stretch } from '#server/platform/keyset.ts';
import { groupedKinds } from './policy.ts';
import { findNotification, type NotificationView } from './queries.ts';
import { groupMembers, groupSize, type GroupView } from './queries/groups.ts';
import type { RequestView } from './queries/requests.ts';
import { readGroupKey, serializeNotification } from './serializers.ts';
import { serializeGroup, serializePartialAccount } from './serializers/groups.ts';
import { serializeRequest } from './serializers/requests.ts';

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
    const head = JSON.stringify(serializeNotification(notification, ctx)).slice(0, -1);
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

/** Who is shown in full: all, or only the first of each group and the rest as a picture. */
export type Expansion = 'full' | 'partial_avatars';

/**
 * Groups as the JSON text of Mastodon's GroupedNotificationsResults. Each account and post that a group names is in the same
 * answer; a group whose post the reader may no longer see, or of whose people none is there any more, is left out.
 */
export async function renderGroups(
  ctx: AppContext,
  accountId: string,
  groups: readonly GroupView[],
  expansion: Expansion = 'full',
): Promise<string> {
  const postIds = groups.map(({ postId }) => postId).filter((id) => id !== null);
  const statuses = await renderStatusesById(ctx, [...new Set(postIds)], accountId);
  const accounts = await renderAccounts(
    ctx,
    groups.flatMap(({ accountIds }) => accountIds),
  );
  const shown = groups
    .filter(({ postId }) => postId === null || statuses.has(postId))
    .map((group) => ({ group, present: group.accountIds.filter((id) => accounts.has(id)) }))
    .filter(({ present }) => present.length > 0);
  const first = new Set(shown.flatMap(({ present }) => present.slice(0, 1)));
  const all = new Set(shown.flatMap(({ present }) => present));
  const full = expansion === 'full' ? all : first;
  const rest = [...all].filter((id) => !full.has(id));
  const textsOf = (texts: Map<string, string>, ids: Iterable<string | null>): string =>
    jsonList([...new Set(ids)].flatMap((id) => (id === null ? [] : (texts.get(id) ?? []))));
  const partial = rest.flatMap((id) => accounts.get(id) ?? []).map(partialText);
  const shownStatuses = textsOf(
    statuses,
    shown.map(({ group }) => group.postId),
  );
  const shownGroups = JSON.stringify(shown.map(({ group, present }) => serializeGroup(group, present, ctx)));
  const shownPartly = expansion === 'full' ? '' : `,"partial_accounts":${jsonList(partial)}`;
  return `{"accounts":${textsOf(accounts, full)}${shownPartly},"statuses":${shownStatuses},"notification_groups":${shownGroups}}`;
}

function partialText(account: string): string {
  // Safe: the text was made by serializeAccount.
  const parsed: MastodonAccount = JSON.parse(account);
  return JSON.stringify(serializePartialAccount(parsed));
}

/** Each request as the JSON text of a Mastodon NotificationRequest. */
export async function renderRequests(
  ctx: AppContext,
  accountId: string,
  requests: readonly RequestView[],
): Promise<string[]> {
  const postIds = requests.map(({ lastPostId }) => lastPostId).filter((id) => id !== null);
  const statuses = await renderStatusesById(ctx, [...new Set(postIds)], accountId);
  const accounts = await renderAccounts(
    ctx,
    requests.map(({ fromAccountId }) => fromAccountId),
  );
  return requests.flatMap((request) => {
    const account = accounts.get(request.fromAccountId);
    if (account === undefined) return [];
    const status = request.lastPostId === null ? undefined : statuses.get(request.lastPostId);
    const head = JSON.stringify(serializeRequest(request)).slice(0, -1);
    return [`${head},"account":${account}${status === undefined ? '' : `,"last_status":${status}`}}`];
  });
}

/** One group by the key that clients know, in the same form as a page of them; null when the account has none. */
export async function renderGroup(ctx: AppContext, accountId: string, key: string): Promise<string | null> {
  const members = await membersOf(ctx, accountId, key, { limit: 8, maxId: null, sinceId: null, minId: null });
  const [latest] = members;
  if (latest === undefined) return null;
  const isGroup = 'groupKey' in readGroupKey(key);
  const group = {
    id: latest.id,
    kind: latest.kind,
    postId: latest.postId,
    groupKey: isGroup ? latest.groupKey : null,
    severance: latest.severance,
    count: isGroup ? await groupSize(ctx, accountId, key) : 1,
    oldestId: members.at(-1)?.id ?? latest.id,
    createdAt: latest.createdAt,
    reaction: latest.reaction,
    accountIds: members.map(({ fromAccountId }) => fromAccountId),
  };
  return renderGroups(ctx, accountId, [group]);
}

/** The notifications behind a key that clients know, the latest first. */
export async function membersOf(
  ctx: AppContext,
  accountId: string,
  key: string,
  page: Stretch,
): Promise<NotificationView[]> {
  const wanted = readGroupKey(key);
  if ('groupKey' in wanted)
    return groupMembers(ctx, accountId, { key: wanted.groupKey, kinds: [...groupedKinds] }, page);
  const one = isId(wanted.id) ? await findNotification(ctx, accountId, wanted.id) : null;
  if (one === null) return [];
  const id = BigInt(one.id);
  const isWithin = id < BigInt(page.maxId ?? id + 1n) && id > BigInt(page.minId ?? page.sinceId ?? 0);
  return isWithin ? [one] : [];
}
