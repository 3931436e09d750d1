// A post in our own REST API: the schema, and a pure function from views.
import { Type, type Static } from 'typebox';
import { handleOf } from '#server/features/accounts/policy.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import type { MediaPlaces } from '#server/features/media/serializers.ts';
import { visibilities, type Visibility } from '#server/features/instance/entities.ts';
import { stripHtml } from '#server/platform/text.ts';
import { isRefused } from '../policy.ts';
import type { PostView } from '../queries.ts';
import {
  PostLinkSchema,
  PostMediaSchema,
  PostPollSchema,
  serializePostLink,
  serializePostMedia,
  serializePostPoll,
} from './post-parts.ts';
import { QuoteStateSchema } from './quote.ts';
import { serializeReactions } from './reactions.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const fields = {
  id: Type.String({ description: 'Decimal digits; sorts by time' }),
  content: Type.String({ description: 'Plain text: what the author typed, or the text of a post from elsewhere' }),
  content_html: Type.String({ description: 'The same as HTML, safe to show' }),
  visibility: Type.Unsafe<Visibility>(Type.String({ enum: [...visibilities] })),
  language: nullable(Type.String()),
  content_warning: nullable(Type.String()),
  sensitive: Type.Boolean(),
  in_reply_to: nullable(Type.String({ description: 'The id of the post that is answered' })),
  account: Type.Object({
    id: Type.String(),
    username: Type.String(),
    handle: Type.String({ description: 'username, with @domain for people of other servers' }),
    display_name: Type.String(),
    url: Type.String(),
  }),
  mentions: Type.Array(Type.Object({ id: Type.String(), handle: Type.String() })),
  tags: Type.Array(Type.String()),
  media: Type.Array(PostMediaSchema),
  poll: nullable(PostPollSchema),
  link: nullable(PostLinkSchema),
  likes: Type.Integer(),
  reactions: Type.Array(
    Type.Object({
      name: Type.String({ description: 'The emoji, `shortcode` of one of this server, or `shortcode@host`' }),
      count: Type.Integer(),
      url: nullable(Type.String({ description: 'The picture of a custom one' })),
    }),
  ),
  boosts: Type.Integer(),
  replies: Type.Integer(),
  awaits_approval: Type.Boolean({
    description: 'It waits until the author of what it answers allows it; nobody but the two sees it',
  }),
  approval_refused: Type.Boolean({
    description: 'The author of what it answers does not want it; nobody sees it but who wrote it',
  }),
  counts_from: Type.Unsafe<'origin' | 'here'>(
    Type.String({
      enum: ['origin', 'here'],
      description: 'Whether its own server has told how often it was liked, boosted and answered',
    }),
  ),
  created_at: Type.String({ format: 'date-time' }),
  edited_at: nullable(Type.String({ format: 'date-time' })),
  url: Type.String(),
};

const QuotedPostSchema = Type.Object(fields, {
  description: 'A post inside another; what it quotes itself is not told',
});

export const PostSchema = Type.Object(
  {
    ...fields,
    quote: nullable(
      Type.Object(
        {
          state: QuoteStateSchema,
          post: nullable(QuotedPostSchema),
        },
        { description: 'What it quotes; only an accepted quote shows the post' },
      ),
    ),
  },
  { description: 'A post' },
);
export type PostJson = Static<typeof PostSchema>;
export type QuotedPostJson = Static<typeof QuotedPostSchema>;

/** What one reader has to do with a post, and when they read it. */
export interface PostReading {
  now: Date;
  /** What they chose in its poll; null when they did not vote. */
  votes: readonly number[] | null;
}

/** The post with its author, for one reader; without what it quotes. */
export function serializePost(
  post: PostView,
  account: AccountView,
  places: MediaPlaces,
  { now, votes }: PostReading,
): QuotedPostJson {
  return {
    id: post.id,
    content: post.source ?? stripHtml(post.html),
    content_html: post.html,
    visibility: post.visibility,
    language: post.language,
    content_warning: post.summary === '' ? null : post.summary,
    sensitive: post.sensitive,
    in_reply_to: post.inReplyToId,
    account: {
      id: account.id,
      username: account.username,
      handle: handleOf(account),
      display_name: account.displayName,
      url: account.url ?? account.uri,
    },
    mentions: post.mentions
      .filter(({ silent }) => !silent)
      .map((mention) => ({ id: mention.accountId, handle: handleOf(mention) })),
    tags: post.tags.map(({ name }) => name),
    media: post.media.map((media) => serializePostMedia(media, places)),
    poll: post.poll && serializePostPoll(post.poll, now, votes),
    link: post.card && serializePostLink(post.card, places),
    likes: post.likesCount,
    reactions: serializeReactions(post.reactions, [], places).map(({ name, count, url }) => ({ name, count, url })),
    boosts: post.boostsCount,
    replies: post.repliesCount,
    awaits_approval: post.awaitsId !== null && !isRefused(post),
    approval_refused: isRefused(post),
    counts_from: post.local || post.isCountedByOrigin ? 'origin' : 'here',
    created_at: post.createdAt.toISOString(),
    edited_at: post.editedAt?.toISOString() ?? null,
    url: post.url ?? post.uri,
  };
}
