// Posts with all that stands in them. A boost is a post of its own that points at another. What people do with posts, polls and
// quotes have files of their own in entities/.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import type { EmojiReference, ReactionCount } from '#server/features/emojis/entities.ts';
import { LinkPreview } from '#server/features/links/entities.ts';
import type { MediaFile, MediaKind, MediaMeasures, MediaState } from '#server/features/media/entities.ts';
import type { InteractionRules, QuotePolicy, Visibility } from '#server/features/instance/entities.ts';

export { quotePolicies, type InteractionRules, type QuotePolicy } from '#server/features/instance/entities.ts';
export const replyPolicies = ['everyone', 'followers', 'mentioned', 'nobody'] as const;
export type ReplyPolicy = (typeof replyPolicies)[number];

const listOf = <Item>() =>
  p
    .json<Item[]>()
    .defaultRaw(`'[]'`)
    .onCreate(() => []);

export const PostSchema = defineEntity({
  name: 'Post',
  tableName: 'posts',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    uri: p.text().unique(),
    url: p.text().nullable(),
    local: p.boolean(),
    visibility: p.text().$type<Visibility>(),
    source: p.text().nullable(),
    html: p.text().default(''),
    summary: p.text().default(''),
    sensitive: p.boolean().default(false),
    /** It shows pictures, films or sounds. A boost shows none of its own. */
    hasMedia: p.boolean().default(false),
    /** What describes these, so that a post is found by it. */
    mediaText: p.text().default(''),
    language: p.text().nullable(),
    emojis: listOf<EmojiReference>(),
    inReplyToId: p.bigint('string').nullable(),
    inReplyToAccountId: p.bigint('string').nullable(),
    inReplyToUri: p.text().nullable(),
    conversationId: p.bigint('string'),
    /** The group of another server (FEP-1b12) in which it was written. */
    groupId: p.bigint('string').nullable(),
    boostOfId: () => p.manyToOne(Post).mapToPk().fieldName('boost_of_id').nullable().deleteRule('cascade'),
    appId: p.bigint('string').nullable(),
    /** What is shown of the first link in its text. */
    linkPreviewId: () =>
      p.manyToOne(LinkPreview).mapToPk().fieldName('link_preview_id').nullable().deleteRule('set null'),
    /** Who may quote it; nobody may quote what is not for all. */
    quotePolicy: p.text().$type<QuotePolicy>().default('public'),
    /** Who may ask its author to quote it; of posts of other servers alone. */
    quoteAsking: p.text().$type<QuotePolicy>().default('nobody'),
    /** Who may answer it. */
    replyPolicy: p.text().$type<ReplyPolicy>().default('everyone'),
    /** What the author of a post of another server restricts; null when that is nothing. */
    interactionRules: p.json<InteractionRules>().nullable(),
    /**
     * Whose leave it waits for, as an answer or boost: the author of the other post, who wants to be asked. Until then the two alone
     * see it. Null: it waits for nobody. The author themselves: it was refused, and they alone see it.
     */
    awaitsId: p.bigint('string').nullable(),
    /** Where the author of the other post agrees to this answer or boost; as long as it waits for that, where they are said to. */
    approvedBy: p.text().nullable(),
    /** That is in the words of older software; of posts of ours. */
    approvedFormerly: p.boolean().default(false),
    quotesCount: p.integer().default(0),
    /** How often people reacted with which emoji, the first one first; see features/reactions. */
    reactions: listOf<ReactionCount>(),
    likesCount: p.integer().default(0),
    boostsCount: p.integer().default(0),
    repliesCount: p.integer().default(0),
    /** As its origin counts, with what our own people did since; null for ours, and where the origin does not say. */
    originLikes: p.integer().nullable(),
    originBoosts: p.integer().nullable(),
    originReplies: p.integer().nullable(),
    createdAt: p.datetime(3),
    editedAt: p.datetime(3).nullable(),
  },
  indexes: [
    { name: 'posts_author', expression: 'create index posts_author on posts (account_id, id desc)' },
    {
      name: 'posts_replies',
      expression: 'create index posts_replies on posts (in_reply_to_id, id) where in_reply_to_id is not null',
    },
    {
      name: 'posts_waiting_replies',
      expression:
        'create index posts_waiting_replies on posts (in_reply_to_uri) where in_reply_to_id is null and in_reply_to_uri is not null',
    },
    {
      name: 'posts_approved',
      expression: 'create index posts_approved on posts (approved_by) where approved_by is not null',
    },
    {
      name: 'posts_links',
      expression: 'create index posts_links on posts (link_preview_id, id desc) where link_preview_id is not null',
    },
    {
      name: 'posts_emojis',
      expression: `create index posts_emojis on posts using gin (emojis jsonb_path_ops) where local and emojis <> '[]'`,
    },
    { name: 'posts_conversation', expression: 'create index posts_conversation on posts (conversation_id, id)' },
    {
      // Read through queries/text.ts, which spells the expression in the same way.
      name: 'posts_text',
      expression: `create index posts_text on posts using gin (to_tsvector('simple'::regconfig, left(summary || ' ' || html || ' ' || media_text, 50000))) where boost_of_id is null`,
    },
    {
      name: 'posts_public',
      expression: `create index posts_public on posts (id desc) where visibility = 'public' and boost_of_id is null`,
    },
    {
      name: 'posts_local',
      expression: `create index posts_local on posts (id desc) where visibility = 'public' and boost_of_id is null and local`,
    },
    // The same lists of posts that show something: each is one walk down an index, however rare pictures are.
    {
      name: 'posts_author_media',
      expression: 'create index posts_author_media on posts (account_id, id desc) where has_media',
    },
    {
      name: 'posts_public_media',
      expression: `create index posts_public_media on posts (id desc) where visibility = 'public' and has_media`,
    },
    {
      name: 'posts_local_media',
      expression: `create index posts_local_media on posts (id desc) where visibility = 'public' and has_media and local`,
    },
  ],
  uniques: [
    {
      name: 'posts_boosts',
      expression: 'create unique index posts_boosts on posts (boost_of_id, account_id) where boost_of_id is not null',
    },
  ],
});
export class Post extends PostSchema.class {}
PostSchema.setClass(Post);

