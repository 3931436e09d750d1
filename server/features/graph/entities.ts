// Who follows, blocks and mutes whom.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

export type FollowState = 'pending' | 'accepted';

export const FollowSchema = defineEntity({
  name: 'Follow',
  tableName: 'follows',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    followerId: () => p.manyToOne(Account).mapToPk().fieldName('follower_id').deleteRule('cascade'),
    followeeId: () => p.manyToOne(Account).mapToPk().fieldName('followee_id').deleteRule('cascade'),
    /** Who is written to abroad, and who has a home timeline here, is asked for each post: without a look at each follower. */
    followerIsRemote: p.boolean(),
    state: p.text().$type<FollowState>(),
    uri: p.text().nullable(),
    showBoosts: p.boolean().default(true),
    notify: p.boolean().default(false),
    languages: p.json<string[]>().nullable(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'follows_pair', properties: ['followerId', 'followeeId'] }],
  indexes: [
    {
      name: 'follows_followee',
      expression: `create index follows_followee on follows (followee_id, state, id) include (follower_id, follower_is_remote, show_boosts, notify, languages)`,
    },
    {
      name: 'follows_follower',
      expression: `create index follows_follower on follows (follower_id, state, id) include (followee_id)`,
    },
    {
      name: 'follows_remote_followers',
      expression: `create index follows_remote_followers on follows (followee_id, follower_id) where follower_is_remote and state = 'accepted'`,
    },
  ],
});
export class Follow extends FollowSchema.class {}
FollowSchema.setClass(Follow);

export const BlockSchema = defineEntity({
  name: 'Block',
  tableName: 'blocks',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    blockerId: () => p.manyToOne(Account).mapToPk().fieldName('blocker_id').deleteRule('cascade'),
    blockedId: () => p.manyToOne(Account).mapToPk().fieldName('blocked_id').deleteRule('cascade'),
    uri: p.text().nullable(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'blocks_pair', properties: ['blockerId', 'blockedId'] }],
  indexes: [{ name: 'blocks_blocked', properties: ['blockedId', 'blockerId'] }],
});
export class Block extends BlockSchema.class {}
BlockSchema.setClass(Block);

export const MuteSchema = defineEntity({
  name: 'Mute',
  tableName: 'mutes',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    muterId: () => p.manyToOne(Account).mapToPk().fieldName('muter_id').deleteRule('cascade'),
    mutedId: () => p.manyToOne(Account).mapToPk().fieldName('muted_id').deleteRule('cascade'),
    hideNotifications: p.boolean().default(true),
    expiresAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'mutes_pair', properties: ['muterId', 'mutedId'] }],
  indexes: [{ name: 'mutes_muted', properties: ['mutedId', 'muterId'] }],
});
export class Mute extends MuteSchema.class {}
MuteSchema.setClass(Mute);

/** A server that somebody does not want to see. */
export const DomainBlockSchema = defineEntity({
  name: 'DomainBlock',
  tableName: 'domain_blocks',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    /** As in `accounts.domain`: lower case, ASCII. */
    domain: p.text(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'domain_blocks_once', properties: ['accountId', 'domain'] }],
  indexes: [{ name: 'domain_blocks_page', properties: ['accountId', 'id'] }],
});
export class DomainBlock extends DomainBlockSchema.class {}
DomainBlockSchema.setClass(DomainBlock);

/** Somebody whom one shows on one's own profile. */
export const EndorsementSchema = defineEntity({
  name: 'Endorsement',
  tableName: 'endorsements',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    endorsedId: () => p.manyToOne(Account).mapToPk().fieldName('endorsed_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'endorsements_pair', properties: ['accountId', 'endorsedId'] }],
  indexes: [{ name: 'endorsements_page', properties: ['accountId', 'id'] }],
});
export class Endorsement extends EndorsementSchema.class {}
EndorsementSchema.setClass(Endorsement);

/** What somebody noted about another, for their own eyes. */
export const AccountNoteSchema = defineEntity({
  name: 'AccountNote',
  tableName: 'account_notes',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    aboutId: () => p.manyToOne(Account).mapToPk().fieldName('about_id').primary().deleteRule('cascade').index(),
    text: p.text(),
    updatedAt: p.datetime(3),
  },
});
export class AccountNote extends AccountNoteSchema.class {}
AccountNoteSchema.setClass(AccountNote);

/** Somebody left one account for another; what counts for how soon they may do so again. */
export const MoveSchema = defineEntity({
  name: 'Move',
  tableName: 'moves',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    targetId: () => p.manyToOne(Account).mapToPk().fieldName('target_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'moves_account', properties: ['accountId', 'createdAt'] }],
});
export class Move extends MoveSchema.class {}
MoveSchema.setClass(Move);

/** The follows that somebody here lost because a server was blocked. */
export const SeveranceSchema = defineEntity({
  name: 'Severance',
  tableName: 'severances',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    /** The name of the block. */
    domain: p.text(),
    /** What was decided; @see domain_changes. */
    changeId: p.bigint('string'),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'severances_once', properties: ['accountId', 'changeId', 'domain'] }],
  indexes: [{ name: 'severances_page', properties: ['accountId', 'id'] }],
});
export class Severance extends SeveranceSchema.class {}
SeveranceSchema.setClass(Severance);

/** One of these follows, as it was. */
export const SeveredFollowSchema = defineEntity({
  name: 'SeveredFollow',
  tableName: 'severed_follows',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    severanceId: () => p.manyToOne(Severance).mapToPk().fieldName('severance_id').deleteRule('cascade'),
    /** The account of the blocked server. */
    otherId: () => p.manyToOne(Account).mapToPk().fieldName('other_id').deleteRule('cascade').index(),
    /** `following`: the one here followed the other; `follower`: the other way round. */
    direction: p.text().$type<'following' | 'follower'>(),
    showBoosts: p.boolean(),
    notify: p.boolean(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'severed_follows_once', properties: ['severanceId', 'direction', 'otherId'] }],
});
export class SeveredFollow extends SeveredFollowSchema.class {}
SeveredFollowSchema.setClass(SeveredFollow);
