// What people are told: one row for each thing that happened to them.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
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
    createdAt: p.datetime(3),
  },
  uniques: [
    {
      name: 'notifications_once',
      expression:
        'create unique index notifications_once on notifications (account_id, kind, from_account_id, coalesce(post_id, 0))',
    },
  ],
  indexes: [
    { name: 'notifications_page', properties: ['accountId', 'id'] },
    { name: 'notifications_from', properties: ['fromAccountId'] },
  ],
});
export class Notification extends NotificationSchema.class {}
NotificationSchema.setClass(Notification);

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
