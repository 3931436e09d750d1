// Devices that want to hear of news while their app is closed: one subscription for each access token.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { AccessToken } from '#server/features/auth/entities.ts';

/** Kinds of news that a device may ask for; those of notifications, and two for the staff. */
export const alertKinds = [
  'mention',
  'quote',
  'post',
  'boost',
  'follow',
  'follow_request',
  'like',
  'poll',
  'edit',
  'quoted_edit',
  'reaction',
  'sign_up',
  'report',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Whose news a device wants to hear. */
export const reaches = ['all', 'followed', 'follower', 'none'] as const;
export type Reach = (typeof reaches)[number];

export const PushSubscriptionSchema = defineEntity({
  name: 'PushSubscription',
  tableName: 'push_subscriptions',
  properties: {
    /** Counts up from 1: clients read it as a number. */
    id: p.bigint('string').primary().autoincrement(),
    tokenId: () => p.manyToOne(AccessToken).mapToPk().fieldName('token_id').unique().deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    endpoint: p.text(),
    /** The device's public key and its shared secret, base64url. */
    deviceKey: p.text(),
    deviceSecret: p.text().hidden(),
    /** RFC 8291, else the draft that older apps know. */
    standard: p.boolean(),
    alerts: p.json<AlertKind[]>(),
    reach: p.text().$type<Reach>(),
    /** The access token, sealed: apps find by it which login a message is for. */
    sealedToken: p.text().hidden(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});
export class PushSubscription extends PushSubscriptionSchema.class {}
PushSubscriptionSchema.setClass(PushSubscription);
