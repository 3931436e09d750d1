// A server with another name for uploads answers for nothing but uploads there: no page, no API, no actor.
import type { IncomingMessage } from 'node:http';
import type { Config } from '#config/load.ts';

/** Gives the path that a request means: below `/media` whenever it came to the name of MEDIA_PUBLIC_URL, else its own. */
export function keepHostsApart({
  origin,
  mediaPublicUrl,
}: Pick<Config, 'origin' | 'mediaPublicUrl'>): (request: IncomingMessage) => string {
  const media = mediaPublicUrl === undefined ? null : new URL(mediaPublicUrl);
  if (media === null || media.host === new URL(origin).host) return ({ url = '/' }) => url;
  const prefix = media.pathname.replace(/\/$/, '');
  return ({ url = '/', headers }) => {
    if (headers.host?.toLowerCase() !== media.host) return url;
    return url.startsWith(`${prefix}/`) ? `/media${url.slice(prefix.length)}` : '/media/';
  };
}
