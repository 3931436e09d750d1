// Which link of a post is previewed, and when two addresses mean the same page.
import { cleanUrl, unescapeHtml } from '#server/platform/text.ts';

/** A visited page stays as it is known for a day; a page that cannot be had is asked for again after these times, in minutes. */
export const visitRules = { freshMs: 24 * 60 * 60 * 1000, retryMinutes: [10, 60, 360] } as const;

const trackers =
  /^(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|igshid|yclid|twclid|ttclid|_hs(?:enc|mi)|mkt_tok)$/iu;

/**
 * The address as previews are kept by: normalised, without the fragment, which no server sees, and without what only follows
 * people around. Null when it is none that we would visit.
 */
export function linkKey(address: string): string | null {
  const clean = cleanUrl(address);
  if (clean === null) return null;
  const url = new URL(clean);
  url.hash = '';
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((part) => !trackers.test(part.split('=')[0] ?? ''));
  if (kept.length < url.search.split('&').length) url.search = kept.join('&');
  return url.href;
}

/** A link as it stands in the text of a post: our own HTML, or HTML that was made safe. */
const anchor = /<a ([^<>]*)>/gu;
const otherwise = /\bclass="[^"]*\b(?:mention|hashtag|u-url)\b|\brel="[^"]*\btag\b/u;
const beforeQuote = /\bRE:\s*(?:<\/span>\s*)?$/u;
const maxAnchors = 200;

export interface LinkedText {
  html: string;
  /** Addresses of the post itself and of what it quotes. */
  besides: ReadonlyArray<string | null>;
  /** The origin of this server. */
  origin: string;
}

/**
 * The first link of a post's text that leads to a page of somebody else, as `linkKey` spells it: no mention, no hashtag, no
 * quoted post, nothing of this server. Null when there is none.
 */
export function firstLink({ html, besides, origin }: LinkedText): string | null {
  const passed = new Set(besides.map((address) => (address === null ? null : linkKey(address))));
  const own = new URL(origin).host;
  const quoted = quotedStretch(html);
  let seen = 0;
  for (const match of html.matchAll(anchor)) {
    const [tag, attributes = ''] = match;
    if ((seen += 1) > maxAnchors) return null;
    if (otherwise.test(attributes) || (match.index >= quoted.from && match.index < quoted.to)) continue;
    if (namesSomebody(html, match.index + tag.length) || beforeQuote.test(html.slice(0, match.index).slice(-40)))
      continue;
    const key = linkKey(unescapeHtml(/\bhref="([^"]*)"/u.exec(attributes)?.[1] ?? ''));
    if (key !== null && !passed.has(key) && new URL(key).host !== own) return key;
  }
  return null;
}

/** Where the words stand that take the place of a quote for readers who know no quotes. */
function quotedStretch(html: string): { from: number; to: number } {
  const from = html.indexOf('<p class="quote-inline">');
  if (from < 0) return { from: 0, to: 0 };
  const to = html.indexOf('</p>', from);
  return { from, to: to < 0 ? html.length : to };
}

/** Some servers mark mentions and hashtags only by their sign. */
function namesSomebody(html: string, at: number): boolean {
  const text = html.slice(at, at + 200).replaceAll(/<[^<>]*>/gu, '');
  return /^\s*[@#]\p{L}/u.test(text);
}
