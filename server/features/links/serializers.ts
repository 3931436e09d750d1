// A link as Mastodon's clients read it. The account of its author is text of its own, so the card is made in parts.
import { Type, type Static } from 'typebox';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import { escapeHtml } from '#server/platform/text.ts';
import { cardKinds, type CardKind } from './entities.ts';
import type { CardView } from './queries.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** @see https://docs.joinmastodon.org/entities/PreviewCardAuthor/ */
const AuthorSchema = Type.Object({
  name: Type.String(),
  url: Type.String(),
  account: nullable(
    Type.Unsafe<MastodonAccount>(
      Type.Object({ id: Type.String(), username: Type.String(), acct: Type.String() }, { additionalProperties: true }),
    ),
  ),
});

/** @see https://docs.joinmastodon.org/entities/PreviewCard/ */
export const PreviewCardSchema = Type.Object(
  {
    authors: Type.Array(AuthorSchema),
    url: Type.String(),
    title: Type.String(),
    description: Type.String(),
    type: Type.Unsafe<CardKind>(Type.String({ enum: [...cardKinds] })),
    author_name: Type.String(),
    author_url: Type.String(),
    provider_name: Type.String(),
    provider_url: Type.String(),
    html: Type.String({ description: 'A sandboxed frame of a known player, or empty' }),
    width: Type.Integer(),
    height: Type.Integer(),
    image: nullable(Type.String()),
    image_description: Type.String(),
    embed_url: Type.String(),
    blurhash: nullable(Type.String()),
    language: nullable(Type.String()),
    published_at: nullable(Type.String({ format: 'date-time' })),
    missing_attribution: Type.Optional(
      Type.Boolean({ description: 'The page names you as its author, and you do not list its site' }),
    ),
  },
  { description: 'What a post links to' },
);
export type MastodonPreviewCard = Static<typeof PreviewCardSchema>;

type CardRest = Omit<MastodonPreviewCard, 'authors' | 'missing_attribution'>;

/** A card as text in parts: `start`, then the author's account or `null`, then `end`. Without an author `start` is all of it. */
export interface CardText {
  start: string;
  end: string;
  /** The account that belongs between them. */
  accountId: string | null;
  /** The account that the page names, and that does not list its site: it is told so. */
  claimantId: string | null;
}

/** Everything of a card but the account of its author. */
export function serializeCard(card: CardView, media: MediaAddresses): CardText {
  const rest = JSON.stringify(serializeRest(card, media)).slice(1);
  const accountId = card.isAttributed ? card.authorId : null;
  const claimantId = card.isAttributed ? null : card.authorId;
  if (accountId === null && card.authorName === '' && card.authorUrl === '')
    return { start: `{"authors":[],${rest}`, end: '', accountId, claimantId };
  const author = JSON.stringify({ name: card.authorName, url: card.authorUrl }).slice(0, -1);
  return { start: `{"authors":[${author},"account":`, end: `}],${rest}`, accountId, claimantId };
}

/** The card as its reader sees it; `account` is the text of its author's account. */
export function joinCard(card: CardText, account: string | undefined, viewerId: string | null): string {
  const text = card.end === '' ? card.start : `${card.start}${account ?? 'null'}${card.end}`;
  const isMissed = viewerId !== null && card.claimantId === viewerId;
  return isMissed ? `${text.slice(0, -1)},"missing_attribution":true}` : text;
}

function serializeRest(card: CardView, media: MediaAddresses): CardRest {
  const isPlayed = card.playerUrl !== null && card.kind !== 'link';
  const photo = card.kind === 'photo' ? card.playerUrl : null;
  const image = photo ?? card.imageUrl;
  return {
    url: card.url,
    title: card.title,
    description: card.description,
    type: isPlayed ? card.kind : 'link',
    author_name: card.authorName,
    author_url: card.authorUrl,
    provider_name: card.providerName,
    provider_url: card.providerUrl,
    html: isPlayed && photo === null ? frame(card) : '',
    width: isPlayed ? card.playerWidth : card.imageWidth,
    height: isPlayed ? card.playerHeight : card.imageHeight,
    image: image === null ? null : media.remote(image, 'preview'),
    image_description: card.imageDescription,
    embed_url: photo === null ? '' : media.remote(photo, 'full'),
    blurhash: null,
    language: card.language,
    published_at: card.publishedAt === null ? null : new Date(card.publishedAt).toISOString(),
  };
}

/** The frame is ours, only its address is theirs; the sandbox keeps it from leading the page elsewhere. */
function frame({ playerUrl, playerWidth, playerHeight, title }: CardView): string {
  const size = [
    ...(playerWidth > 0 ? [`width="${playerWidth}"`] : []),
    ...(playerHeight > 0 ? [`height="${playerHeight}"`] : []),
  ];
  return [
    `<iframe src="${escapeHtml(playerUrl ?? '')}"`,
    `title="${escapeHtml(title)}"`,
    ...size,
    'sandbox="allow-scripts allow-same-origin allow-popups allow-presentation allow-forms"',
    'referrerpolicy="strict-origin-when-cross-origin" loading="lazy" allowfullscreen="true"></iframe>',
  ].join(' ');
}