/** Somebody a post speaks to. A mention also lets its account see followers-only and direct posts. */
export const MentionSchema = defineEntity({
  name: 'Mention',
  tableName: 'mentions',
  properties: {
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').primary().deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    /** An edit took the name out of the text: it is no longer shown, but who was told may still see. */
    silent: p.boolean().default(false),
  },
  indexes: [{ name: 'mentions_account', properties: ['accountId', 'postId'] }],
});
export class Mention extends MentionSchema.class {}
MentionSchema.setClass(Mention);

/** A hashtag: `name` is the folded form that is compared, `display` the way it was first written. */
export const TagSchema = defineEntity({
  name: 'Tag',
  tableName: 'tags',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    name: p.text().unique(),
    display: p.text(),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'tags_prefix', expression: 'create index tags_prefix on tags (name text_pattern_ops)' }],
});
export class Tag extends TagSchema.class {}
TagSchema.setClass(Tag);

export const PostTagSchema = defineEntity({
  name: 'PostTag',
  tableName: 'post_tags',
  properties: {
    tagId: () => p.manyToOne(Tag).mapToPk().fieldName('tag_id').primary().deleteRule('cascade'),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').primary().deleteRule('cascade').index(),
  },
});
export class PostTag extends PostTagSchema.class {}
PostTagSchema.setClass(PostTag);

/** What a former version showed, as it was then; the words are those of `MediaView` in media. */
export interface FormerMedia {
  id: string;
  kind: MediaKind;
  state: MediaState;
  progress: number;
  failure: string | null;
  description: string;
  focusX: number;
  focusY: number;
  blurhash: string | null;
  original: MediaMeasures | null;
  small: MediaMeasures | null;
  waveform: number[] | null;
  files: MediaFile[];
  remoteUrl: string | null;
  remotePreviewUrl: string | null;
  remoteType: string | null;
}

/** A former version of a post; the present one is the post itself. */
export const PostVersionSchema = defineEntity({
  name: 'PostVersion',
  tableName: 'post_versions',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade').index(),
    source: p.text().nullable(),
    html: p.text(),
    summary: p.text(),
    sensitive: p.boolean(),
    language: p.text().nullable(),
    emojis: listOf<EmojiReference>(),
    /** The options of its poll; null when it had none. */
    pollOptions: p.json<string[]>().nullable(),
    /** What it showed; null when that was nothing. */
    media: p.json<FormerMedia[]>().nullable(),
    createdAt: p.datetime(3),
  },
});
export class PostVersion extends PostVersionSchema.class {}
PostVersionSchema.setClass(PostVersion);

/** What was deleted stays deleted: no later activity may bring this uri back. */
export const TombstoneSchema = defineEntity({
  name: 'Tombstone',
  tableName: 'tombstones',
  properties: {
    uri: p.text().primary(),
    /** What was deleted, for the `Tombstone` that our own address answers with; null for remote objects never seen. */
    formerId: p.bigint('string').nullable(),
    accountUri: p.text().nullable(),
    deletedAt: p.datetime(3),
  },
});
export class Tombstone extends TombstoneSchema.class {}
TombstoneSchema.setClass(Tombstone);

/** A repeated request with the same key gets the first one's post. `fingerprint` tells a different body. */
export const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    key: p.text().primary(),
    fingerprint: p.text(),
    postId: p.bigint('string'),
    createdAt: p.datetime(3).index(),
  },
});
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);

/** A search for what other servers have of a conversation; one at a time for each. */
export const BackfillSchema = defineEntity({
  name: 'Backfill',
  tableName: 'backfills',
  properties: {
    conversationId: p.bigint('string').primary().autoincrement(false),
    askedAt: p.datetime(3).index(),
    finishedAt: p.datetime(3).nullable(),
    found: p.integer().default(0),
  },
});
export class Backfill extends BackfillSchema.class {}
BackfillSchema.setClass(Backfill);
