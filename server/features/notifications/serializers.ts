// Notifications and read positions as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import { emojiAddresses } from '#server/features/emojis/serializers.ts';
import type { ReactionPlaces } from '#server/features/posts/serializers/reactions.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { SeveranceSchema, serializeSeverance } from '#server/features/graph/serializers/severances.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { notificationKinds, type NotificationKind } from './entities.ts';
import { asksForReactions, reactionWord } from './policy.ts';
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
  reaction: reactionWord,
} as const satisfies Record<NotificationKind, string>;
export type MastodonNotificationType = (typeof wireTypes)[NotificationKind];

/** With which emoji somebody reacted; only of reactions. */
export const reactionFields = {
  emoji: Type.Optional(Type.String()),
  emoji_url: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'The picture of a custom one' })),
};

/** @see https://docs.joinmastodon.org/entities/Notification/ */
export const NotificationSchema = Type.Object({
  id: Type.String({ description: 'Decimal digits, below 2^53' }),
  type: Type.Unsafe<MastodonNotificationType>(Type.String({ enum: Object.values(wireTypes) })),
  group_key: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
  account: Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
  status: Type.Optional(StatusSchema),
  event: Type.Optional(SeveranceSchema),
  ...reactionFields,
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
  places: ReactionPlaces,
): Omit<MastodonNotification, 'account' | 'status'> {
  return {
    id: notification.id,
    type: wireTypes[notification.kind],
    group_key: wireGroupKey(notification.groupKey, notification.id),
    created_at: notification.createdAt.toISOString(),
    ...(notification.severance === null ? {} : { event: serializeSeverance(notification.severance) }),
    ...serializeReaction(notification.reaction, places),
  };
}

/** The emoji of a reaction and its picture; nothing for other news. */
export function serializeReaction(
  reaction: NotificationView['reaction'],
  places: ReactionPlaces,
): { emoji?: string; emoji_url?: string | null } {
  if (reaction === null) return {};
  const { name, emoji } = reaction;
  return { emoji: name, emoji_url: emoji === null ? null : emojiAddresses(emoji, places).url };
}

/**
 * The kinds that a request asks for; words that we do not know are passed over. Without `types` all but `excluded`, and of
 * reactions only when they are among `supported`.
 */
export function readKinds(
  types: readonly string[] | undefined,
  excluded: readonly string[] = [],
  supported: readonly string[] = [],
): NotificationKind[] {
  return notificationKinds.filter((kind) => {
    if (excluded.includes(wireTypes[kind])) return false;
    if (kind === 'reaction') return asksForReactions(types ?? supported);
    return types === undefined || types.includes(wireTypes[kind]);
  });
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
