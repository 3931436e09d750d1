// What a post has beside its text in our own REST API: files, a poll, a link, and the post that it quotes. Our own words.
import { Type, type Static } from 'typebox';
import { cardKinds, type CardKind } from '#server/features/links/entities.ts';
import type { CardView } from '#server/features/links/queries.ts';
import { mediaKinds, mediaStates, type MediaKind, type MediaState } from '#server/features/media/entities.ts';
import type { MediaView } from '#server/features/media/queries.ts';
import { serializeMedia, type MediaPlaces } from '#server/features/media/serializers.ts';
import { isPollOver, type PollView } from '../policy/poll.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const Moment = Type.String({ format: 'date-time' });

export const PostMediaSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.Unsafe<MediaKind>(
      Type.String({
        enum: [...mediaKinds],
        description: 'gifv: a silent film that repeats; unknown: we cannot show it',
      }),
    ),
    state: Type.Unsafe<MediaState>(Type.String({ enum: [...mediaStates] })),
    url: nullable(Type.String({ description: 'Null while it is being made ready, and when that failed' })),
    preview_url: nullable(Type.String()),
    playlist_url: nullable(Type.String({ description: 'Of a longer film in several sizes (HLS)' })),
    origin_url: nullable(Type.String({ description: 'Where it is on its own server; null for files of this one' })),
    description: Type.String({ description: 'Empty when nobody described it' }),
    width: nullable(Type.Integer()),
    height: nullable(Type.Integer()),
    duration: nullable(Type.Number({ description: 'Seconds' })),
    focus: Type.Object({ x: Type.Number(), y: Type.Number() }, { description: 'What must stay visible: from -1 to 1' }),
    blurhash: nullable(Type.String()),
  },
  { description: 'A picture, film or sound of a post' },
);

export const PostPollSchema = Type.Object(
  {
    options: Type.Array(
      Type.Object({
        text: Type.String(),
        votes: nullable(Type.Integer({ description: 'Null while they are kept back' })),
      }),
    ),
    multiple: Type.Boolean({ description: 'Several options may be chosen' }),
    closes_at: nullable(Moment),
    closed: Type.Boolean(),
    voters: nullable(Type.Integer({ description: 'Null when its origin does not say' })),
    chosen: nullable(
      Type.Array(Type.Integer(), {
        description:
          'What you chose: places of the options, from 0; null when you did not vote, or nobody is signed in',
      }),
    ),
  },
  { description: 'A question to the readers of a post' },
);

export const PostLinkSchema = Type.Object(
  {
    url: Type.String(),
    kind: Type.Unsafe<CardKind>(Type.String({ enum: [...cardKinds] })),
    title: Type.String(),
    description: Type.String(),
    site: Type.String({ description: 'The name of the site, or empty' }),
    author: Type.Object({
      name: Type.String(),
      url: Type.String(),
      account_id: nullable(Type.String({ description: 'The account that lists the site as its own' })),
    }),
    image: nullable(
      Type.Object({ url: Type.String(), width: Type.Integer(), height: Type.Integer(), description: Type.String() }),
    ),
    language: nullable(Type.String()),
    published_at: nullable(Moment),
  },
  { description: 'What the first page that a post links to says of itself' },
);

/** One file. */
export function serializePostMedia(view: MediaView, places: MediaPlaces): Static<typeof PostMediaSchema> {
  const { url, preview_url, hls_url = null } = serializeMedia(view, places);
  return {
    id: view.id,
    kind: view.kind,
    state: view.state,
    url,
    preview_url,
    playlist_url: hls_url,
    origin_url: view.remoteUrl,
    description: view.description,
    width: view.original?.width ?? null,
    height: view.original?.height ?? null,
    duration: view.original?.duration ?? null,
    focus: { x: view.focusX, y: view.focusY },
    blurhash: view.blurhash,
  };
}

/** The poll at that moment; `chosen` is what the reader voted for. */
export function serializePostPoll(
  poll: PollView,
  now: Date,
  chosen: readonly number[] | null,
): Static<typeof PostPollSchema> {
  const closed = isPollOver(poll, now);
  const isShown = closed || !poll.hideTotals;
  return {
    options: poll.options.map((text, place) => ({ text, votes: isShown ? (poll.counts[place] ?? 0) : null })),
    multiple: poll.multiple,
    closes_at: poll.expiresAt?.toISOString() ?? null,
    closed,
    voters: poll.votersCount,
    chosen: chosen === null ? null : [...chosen],
  };
}

/** The card of a link. */
export function serializePostLink(card: CardView, { media }: MediaPlaces): Static<typeof PostLinkSchema> {
  return {
    url: card.url,
    kind: card.kind,
    title: card.title,
    description: card.description,
    site: card.providerName,
    author: { name: card.authorName, url: card.authorUrl, account_id: card.isAttributed ? card.authorId : null },
    image:
      card.imageUrl === null
        ? null
        : {
            url: media.remote(card.imageUrl, 'preview'),
            width: card.imageWidth,
            height: card.imageHeight,
            description: card.imageDescription,
          },
    language: card.language,
    published_at: card.publishedAt === null ? null : new Date(card.publishedAt).toISOString(),
  };
}
