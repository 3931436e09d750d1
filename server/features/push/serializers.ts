// Subscriptions as Mastodon's clients write and read them.
import { Type, type Static } from 'typebox';
import { alertKinds, reaches, type AlertKind, type Reach } from './entities.ts';
import type { PushSubscriptionView } from './queries.ts';

const wireNames = {
  mention: 'mention',
  quote: 'quote',
  post: 'status',
  boost: 'reblog',
  follow: 'follow',
  follow_request: 'follow_request',
  like: 'favourite',
  poll: 'poll',
  edit: 'update',
  quoted_edit: 'quoted_update',
  reaction: 'pleroma:emoji_reaction',
  sign_up: 'admin.sign_up',
  report: 'admin.report',
} as const satisfies Record<AlertKind, string>;

const Flag = Type.Optional(Type.Boolean());
export const AlertsSchema = Type.Object(Object.fromEntries(Object.values(wireNames).map((name) => [name, Flag])));
const Wishes = { alerts: Type.Optional(AlertsSchema), policy: Type.Optional(Type.String()) };

/** What changes a subscription. Some apps put the policy beside `data` instead of into it. */
export const ChangeBody = Type.Object({
  data: Type.Optional(Type.Object(Wishes)),
  policy: Type.Optional(Type.String()),
});
export const SubscribeBody = Type.Object({
  subscription: Type.Object({
    endpoint: Type.String({ minLength: 1, maxLength: 4000 }),
    keys: Type.Object({ p256dh: Type.String({ maxLength: 200 }), auth: Type.String({ maxLength: 200 }) }),
    standard: Flag,
  }),
  data: Type.Optional(Type.Object(Wishes)),
  policy: Type.Optional(Type.String()),
});

/** @see https://docs.joinmastodon.org/entities/WebPushSubscription/ */
export const WebPushSubscriptionSchema = Type.Object({
  id: Type.Integer(),
  endpoint: Type.String(),
  standard: Type.Boolean(),
  alerts: Type.Record(Type.String(), Type.Boolean()),
  policy: Type.Unsafe<Reach>(Type.String({ enum: [...reaches] })),
  server_key: Type.String({ description: 'The VAPID key of this server' }),
});
export type MastodonPushSubscription = Static<typeof WebPushSubscriptionSchema>;

/** The kinds that are asked for; undefined when none of them is named at all. */
export function readAlerts(alerts: Record<string, unknown> | undefined): AlertKind[] | undefined {
  return alerts && alertKinds.filter((kind) => alerts[wireNames[kind]] === true);
}

/** Whose news is asked for; a word that we do not know counts as absent. */
export function readReach(body: Static<typeof ChangeBody>): Reach | undefined {
  const asked = body.data?.policy ?? body.policy;
  return reaches.find((reach) => reach === asked);
}

/** A subscription, every alert named. */
export function serializeSubscription(subscription: PushSubscriptionView, serverKey: string): MastodonPushSubscription {
  return {
    id: Number(subscription.id),
    endpoint: subscription.endpoint,
    standard: subscription.standard,
    alerts: Object.fromEntries(alertKinds.map((kind) => [wireNames[kind], subscription.alerts.includes(kind)])),
    policy: subscription.reach,
    server_key: serverKey,
  };
}
