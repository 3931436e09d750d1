// What is shown of a link, as a column of whatever statement reads posts: no statement of its own.
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { CardKind } from './entities.ts';

/** What is known of a page that a post links to. Texts are plain. */
export interface CardView {
  url: string;
  kind: CardKind;
  title: string;
  description: string;
  providerName: string;
  providerUrl: string;
  authorName: string;
  authorUrl: string;
  /** The account that the page names as its author, and whether that account lists the page's site. */
  authorId: string | null;
  isAttributed: boolean;
  imageUrl: string | null;
  imageWidth: number;
  imageHeight: number;
  imageDescription: string;
  playerUrl: string | null;
  playerWidth: number;
  playerHeight: number;
  language: string | null;
  /** ISO 8601. */
  publishedAt: string | null;
}

/** A `CardView` or null, as JSON; `previewId` is an expression of type bigint. */
export function cardColumn(previewId: RawBuilder<unknown>): RawBuilder<CardView | null> {
  return sql<CardView | null>`(select json_build_object('url', coalesce(link.final_url, link.url), 'kind', link.kind,
      'title', link.title, 'description', link.description, 'providerName', link.provider_name,
      'providerUrl', link.provider_url, 'authorName', link.author_name, 'authorUrl', link.author_url,
      'authorId', link.author_id::text, 'isAttributed', exists (
        select from accounts author, jsonb_array_elements_text(author.attribution_domains) site
        where author.id = link.author_id and (link.host = site or link.host like '%.' || site)),
      'imageUrl', link.image_url, 'imageWidth', link.image_width, 'imageHeight', link.image_height,
      'imageDescription', link.image_description, 'playerUrl', link.player_url, 'playerWidth', link.player_width,
      'playerHeight', link.player_height, 'language', link.language, 'publishedAt', link.published_at)
    from link_previews link where link.id = ${previewId} and link.state = 'ready')`;
}
