// What other servers sent us and what we owe them, as durable rows.
import { defineEntity, p } from '@mikro-orm/core';

/**
 * An activity as it came in, stored before it is answered with 202. Unique by the proven actor and the activity's id; what somebody else
 * brought stands beside it until its proof is judged, so that no forgery keeps out the genuine one.
 */
export const InboxActivitySchema = defineEntity({
  name: 'InboxActivity',
  tableName: 'inbox_activities',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    actorUri: p.text(),
    activityUri: p.text(),
    body: p.text(),
    receivedAt: p.datetime(3).index(),
    handledAt: p.datetime(3).nullable(),
    /** `done`, or the reason code for which nothing was changed. */
    outcome: p.text().nullable(),
    /** Who brought it, when that was not its actor. */
    carrierUri: p.text().nullable(),
    /** Whether it is certain that the actor said it. */
    proven: p.boolean().default(true),
  },
  indexes: [
    {
      name: 'inbox_activities_proven_once',
      expression:
        'create unique index inbox_activities_proven_once on inbox_activities (actor_uri, activity_uri) where proven',
    },
    {
      name: 'inbox_activities_brought_once',
      expression:
        'create unique index inbox_activities_brought_once on inbox_activities (actor_uri, activity_uri, carrier_uri) where not proven',
    },
  ],
});
export class InboxActivity extends InboxActivitySchema.class {}
InboxActivitySchema.setClass(InboxActivity);

/** An activity of ours as it is sent, stored once for all its recipients. */
export const OutgoingActivitySchema = defineEntity({
  name: 'OutgoingActivity',
  tableName: 'outgoing_activities',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    /** Which event and subscriber made it, so that a repeated job makes it once. */
    cause: p.text().unique(),
    activityUri: p.text(),
    senderId: p.bigint('string'),
    /** Activities about the same object reach a server in the order they were made. */
    orderingKey: p.text(),
    body: p.text(),
    /** The sender's followers, when it goes to all of them: those who get it are told which of theirs these are. */
    followersUrl: p.text().nullable(),
    createdAt: p.datetime(3).index(),
  },
});
export class OutgoingActivity extends OutgoingActivitySchema.class {}
OutgoingActivitySchema.setClass(OutgoingActivity);

export type DeliveryState = 'waiting' | 'delivered' | 'failed';

/** One activity owed to one (shared) inbox. `leasedUntil` says that a worker has it in hand. */
export const DeliverySchema = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    activityId: () => p.manyToOne(OutgoingActivity).mapToPk().fieldName('activity_id').deleteRule('cascade'),
    inboxUrl: p.text(),
    host: p.text(),
    orderingKey: p.text(),
    state: p.text().$type<DeliveryState>().default('waiting'),
    attempts: p.integer().default(0),
    dueAt: p.datetime(3),
    leasedUntil: p.datetime(3).nullable(),
    lastStatus: p.integer().nullable(),
    lastError: p.text().nullable(),
    finishedAt: p.datetime(3).nullable(),
  },
  uniques: [{ name: 'deliveries_once', properties: ['activityId', 'inboxUrl'] }],
  indexes: [
    {
      name: 'deliveries_due',
      expression: `create index deliveries_due on deliveries (due_at, id) where state = 'waiting'`,
    },
    {
      name: 'deliveries_of_host',
      expression: `create index deliveries_of_host on deliveries (host, ordering_key, id) where state <> 'delivered'`,
    },
  ],
});
export class Delivery extends DeliverySchema.class {}
DeliverySchema.setClass(Delivery);

/** What we know of another server: which signature it takes, and whether it answers. */
export const RemoteHostSchema = defineEntity({
  name: 'RemoteHost',
  tableName: 'remote_hosts',
  properties: {
    host: p.text().primary(),
    signatureScheme: p.text().$type<'cavage' | 'rfc9421'>().default('cavage'),
    failuresSince: p.datetime(3).nullable(),
    failures: p.integer().default(0),
    closedUntil: p.datetime(3).nullable(),
    lastSeenAt: p.datetime(3).nullable(),
  },
});
export class RemoteHost extends RemoteHostSchema.class {}
RemoteHostSchema.setClass(RemoteHost);
