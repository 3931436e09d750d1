// Who wants to hear of whom.
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** The reader does not mute the other together with their notifications. */
export function hears(reader: RawBuilder<unknown>, other: RawBuilder<unknown>, now: Date): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from mutes m where m.muter_id = ${reader} and m.muted_id = ${other}
    and m.hide_notifications and (m.expires_at is null or m.expires_at > ${now}))`;
}
