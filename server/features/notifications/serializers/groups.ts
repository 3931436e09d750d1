// Groups of notifications as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import type { ReactionPlaces } from '#server/features/posts/serializers/reactions.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { SeveranceSchema, serializeSeverance } from '#server/features/graph/serializers/severances.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import type { NotificationKind } from '../entities.ts';
import { groupedKinds } from '../policy.ts';
import type { GroupView } from '../queries/groups.ts';
import {
  reactionFields,
  serializeReaction,
  wireGroupKey,
  wireTypes,
  type MastodonNotificationType,
} from '../serializers.ts';

const AccountSchema = Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true }));

/** What is shown of those who are only a picture in a row. */
const PartialAccountSchema = Type.Object({
  id: Type.String(),
  acct: Type.String(),
  locked: Type.Boolean(),
  bot: Type.Boolean(),
  url: Type.String(),
  avatar: Type.String(),
  avatar_static: Type.String(),
});
export type MastodonPartialAccount = Static<typeof PartialAccountSchema>;

/** @see https://docs.joinmastodon.org/methods/grouped_notifications/ */
export const NotificationGroupSchema = Type.Object({
  group_key: Type.String(),
  notifications_count: Type.Integer(),
  type: Type.Unsafe<MastodonNotificationType>(Type.String({ enum: Object.values(wireTypes) })),
  most_recent_notification_id: Type.Integer({ description: 'A number, below 2^53' }),
  page_min_id: Type.Optional(Type.String()),
  page_max_id: Type.Optional(Type.String()),
  latest_page_notification_at: Type.Optional(Type.String({ format: 'date-time' })),
  sample_account_ids: Type.Array(Type.String(), { maxItems: 8 }),
  status_id: Type.Optional(Type.String()),
  event: Type.Optional(SeveranceSchema),
  ...reactionFields,
});
export type MastodonNotificationGroup = Static<typeof NotificationGroupSchema>;

export const GroupedNotificationsSchema = Type.Object({
  accounts: Type.Array(AccountSchema),
  partial_accounts: Type.Optional(Type.Array(PartialAccountSchema)),
  statuses: Type.Array(StatusSchema),
  notification_groups: Type.Array(NotificationGroupSchema),
});
export type MastodonGroupedNotifications = Static<typeof GroupedNotificationsSchema>;

/** A group with those of its accounts that the answer holds. */
export function serializeGroup(
  group: GroupView,
  accountIds: string[],
  places: ReactionPlaces,
): MastodonNotificationGroup {
  return {
    group_key: wireGroupKey(group.groupKey, group.id),
    notifications_count: Math.max(group.count, accountIds.length),
    type: wireTypes[group.kind],
    most_recent_notification_id: Number(group.id),
    page_min_id: group.oldestId,
    page_max_id: group.id,
    latest_page_notification_at: group.createdAt.toISOString(),
    sample_account_ids: accountIds,
    ...(group.postId === null ? {} : { status_id: group.postId }),
    ...(group.severance === null ? {} : { event: serializeSeverance(group.severance) }),
    ...serializeReaction(group.reaction, places),
  };
}

/** The picture and name of an account, out of its whole text. */
export function serializePartialAccount(account: MastodonAccount): MastodonPartialAccount {
  const { id, acct, locked, bot, url, avatar, avatar_static } = account;
  return { id, acct, locked, bot, url, avatar, avatar_static };
}

/** The kinds that a request wants in groups; without a wish all that can be. */
export function readGroupedKinds(types: readonly string[] | undefined): NotificationKind[] {
  return groupedKinds.filter((kind) => types === undefined || types.includes(wireTypes[kind]));
}
