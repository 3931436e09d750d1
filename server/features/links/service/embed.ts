// Asks a known provider about one of its pages (oEmbed) and takes from the answer what may be shown in place.
import type { AppContext } from '#server/context.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { asObject, asText, type Json } from '#server/platform/fediverse/json.ts';
import { cleanName, cleanUrl, readTags } from '#server/platform/text.ts';
import type { CardKind } from '../entities.ts';
import { findProvider, playerAddress, type Provider } from '../policy/providers.ts';

const limits = { bytes: 64 * 1024, timeoutMs: 5000, html: 20_000, pixels: 4000 };

/** What a provider says of its page. Empty texts and null where it says nothing that we take. */
export interface Embed {
  kind: CardKind;
  title: string;
  authorName: string;
  authorUrl: string;
  providerName: string;
  imageUrl: string | null;
  /** A frame for films and rich ones, the picture of a photo. */
  playerUrl: string | null;
  width: number;
  height: number;
}

/** Null for sites that nobody vouches for, and when the provider does not answer in a way that can be used. */
export async function askProvider(ctx: AppContext, page: string, discovered: string | null): Promise<Embed | null> {
  const { playerHosts, allowPrivateAddresses } = ctx.config;
  const found = findProvider(page, discovered, playerHosts);
  if (found === null) return null;
  try {
    const { bytes: maxBytes, timeoutMs } = limits;
    const answer = await ctx.fetch.fetch(found.ask, { accept: 'application/json', maxBytes, timeoutMs });
    const json = answer.status === 200 ? asObject(answer.json()) : null;
    return json === null ? null : readEmbed(json, found.provider, allowPrivateAddresses);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    return null;
  }
}

/** @see https://oembed.com/#section2.3 */
export function readEmbed(json: Json, provider: Provider, allowHttp: boolean): Embed {
  const playerUrl = readPlayer(json, provider, allowHttp);
  const kind = json['type'];
  return {
    kind: playerUrl !== null && (kind === 'photo' || kind === 'video' || kind === 'rich') ? kind : 'link',
    title: cleanName(json['title'], 300),
    authorName: cleanName(json['author_name'], 100),
    authorUrl: cleanUrl(json['author_url']) ?? '',
    providerName: cleanName(json['provider_name'], 100) || provider.name,
    imageUrl: cleanUrl(json['thumbnail_url']),
    playerUrl,
    width: pixels(json['width']),
    height: pixels(json['height']),
  };
}

/** The address only: whatever else stands in their HTML is theirs. */
function readPlayer(json: Json, provider: Provider, allowHttp: boolean): string | null {
  if (json['type'] === 'photo') return cleanUrl(json['url']);
  if (json['type'] !== 'video' && json['type'] !== 'rich') return null;
  let source: string | null = null;
  readTags(asText(json['html']) ?? '', {
    names: ['iframe'],
    maxLength: limits.html,
    onTag: (_name, attributes) => {
      source = playerAddress(provider, attributes.src?.trim() ?? '', allowHttp);
      return false;
    },
  });
  return source;
}

/** Some give a size as text, or in percent. */
function pixels(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? Math.min(Math.round(number), limits.pixels) : 0;
}
