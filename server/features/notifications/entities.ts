// What people are told: one row for each thing that happened to them.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Severance } from '#server/features/graph/entities.ts';
import { Post } from '#server/features/posts/entities.ts';

export const notificationKinds = [
  'mention',
  'post',
  'boost',
  'like',
  'follow',
  'follow_request',
  'poll',
  'edit',
  'quote',
  'quoted_edit',
  'severed',
  'reaction',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

export const NotificationSchema = defineEntity({
  name: 'Notification',
  tableName: 'notifications',
  properties: {
    /** Counts up from 1: clients read it as a number below 2^53. */
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    fromAccountId: () => p.manyToOne(Account).mapToPk().fieldName('from_account_id').deleteRule('cascade'),
    kind: p.text().$type<NotificationKind>(),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').nullable().deleteRule('cascade').index(),
    /** The follows that a blocked server took along; the one who did it is then the reader, since there is nobody else. */
    severanceId: () =>
      p.manyToOne(Severance).mapToPk().fieldName('severance_id').nullable().deleteRule('cascade').index(),
    /** What of a day belongs together: likes of one post, boosts of one post, new followers. Null for what stands alone. */
    groupKey: p.text().nullable(),
    /** How many there are in the group, kept on its latest and null on the others; 1 for what stands alone. */
    groupSize: p.integer().nullable().default(1),
    /** Held back by the reader's policy until they let the sender in. */
    filtered: p.boolean().default(false),
    createdAt: p.datetime(3),
  },
  uniques: [
    {
      name: 'notifications_once',
      expression:
        'create unique index notifications_once on notifications (account_id, kind, from_account_id, coalesce(post_id, severance_id, 0))',
    },
  ],
  indexes: [
    { name: 'notifications_page', properties: ['accountId', 'id'] },
    { name: 'notifications_kind', properties: ['accountId', 'kind', 'id'] },
    { name: 'notifications_from', properties: ['fromAccountId', 'accountId', 'id'] },
    {
      name: 'notifications_heads',
      expression: 'create index notifications_heads on notifications (account_id, id) where group_size is not null',
    },
    {
      name: 'notifications_group',
      expression: `create index notifications_group on notifications (account_id, group_key, id) include (from_account_id) where group_key is not null`,
    },
  ],
});
export class Notification extends NotificationSchema.class {}
NotificationSchema.setClass(Notification);

/** What becomes of news by somebody: `filter` holds it back in a request, `drop` forgets it. */
export const verdicts = ['accept', 'filter', 'drop'] as const;
export type Verdict = (typeof verdicts)[number];

/** What somebody decided about news by people whom they do not know. Without a row the defaults of `policy.ts` hold. */
export const NotificationPolicySchema = defineEntity({
  name: 'NotificationPolicy',
  tableName: 'notification_policies',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    forNotFollowing: p.text().$type<Verdict>(),
    forNotFollowers: p.text().$type<Verdict>(),
    forNewAccounts: p.text().$type<Verdict>(),
    forPrivateMentions: p.text().$type<Verdict>(),
    forLimitedAccounts: p.text().$type<Verdict>(),
    forBots: p.text().$type<Verdict>(),
  },
});
export class NotificationPolicy extends NotificationPolicySchema.class {}
NotificationPolicySchema.setClass(NotificationPolicy);

/** Somebody whose news are held back. */
export const NotificationRequestSchema = defineEntity({
  name: 'NotificationRequest',
  tableName: 'notification_requests',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    fromAccountId: () => p.manyToOne(Account).mapToPk().fieldName('from_account_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  uniques: [{ name: 'notification_requests_once', properties: ['accountId', 'fromAccountId'] }],
  indexes: [{ name: 'notification_requests_page', properties: ['accountId', 'id'] }],
});
export class NotificationRequest extends NotificationRequestSchema.class {}
NotificationRequestSchema.setClass(NotificationRequest);

/** Somebody whom the reader let in, whatever the policy says. */
export const NotificationPermissionSchema = defineEntity({
  name: 'NotificationPermission',
  tableName: 'notification_permissions',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    fromAccountId: () =>
      p.manyToOne(Account).mapToPk().fieldName('from_account_id').primary().deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
});
export class NotificationPermission extends NotificationPermissionSchema.class {}
NotificationPermissionSchema.setClass(NotificationPermission);

export const markerTimelines = ['home', 'notifications'] as const;
export type MarkerTimeline = (typeof markerTimelines)[number];

/** How far somebody has read, the same on all their devices. */
export const MarkerSchema = defineEntity({
  name: 'Marker',
  tableName: 'markers',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    timeline: p.text().$type<MarkerTimeline>().primary(),
    lastReadId: p.bigint('string'),
    version: p.integer().default(1),
    updatedAt: p.datetime(3),
  },
});
export class Marker extends MarkerSchema.class {}
MarkerSchema.setClass(Marker);
