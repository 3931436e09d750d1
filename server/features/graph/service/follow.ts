// Following: ask, accept, refuse, stop. Every verb may be repeated.
import type { Selectable } from 'kysely';
import type { AppContext } from '#server/context.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Forbidden, Invalid, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { isLanguageCode } from '#server/platform/text.ts';
import type { Tables } from '#server/schema.ts';
import type { FollowState } from '../entities.ts';
import { mayFollow } from '../policy.ts';
import { countFollow, lockPair, readBetween, removeFollow } from './pair.ts';

/** The most languages of one follow. */
export const mostLanguages = 50;

export interface Pair {
  followerId: string;
  followeeId: string;
}

export interface FollowWish extends Pair {
  /** The id of the Follow activity when it came from another server. */
  uri?: string;
  showBoosts?: boolean;
  notify?: boolean;
  /** Only posts in these languages, at most 50 codes; empty for all. */
  languages?: string[];
}

/**
 * Follows, or asks to when the followee is locked or lives elsewhere. Again with other wishes only changes those;
 * a remote follower who asks again is told again that the answer was yes.
 * @throws {NotFound} {Forbidden} when the two may not
 * @throws {Invalid} when a language is none, or there are too many
 */
export async function follow(ctx: AppContext, wish: FollowWish): Promise<FollowState> {
  const [follower, followee] = await findBoth(ctx, wish);
  return ctx.database.write(async (tx) => {
    await lockPair(tx, wish.followerId, wish.followeeId);
    const between = await readBetween(tx, wish.followerId, wish.followeeId);
    if (!mayFollow(follower, followee, between)) throw new Forbidden(refusal(wish));
    const present = await tx.sql
      .selectFrom('follows')
      .selectAll()
      .where('follower_id', '=', wish.followerId)
      .where('followee_id', '=', wish.followeeId)
      .executeTakeFirst();
    return present ? changeFollow(tx, wish, present, follower) : beginFollow(ctx, tx, wish, follower, followee);
  });
}

function refusal(pair: Pair): string {
  return pair.followerId === pair.followeeId ? 'You cannot follow yourself' : 'This action is not allowed';
}

async function findBoth(ctx: AppContext, pair: Pair): Promise<[AccountView, AccountView]> {
  const accounts = await loadAccounts(ctx, [pair.followerId, pair.followeeId]);
  const follower = accounts.find((account) => account.id === pair.followerId);
  const followee = accounts.find((account) => account.id === pair.followeeId);
  if (!follower || !followee || followee.suspendedAt !== null) throw new NotFound('Record not found');
  return [follower, followee];
}

async function beginFollow(
  ctx: AppContext,
  tx: Transaction,
  wish: FollowWish,
  follower: AccountView,
  followee: AccountView,
): Promise<FollowState> {
  const { followerId, followeeId } = wish;
  const asks = followee.domain !== null || followee.locked || follower.limitedAt !== null;
  const state: FollowState = asks ? 'pending' : 'accepted';
  const id = ctx.newId();
  await tx.sql
    .insertInto('follows')
    .values({
      id,
      follower_id: followerId,
      followee_id: followeeId,
      follower_is_remote: follower.domain !== null,
      state,
      uri: wish.uri ?? (follower.domain === null ? addresses(ctx.config).follow(id) : null),
      show_boosts: wish.showBoosts ?? true,
      notify: wish.notify ?? false,
      languages: languages(wish),
      created_at: ctx.clock(),
    })
    .execute();
  if (state === 'accepted') await countFollow(tx, wish, 1);
  await tx.emit(state === 'accepted' ? 'follow.accepted' : 'follow.requested', {
    followId: id,
    followerId,
    followeeId,
  });
  return state;
}

async function changeFollow(
  tx: Transaction,
  wish: FollowWish,
  present: Selectable<Tables['follows']>,
  follower: AccountView,
): Promise<FollowState> {
  const { followerId, followeeId } = wish;
  await tx.sql
    .updateTable('follows')
    .set({
      show_boosts: wish.showBoosts ?? present.show_boosts,
      notify: wish.notify ?? present.notify,
      uri: wish.uri ?? present.uri,
      ...(wish.languages === undefined ? {} : { languages: languages(wish) }),
    })
    .where('id', '=', present.id)
    .execute();
  const asksAgain = follower.domain !== null && present.state === 'accepted';
  if (asksAgain) await tx.emit('follow.accepted', { followId: present.id, followerId, followeeId });
  return present.state;
}

function languages(wish: FollowWish) {
  const wanted = wish.languages ?? [];
  // The fan-out's index holds them: their length has an end.
  if (wanted.length > mostLanguages || !wanted.every(isLanguageCode)) {
    const description = `are at most ${mostLanguages} codes such as en or pt-BR`;
    throw new Invalid(`Validation failed: Languages ${description}`, {
      details: { languages: [{ error: 'ERR_INVALID', description }] },
    });
  }
  return sql<string[] | null>`${wanted.length === 0 ? null : JSON.stringify(wanted)}::jsonb`;
}

/** Stops following, or takes the request back. True when there was something to stop. */
export async function unfollow(ctx: AppContext, pair: Pair): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    await lockPair(tx, pair.followerId, pair.followeeId);
    const removed = await removeFollow(tx, pair);
    if (!removed) return false;
    const { uri: followUri, followerId, followeeId } = removed;
    await tx.emit('follow.removed', { followUri, followerId, followeeId });
    return true;
  });
}

/** Says yes to a request. False when there is none (also when it was accepted before). */
export async function acceptFollow(ctx: AppContext, pair: Pair): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    await lockPair(tx, pair.followerId, pair.followeeId);
    const accepted = await tx.sql
      .updateTable('follows')
      .set({ state: 'accepted' })
      .where('follower_id', '=', pair.followerId)
      .where('followee_id', '=', pair.followeeId)
      .where('state', '=', 'pending')
      .returning('id')
      .executeTakeFirst();
    if (!accepted) return false;
    await countFollow(tx, pair, 1);
    await tx.emit('follow.accepted', {
      followId: accepted.id,
      followerId: pair.followerId,
      followeeId: pair.followeeId,
    });
    return true;
  });
}

/** Refuses a request, or removes a follower. False when there was neither. */
export async function rejectFollow(ctx: AppContext, pair: Pair): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    await lockPair(tx, pair.followerId, pair.followeeId);
    const removed = await removeFollow(tx, pair);
    if (!removed) return false;
    const { uri: followUri, followerId, followeeId } = removed;
    await tx.emit('follow.rejected', { followUri, followerId, followeeId });
    return true;
  });
}
