// Who may follow and speak to whom: as code and as its SQL twin.
import { isActive, type AccountStanding } from '#server/features/accounts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** What stands between two accounts. A block in either direction, of the account or of its server, hides each from the other. */
export interface Between {
  blocking: boolean;
  blockedBy: boolean;
}

interface Person extends AccountStanding {
  id: string;
}

/** True when neither blocks the other and both may act: liking, boosting, replying, mentioning. */
export function mayInteract(actor: Person, target: Person, between: Between): boolean {
  return isActive(actor) && isActive(target) && !between.blocking && !between.blockedBy;
}

/** True when `follower` may ask to follow `followee`. */
export function mayFollow(follower: Person, followee: Person, between: Between): boolean {
  return follower.id !== followee.id && mayInteract(follower, followee, between);
}

/** SQL twin of "neither blocks the other". `account` is a column or value with the other account's id. */
export function noBlockBetween(viewerId: string, account: RawBuilder<unknown>): RawBuilder<boolean> {
  const viewer = sql`${viewerId}::bigint`;
  return sql<boolean>`(not exists (
    select from blocks where (blocker_id = ${viewer} and blocked_id = ${account}) or (blocker_id = ${account} and blocked_id = ${viewer})
  ) and ${noDomainBlock(viewer, account)} and ${noDomainBlock(account, viewer)})`;
}

/** SQL: that account lets the viewer come near; whom the viewer blocks is not asked. `account` as above. */
export function isNotBlockedBy(viewerId: string, account: RawBuilder<unknown>): RawBuilder<boolean> {
  const viewer = sql`${viewerId}::bigint`;
  return sql<boolean>`(not exists (select from blocks where blocker_id = ${account} and blocked_id = ${viewer})
    and ${noDomainBlock(account, viewer)})`;
}

/** SQL: `one` does not block the server of `other`. Both are expressions of type bigint. */
export function noDomainBlock(one: RawBuilder<unknown>, other: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from domain_blocks d where d.account_id = ${one}
    and exists (select from accounts x where x.id = ${other} and x.domain = d.domain))`;
}

/**
 * SQL: the viewer comes upon that account without looking for it: it is not limited, or the viewer follows it or is it. `viewer`
 * is an expression of type bigint, null for nobody.
 */
export function isListedFor(viewer: RawBuilder<unknown>, account: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(not exists (select from accounts l where l.id = ${account} and l.limited_at is not null)
    or coalesce(${account} = ${viewer}, false)
    or exists (select from follows f where f.follower_id = ${viewer} and f.followee_id = ${account} and f.state = 'accepted'))`;
}

/** SQL: the viewer has muted that account and the mute has not ended. */
export function isMuted(viewerId: string, account: RawBuilder<unknown>, now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from mutes where muter_id = ${viewerId} and muted_id = ${account} and (expires_at is null or expires_at > ${now})
  )`;
}

/** After a move one stays for so long: followers are not to be sent to and fro. */
export const moveRestMs = 7 * 24 * 60 * 60 * 1000;

/** Why somebody cannot go on under that account; null when they can. */
export type MoveRefusal = 'same_account' | 'not_linked_back' | 'target_gone' | 'target_moved';

/** What decides whether an account may be left for another. */
interface Movable extends Person {
  uri: string;
  kind: string;
  alsoKnownAs: string[];
  movedToUri: string | null;
}

/** Whether an account may be left for another: both must name each other, and the other must be in use. */
export function refuseMove(account: Movable, target: Movable): MoveRefusal | null {
  if (account.id === target.id) return 'same_account';
  if (!isActive(target) || target.kind === 'application') return 'target_gone';
  if (target.movedToUri !== null) return 'target_moved';
  return target.alsoKnownAs.includes(account.uri) ? null : 'not_linked_back';
}
