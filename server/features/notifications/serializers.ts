// Notifications and read positions as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { SeveranceSchema, serializeSeverance } from '#server/features/graph/serializers/severances.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { notificationKinds, type NotificationKind } from './entities.ts';
import type { NotificationView } from './queries.ts';
import type { MarkerView } from './queries/markers.ts';

/** Mastodon's names of our kinds. */
export const wireTypes = {
  mention: 'mention',
  post: 'status',
  boost: 'reblog',
  like: 'favourite',
  follow: 'follow',
  follow_request: 'follow_request',
  poll: 'poll',
  edit: 'update',
  quote: 'quote',
  quoted_edit: 'quoted_update',
  severed: 'severed_relationships',
} as const satisfies Record<NotificationKind, string>;
export type MastodonNotificationType = (typeof wireTypes)[NotificationKind];

/** @see https://docs.joinmastodon.org/entities/Notification/ */
export const NotificationSchema = Type.Object({
  id: Type.String({ description: 'Decimal digits, below 2^53' }),
  type: Type.Unsafe<MastodonNotificationType>(Type.String({ enum: Object.values(wireTypes) })),
  group_key: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
  account: Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
  status: Type.Optional(StatusSchema),
  event: Type.Optional(SeveranceSchema),
});
export type MastodonNotification = Static<typeof NotificationSchema>;

/** @see https://docs.joinmastodon.org/entities/Marker/ */
const MarkerSchema = Type.Object({
  last_read_id: Type.String(),
  version: Type.Integer(),
  updated_at: Type.String({ format: 'date-time' }),
});
export const MarkersSchema = Type.Object({
  home: Type.Optional(MarkerSchema),
  notifications: Type.Optional(MarkerSchema),
});
export type MastodonMarkers = Static<typeof MarkersSchema>;

/** What of a notification is neither its account nor its post. */
export function serializeNotification(
  notification: NotificationView,
): Omit<MastodonNotification, 'account' | 'status'> {
  return {
    id: notification.id,
    type: wireTypes[notification.kind],
    group_key: wireGroupKey(notification.groupKey, notification.id),
    created_at: notification.createdAt.toISOString(),
    ...(notification.severance === null ? {} : { event: serializeSeverance(notification.severance) }),
  };
}

/** The kinds that a request asks for; words that we do not know are passed over. Without `types` all but `excluded`. */
export function readKinds(types: readonly string[] | undefined, excluded: readonly string[] = []): NotificationKind[] {
  return notificationKinds.filter(
    (kind) => (types === undefined || types.includes(wireTypes[kind])) && !excluded.includes(wireTypes[kind]),
  );
}

const alone = 'ungrouped-';

/** What clients call a group, or a notification that stands alone. */
export function wireGroupKey(groupKey: string | null, id: string): string {
  return groupKey ?? `${alone}${id}`;
}

/** What a client's group key stands for: a group of ours, or one notification by its id. */
export function readGroupKey(key: string): { groupKey: string } | { id: string } {
  return key.startsWith(alone) ? { id: key.slice(alone.length) } : { groupKey: key };
}

/** Markers by the name of their timeline. */
export function serializeMarkers(markers: readonly MarkerView[]): MastodonMarkers {
  return Object.fromEntries(
    markers.map(({ timeline, lastReadId, version, updatedAt }) => [
      timeline,
      { last_read_id: lastReadId, version, updated_at: updatedAt.toISOString() },
    ]),
  );
}
