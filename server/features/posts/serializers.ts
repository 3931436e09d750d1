// A post as Mastodon's clients read it: the schema, and pure functions from views. The text is made of three parts, so that
// pages.ts can keep what is the same for every reader and add the rest: head, the author, body.
import { Type, type Static } from 'typebox';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { serializeEmojis, type MastodonEmoji } from '#server/features/emojis/serializers.ts';
import { handleOf } from '#server/features/accounts/policy.ts';
import { MediaAttachmentSchema, serializeMedia, type MediaPlaces } from '#server/features/media/serializers.ts';
import { FilterResultSchema } from '#server/features/filters/serializers.ts';
import { PreviewCardSchema } from '#server/features/links/serializers.ts';
import { visibilities, type Visibility } from '#server/features/instance/entities.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { isRefused } from './policy.ts';
import type { PostView } from './queries.ts';
import type { PostVersionView } from './queries/history.ts';
import { replyPolicies, type ReplyPolicy } from './entities.ts';
import { PollSchema } from './serializers/poll.ts';
import { EmojiReactionSchema } from './serializers/reactions.ts';
import { QuoteApprovalSchema, QuoteStateSchema, ShallowQuoteSchema } from './serializers/quote.ts';

const wireVisibilities = ['public', 'unlisted', 'private', 'direct'] as const;
export type MastodonVisibility = (typeof wireVisibilities)[number];

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

export const VisibilitySchema = Type.Union([
  Type.Literal('public'),
  Type.Literal('unlisted'),
  Type.Literal('private'),
  Type.Literal('direct'),
]);

/** An account inside a status; its fields are described with the account doors. */
const AccountSchema = Type.Unsafe<MastodonAccount>(
  Type.Object({ id: Type.String(), username: Type.String(), acct: Type.String() }, { additionalProperties: true }),
);
const EmojiSchema = Type.Unsafe<MastodonEmoji>(
  Type.Object({ shortcode: Type.String(), url: Type.String() }, { additionalProperties: true }),
);

/** The fields that differ between a post and a boost of it. */
const headFields = {
  id: Type.String({ description: 'Decimal digits; sorts by time' }),
  created_at: Type.String({ format: 'date-time' }),
  uri: Type.String({ description: 'The ActivityPub id' }),
  url: nullable(Type.String()),
  visibility: VisibilitySchema,
  pending_approval: Type.Optional(
    Type.Boolean({
      description:
        'Ours, and only there when it is so: it waits until the author of what it answers or boosts allows it, and nobody but the two sees it',
    }),
  ),
  approval_refused: Type.Optional(
    Type.Boolean({
      description:
        'Ours, and only there when it is so: the author of what it answers does not want it, and nobody sees it but who wrote it',
    }),
  ),
};

/** The fields that a boost shares with what it boosts. */
const bodyFields = {
  edited_at: nullable(Type.String({ format: 'date-time' })),
  in_reply_to_id: nullable(Type.String()),
  in_reply_to_account_id: nullable(Type.String()),
  sensitive: Type.Boolean(),
  spoiler_text: Type.String(),
  language: nullable(Type.String()),
  replies_count: Type.Integer(),
  reblogs_count: Type.Integer(),
  favourites_count: Type.Integer(),
  quotes_count: Type.Integer(),
  reply_policy: Type.Unsafe<ReplyPolicy>(
    Type.String({ enum: [...replyPolicies], description: 'Ours: who may answer' }),
  ),
  group: nullable(
    Type.Object(
      { id: Type.String(), acct: Type.String(), url: Type.String() },
      { description: 'Ours: the community in which it was written' },
    ),
  ),
  content: Type.String({ description: 'HTML, safe to show' }),
  application: nullable(Type.Object({ name: Type.String(), website: nullable(Type.String()) })),
  media_attachments: Type.Array(MediaAttachmentSchema),
  mentions: Type.Array(
    Type.Object({ id: Type.String(), username: Type.String(), url: Type.String(), acct: Type.String() }),
  ),
  tags: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), url: Type.String() })),
  emojis: Type.Array(EmojiSchema),
  tagged_collections: Type.Array(Type.Never()),
};

/** Beside the body, since it is told to each reader in their own way. */
const readerFields = {
  poll: nullable(PollSchema),
  card: nullable(PreviewCardSchema),
  quote_approval: QuoteApprovalSchema,
  emoji_reactions: Type.Array(EmojiReactionSchema),
};

/** What depends on who reads; absent when nobody is signed in. */
const flagFields = {
  favourited: Type.Optional(Type.Boolean()),
  reblogged: Type.Optional(Type.Boolean()),
  muted: Type.Optional(Type.Boolean()),
  bookmarked: Type.Optional(Type.Boolean()),
  pinned: Type.Optional(Type.Boolean()),
  favourite_pending: Type.Optional(
    Type.Boolean({ description: 'Ours, and only there when it is so: its author has yet to allow your like' }),
  ),
  reblog_pending: Type.Optional(Type.Boolean({ description: 'The same for your boost' })),
  filtered: Type.Optional(Type.Array(FilterResultSchema)),
};

/** A quoted post: what it quotes itself is named only. */
const QuotedSchema = Type.Object({
  ...headFields,
  account: AccountSchema,
  ...bodyFields,
  ...readerFields,
  reblog: Type.Null(),
  ...flagFields,
  quote: nullable(ShallowQuoteSchema),
});
type QuotedStatus = Static<typeof QuotedSchema>;

