// Follows and blocks between our people and those of other servers: what we accept. What we send is in activitypub/send.ts.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { findAccount, findAccountByUri, type AccountView } from '#server/features/accounts/queries.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { sql } from '#server/platform/database.ts';
import { lockAddress } from '#server/platform/fediverse/address-lock.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { asId, asObject, asOnlyId, typeOf } from '#server/platform/fediverse/json.ts';
import { mayFollow } from './policy.ts';
import { block, unblock } from './service/block.ts';
import { acceptFollow, follow, rejectFollow, unfollow } from './service/follow.ts';
import { readBetween } from './service/pair.ts';

const rememberUndoneMs = 7 * 24 * 60 * 60 * 1000;

/** Somebody wants to follow one of ours. Who may not is told so. */
export async function receiveFollow(ctx: AppContext, { id, json, actor }: Incoming): Promise<Effect> {
  const followee = await findOwn(ctx, asOnlyId(json['object']));
  if (followee === null) return drop('unknown_object');
  if (followee.kind === 'application') return drop('not_followable');
  return async (ctx) => {
    if (await wasUndone(ctx, id, actor.uri)) return 'undone';
    const between = await ctx.database.write((tx) => readBetween(tx, actor.id, followee.id));
    if (!mayFollow(actor, followee, between)) {
      await ctx.database.write((tx) =>
        tx.emit('follow.rejected', { followUri: id, followerId: actor.id, followeeId: followee.id }),
      );
      return 'refused';
    }
    await follow(ctx, { followerId: actor.id, followeeId: followee.id, uri: id });
    return 'done';
  };
}

/** The one whom one of ours asked says yes. */
export async function receiveAccept(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const follower = await findAsker(ctx, incoming);
  if (follower === null) return drop('unknown_object');
  return async (ctx) =>
    (await acceptFollow(ctx, { followerId: follower.id, followeeId: incoming.actor.id })) ? 'done' : 'no_request';
}

/** The one whom one of ours asked says no, or sends a follower away. */
export async function receiveReject(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const follower = await findAsker(ctx, incoming);
  if (follower === null) return drop('unknown_object');
  return async (ctx) =>
    (await rejectFollow(ctx, { followerId: follower.id, followeeId: incoming.actor.id })) ? 'done' : 'no_request';
}

/**
 * Who asked, by the Follow that is answered: one that we sent to the very one who answers. Some servers send it whole,
 * some by its id alone, some with an id of their own.
 */
async function findAsker(ctx: AppContext, { json, actor }: Incoming): Promise<AccountView | null> {
  const uri = asOnlyId(json['object']);
  const followId = uri === null ? null : ownId(ctx.config, 'follows', uri);
  if (followId !== null) {
    const row = await ctx.database.read
      .selectFrom('follows')
      .select(['follower_id', 'followee_id'])
      .where('id', '=', followId)
      .executeTakeFirst();
    if (row) return row.followee_id === actor.id ? findAccount(ctx, row.follower_id) : null;
  }
  const embedded = asObject(json['object']);
  if (embedded === null || typeOf(embedded) !== 'Follow' || asId(embedded['object']) !== actor.uri) return null;
  return findOwn(ctx, asId(embedded['actor']));
}

/** Somebody stops following one of ours, or takes the request back. `uri` is that of the Follow, `object` its object, as far as they are told. */
export async function undoFollow(
  ctx: AppContext,
  { actor }: Incoming,
  undone: { uri: string | null; object: string | null },
): Promise<Effect | null> {
  const followee = await findOwn(ctx, undone.object);
  return async (ctx) => {
    const named = undone.uri === null ? null : await findFollowee(ctx, actor.id, undone.uri);
    const followeeId = followee?.id ?? named;
    if (followeeId === null) return 'unknown_object';
    return (await unfollow(ctx, { followerId: actor.id, followeeId })) ? 'done' : 'no_request';
  };
}

async function findFollowee(ctx: AppContext, followerId: string, uri: string): Promise<string | null> {
  const row = await ctx.database.read
    .selectFrom('follows')
    .select('followee_id')
    .where('follower_id', '=', followerId)
    .where('uri', '=', uri)
    .executeTakeFirst();
  return row?.followee_id ?? null;
}

/** Somebody blocks one of ours: both disappear for each other. */
export async function receiveBlock(ctx: AppContext, { id, json, actor }: Incoming): Promise<Effect> {
  const blocked = await findOwn(ctx, asOnlyId(json['object']));
  if (blocked === null) return drop('unknown_object');
  return async (ctx) => {
    if (await wasUndone(ctx, id, actor.uri)) return 'undone';
    await block(ctx, { blockerId: actor.id, blockedId: blocked.id, uri: id });
    return 'done';
  };
}

/** Somebody ends a block of one of ours. */
export async function undoBlock(
  ctx: AppContext,
  { actor }: Incoming,
  undone: { uri: string | null; object: string | null },
): Promise<Effect | null> {
  const blocked = await findOwn(ctx, undone.object);
  return async (ctx) => {
    const named = undone.uri === null ? null : await findBlocked(ctx, actor.id, undone.uri);
    const blockedId = blocked?.id ?? named;
    if (blockedId === null) return 'unknown_object';
    return (await unblock(ctx, { blockerId: actor.id, blockedId })) ? 'done' : 'no_request';
  };
}

async function findBlocked(ctx: AppContext, blockerId: string, uri: string): Promise<string | null> {
  const row = await ctx.database.read
    .selectFrom('blocks')
    .select('blocked_id')
    .where('blocker_id', '=', blockerId)
    .where('uri', '=', uri)
    .executeTakeFirst();
  return row?.blocked_id ?? null;
}

/**
 * True for an activity that its author took back before it came; who takes it back now waits. After a week it may be another one of the
 * same name.
 */
async function wasUndone(ctx: AppContext, uri: string, accountUri: string): Promise<boolean> {
  const since = new Date(ctx.clock().getTime() - rememberUndoneMs);
  return ctx.database.write(async (tx) => {
    await lockAddress(tx.sql, uri);
    const { rows } =
      await sql`select from tombstones where uri = ${uri} and account_uri = ${accountUri} and deleted_at > ${since}`.execute(
        tx.sql,
      );
    return rows.length > 0;
  });
}

/** One of our own people, who may act. */
async function findOwn(ctx: AppContext, uri: string | null): Promise<AccountView | null> {
  const account = uri === null ? null : await findAccountByUri(ctx, uri);
  return account !== null && account.domain === null && isActive(account) ? account : null;
}
