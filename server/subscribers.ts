// What follows from what: each event, and everything that happens because of it. Read this first.
import type { AppContext } from '#server/context.ts';
import type { EventName, Events } from '#server/events.ts';
import { sendWantedLetter } from '#server/features/auth/subscribers.ts';
import type { Lane } from '#server/platform/queue/queue.ts';

/** Loads the present state by id and does its part; safe to run twice. `job.cause` is the same on every run. */
export type Subscriber<Name extends EventName> = (ctx: AppContext, payload: Events[Name], job: { cause: string; eventId: string }) => Promise<void>;

interface InLane<Name extends EventName> {
  lane: Lane;
  run: Subscriber<Name>;
}

type Subscribers = { [Name in EventName]: Record<string, Subscriber<Name> | InLane<Name>> };

/** Work that may wait: mail, fetches from other servers, previews. */
export const slow = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'slow', run });
const inbox = <Name extends EventName>(run: Subscriber<Name>): InLane<Name> => ({ lane: 'inbox', run });

export const subscribers: Subscribers = {
  'account.opened': {},
  'account.updated': {},
  'email.wanted': { letter: slow(sendWantedLetter) },
  'follow.requested': {},
  'follow.accepted': {},
  'follow.rejected': {},
  'follow.removed': {},
  'block.created': {},
  'block.removed': {},
  'mute.created': {},
  'post.created': {},
  'post.edited': {},
  'post.deleted': {},
  'post.liked': {},
  'post.unliked': {},
  'activity.received': {},
};
void inbox;