const OriginalSchema = Type.Object({
  ...headFields,
  account: AccountSchema,
  ...bodyFields,
  ...readerFields,
  reblog: Type.Null(),
  ...flagFields,
  quote: nullable(
    Type.Object({ state: QuoteStateSchema, quoted_status: nullable(Type.Unsafe<QuotedStatus>(QuotedSchema)) }),
  ),
});

/** @see https://docs.joinmastodon.org/entities/Status/ */
export const StatusSchema = Type.Object(
  {
    ...headFields,
    account: AccountSchema,
    ...bodyFields,
    ...readerFields,
    reblog: nullable(OriginalSchema),
    ...flagFields,
    quote: nullable(
      Type.Object({ state: QuoteStateSchema, quoted_status: nullable(Type.Unsafe<QuotedStatus>(QuotedSchema)) }),
    ),
    text: Type.Optional(Type.String({ description: 'What the author typed; only in the answer to a deletion' })),
  },
  { description: 'A post, or a boost of one' },
);
export type MastodonStatus = Static<typeof StatusSchema>;

const HeadSchema = Type.Object(headFields);
const BodySchema = Type.Object(bodyFields);
const FlagsSchema = Type.Object(flagFields);
export type StatusHead = Static<typeof HeadSchema>;
export type StatusBody = Static<typeof BodySchema>;
export type StatusFlags = Static<typeof FlagsSchema>;

/** @see https://docs.joinmastodon.org/entities/Context/ */
export const ContextSchema = Type.Object({
  ancestors: Type.Array(StatusSchema),
  descendants: Type.Array(StatusSchema),
});

/** @see https://docs.joinmastodon.org/entities/StatusSource/ */
export const StatusSourceSchema = Type.Object({ id: Type.String(), text: Type.String(), spoiler_text: Type.String() });

/** @see https://docs.joinmastodon.org/entities/StatusEdit/ */
export const StatusEditSchema = Type.Object({
  content: Type.String(),
  spoiler_text: Type.String(),
  sensitive: Type.Boolean(),
  created_at: Type.String({ format: 'date-time' }),
  account: AccountSchema,
  poll: Type.Optional(Type.Object({ options: Type.Array(Type.Object({ title: Type.String() })) })),
  media_attachments: Type.Array(MediaAttachmentSchema),
  emojis: Type.Array(EmojiSchema),
  quote: Type.Union([ShallowQuoteSchema, Type.Null()]),
});
export type MastodonStatusEdit = Static<typeof StatusEditSchema>;

/** Our word for who may see a post in Mastodon's. */
export function toWireVisibility(visibility: Visibility): MastodonVisibility {
  return visibility === 'followers' ? 'private' : visibility;
}

/** Mastodon's word in ours, or null when it is neither's: clients send both. */
export function fromWireVisibility(word: string): Visibility | null {
  if (word === 'private') return 'followers';
  return visibilities.find((visibility) => visibility === word) ?? null;
}

/** What a post or boost says of itself. */
export function serializeHead(post: PostView): StatusHead {
  return {
    id: post.id,
    created_at: post.createdAt.toISOString(),
    uri: post.uri,
    url: post.url ?? post.uri,
    visibility: toWireVisibility(post.visibility),
    ...(post.awaitsId === null ? {} : isRefused(post) ? { approval_refused: true } : { pending_approval: true }),
  };
}

/** What addresses in a post are made of: a part of the context. */
export interface PostPlaces extends MediaPlaces {
  config: { origin: string };
}

/** What a post says; a boost shows that of the post which it boosts. */
export function serializeBody(post: PostView, places: PostPlaces): StatusBody {
  const { tagPage } = addresses(places.config);
  return {
    edited_at: post.editedAt?.toISOString() ?? null,
    in_reply_to_id: post.inReplyToId,
    in_reply_to_account_id: post.inReplyToAccountId,
    sensitive: post.sensitive,
    spoiler_text: post.summary,
    language: post.language,
    replies_count: post.repliesCount,
    reblogs_count: post.boostsCount,
    favourites_count: post.likesCount,
    quotes_count: post.quotesCount,
    reply_policy: post.replyPolicy,
    group: post.group && { id: post.group.id, acct: handleOf(post.group), url: post.group.url ?? post.group.uri },
    content: post.html,
    application: post.app,
    media_attachments: post.media.map((media) => serializeMedia(media, places)),
    mentions: post.mentions
      .filter(({ silent }) => !silent)
      .map((mention) => ({
        id: mention.accountId,
        username: mention.username,
        url: mention.url ?? mention.uri,
        acct: handleOf(mention),
      })),
    tags: post.tags.map(({ id, name }) => ({ id, name, url: tagPage(name) })),
    emojis: serializeEmojis(post.emojis, places),
    tagged_collections: [],
  };
}

/** One version of a post. What it quotes stays the same in all of them. */
export function serializeVersion(
  version: PostVersionView,
  shown: { account: MastodonAccount; quote: MastodonStatusEdit['quote'] },
  places: MediaPlaces,
): MastodonStatusEdit {
  return {
    content: version.html,
    spoiler_text: version.summary,
    sensitive: version.sensitive,
    created_at: version.createdAt.toISOString(),
    ...shown,
    ...(version.pollOptions === null ? {} : { poll: { options: version.pollOptions.map((title) => ({ title })) } }),
    media_attachments: version.media.map((media) => serializeMedia(media, places)),
    emojis: serializeEmojis(version.emojis, places),
  };
}
