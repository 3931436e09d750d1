// Sites whose films and sounds are shown in place: who they are, whom they let describe a page, and where their players are.
import { cleanUrl } from '#server/platform/text.ts';

export interface Provider {
  name: string;
  /** Hosts of its pages, of its players, and the address that describes a page (oEmbed). */
  pages: readonly string[];
  players: readonly string[];
  endpoint: string;
}

/** @see https://oembed.com/providers.json */
const known: readonly Provider[] = [
  {
    name: 'YouTube',
    pages: ['www.youtube.com', 'youtube.com', 'm.youtube.com', 'music.youtube.com', 'youtu.be'],
    players: ['www.youtube.com', 'www.youtube-nocookie.com'],
    endpoint: 'https://www.youtube.com/oembed',
  },
  {
    name: 'Vimeo',
    pages: ['vimeo.com', 'www.vimeo.com'],
    players: ['player.vimeo.com'],
    endpoint: 'https://vimeo.com/api/oembed.json',
  },
  {
    name: 'Dailymotion',
    pages: ['www.dailymotion.com', 'dailymotion.com', 'dai.ly'],
    players: ['www.dailymotion.com', 'geo.dailymotion.com'],
    endpoint: 'https://www.dailymotion.com/services/oembed',
  },
  {
    name: 'SoundCloud',
    pages: ['soundcloud.com', 'www.soundcloud.com', 'm.soundcloud.com', 'on.soundcloud.com'],
    players: ['w.soundcloud.com'],
    endpoint: 'https://soundcloud.com/oembed',
  },
  {
    name: 'Mixcloud',
    pages: ['www.mixcloud.com', 'mixcloud.com'],
    players: ['www.mixcloud.com', 'player-widget.mixcloud.com'],
    endpoint: 'https://app.mixcloud.com/oembed/',
  },
  {
    name: 'Spotify',
    pages: ['open.spotify.com'],
    players: ['open.spotify.com'],
    endpoint: 'https://open.spotify.com/oembed',
  },
];

/** What an administrator's word makes of a host: its own provider, which says itself where it describes its pages. */
function ownProvider(host: string, discovered: string | null): Provider | null {
  if (discovered === null || new URL(discovered).host !== host) return null;
  return { name: host, pages: [host], players: [host], endpoint: discovered };
}

/** Where to ask about a page, and whose players to take from the answer; null for a site that nobody vouches for. */
export function findProvider(
  page: string,
  discovered: string | null,
  playerHosts: readonly string[],
): { provider: Provider; ask: string } | null {
  const { host } = new URL(page);
  const provider = known.find(({ pages }) => pages.includes(host));
  if (provider !== undefined)
    return { provider, ask: `${provider.endpoint}?${new URLSearchParams({ url: page, format: 'json' })}` };
  const trusted = playerHosts.includes(host) ? ownProvider(host, discovered) : null;
  return trusted === null ? null : { provider: trusted, ask: trusted.endpoint };
}

/** The address of a frame when the provider's own players are there, else null. `allowHttp`: closed networks only. */
export function playerAddress(provider: Provider, address: string, allowHttp: boolean): string | null {
  const clean = cleanUrl(address.startsWith('//') ? `https:${address}` : address);
  if (clean === null || (!allowHttp && !clean.startsWith('https://'))) return null;
  return provider.players.includes(new URL(clean).host) ? clean : null;
}
