// Relays that the staff subscribed to.
import { defineEntity, p } from '@mikro-orm/core';

/** `mastodon`: everybody is followed at its inbox, and it passes on. `litepub`: its actor is followed, and it boosts. */
export type RelayKind = 'mastodon' | 'litepub';

/** `paused`: the staff asked it to stop. */
export type RelayState = 'pending' | 'accepted' | 'rejected' | 'paused';

export const RelaySchema = defineEntity({
  name: 'Relay',
  tableName: 'relays',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    /** As the staff gave it: an inbox, or an actor. */
    address: p.text().unique(),
    kind: p.text().$type<RelayKind>(),
    inboxUrl: p.text(),
    /** Of a Mastodon-style relay it is known when it answers. */
    actorUri: p.text().nullable(),
    /** The address of the Follow that is or was in force; a new one each time. */
    followUri: p.text().unique(),
    state: p.text().$type<RelayState>(),
    createdAt: p.datetime(3),
    answeredAt: p.datetime(3).nullable(),
  },
});
export class Relay extends RelaySchema.class {}
RelaySchema.setClass(Relay);
