// The transactional outbox: what happened, written with the change itself, until everybody who must know has done their part.
import { defineEntity, p } from '@mikro-orm/core';

export const OutboxEventSchema = defineEntity({
  name: 'OutboxEvent',
  tableName: 'outbox_events',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    name: p.text(),
    payload: p.json<Record<string, unknown>>(),
    /** `inbox`: others' news, which waits while there is our own people's to bring. */
    lane: p.text().$type<'interactive' | 'inbox'>().default('interactive'),
    /** Not before this moment; scheduled work is an event with a due date. */
    dueAt: p.datetime(3),
    createdAt: p.datetime(3),
    /** When the relay last turned it into jobs; null until then. */
    dispatchedAt: p.datetime(3).nullable(),
    /** Subscribers that have not finished yet; null until dispatched. The row goes when the last one has. */
    pending: p.array().columnType('text[]').nullable(),
  },
  indexes: [
    {
      name: 'outbox_events_due',
      expression: 'create index outbox_events_due on outbox_events (lane, due_at, id) where dispatched_at is null',
    },
    {
      name: 'outbox_events_dispatched',
      expression:
        'create index outbox_events_dispatched on outbox_events (dispatched_at) where dispatched_at is not null',
    },
  ],
});
export class OutboxEvent extends OutboxEventSchema.class {}
OutboxEventSchema.setClass(OutboxEvent);
