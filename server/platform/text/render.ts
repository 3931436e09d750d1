// Turns plain text as people write it into the HTML that clients and other servers expect of a post or a bio.
import { scanText } from './scan.ts';
import type { TextPiece } from './scan.ts';

/** Whom a mention leads to: the address of the profile page and the name to show after `@`. */
export interface MentionTarget {
  url: string;
  name: string;
}

/** How names in a text become addresses. `mentions` gets `user` or `user@host`, as `extractMentions` gives them. */
export interface NameResolvers {
  mentions?: (handle: string) => MentionTarget | null;
  /** Gets the tag's key (lower case, without `#`). */
  tagUrl?: (tag: string) => string;
}

export interface RenderedPost {
  html: string;
  /** Handles that led to somebody, each once, in order; the others stay plain text. */
  mentions: string[];
  /** Tag keys in lower case without `#`, each once, in order. */
  tags: string[];
  /** Normalised addresses, each once, in order. */
  links: string[];
}

const VISIBLE_LINK_LENGTH = 30;
const LINK_REL = 'nofollow noopener noreferrer';

/**
 * Renders a post written in plain text: blank lines part paragraphs, line breaks stay, links, mentions and hashtags
 * get the markup that Mastodon gives them (clients look for its classes). All else is escaped.
 * @see https://docs.joinmastodon.org/spec/activitypub/#sanitization
 */
export function renderPost(source: string, resolvers: NameResolvers): RenderedPost {
  const pieces = scanText(tidy(source));
  const mentions = new Map<string, string>();
  const tags = new Set<string>();
  const links = new Set<string>();
  let html = '';
  for (const piece of pieces) {
    if (piece.kind === 'link') links.add(piece.url);
    if (piece.kind === 'tag') tags.add(piece.key);
    const rendered = renderPiece(piece, resolvers, LINK_REL);
    if (piece.kind === 'mention' && rendered !== null && !mentions.has(piece.handle.toLowerCase())) {
      mentions.set(piece.handle.toLowerCase(), piece.handle);
    }
    html += rendered ?? escapeHtml(piece.raw);
  }
  return { html: toParagraphs(html), mentions: [...mentions.values()], tags: [...tags], links: [...links] };
}

/**
 * Renders a bio or a profile field: as `renderPost`, without the lists. `inline` gives one line without paragraphs;
 * `relMe` marks links as pages of the same person, which profile fields do.
 */
export function plainToHtml(
  source: string,
  options: NameResolvers & { inline?: boolean; relMe?: boolean } = {},
): string {
  const rel = options.relMe === true ? `${LINK_REL} me` : LINK_REL;
  const html = scanText(tidy(source))
    .map((piece) => renderPiece(piece, options, rel) ?? escapeHtml(piece.raw))
    .join('');
  return options.inline === true ? html.replaceAll('\n', ' ') : toParagraphs(html);
}

/** Escapes text for HTML content and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Line ends made `\n`, control characters and halves of characters gone, no blank lines around the text. */
function tidy(source: string): string {
  return source
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}

function toParagraphs(html: string): string {
  if (html === '') return '';
  const paragraphs = html.split(/\n{2,}/u).map((part) => `<p>${part.replaceAll('\n', '<br />')}</p>`);
  return paragraphs.join('');
}

/** The markup of a link, mention or tag; null for what stays plain text. */
function renderPiece(piece: TextPiece, resolvers: NameResolvers, rel: string): string | null {
  if (piece.kind === 'link') return renderLink(piece.raw, rel);
  if (piece.kind === 'mention') {
    const target = resolvers.mentions?.(piece.handle) ?? null;
    if (target === null) return null;
    return `<span class="h-card"><a href="${escapeHtml(target.url)}" class="u-url mention">@<span>${escapeHtml(target.name)}</span></a></span>`;
  }
  if (piece.kind === 'tag' && resolvers.tagUrl !== undefined) {
    return `<a href="${escapeHtml(resolvers.tagUrl(piece.key))}" class="mention hashtag" rel="tag">#<span>${escapeHtml(piece.shown)}</span></a>`;
  }
  return null;
}

function renderLink(url: string, rel: string): string {
  const prefix = /^https?:\/\/(?:www\.)?/iu.exec(url)?.[0] ?? '';
  const rest = url.slice(prefix.length);
  // The host is never hidden, however long it is: the end of a long host says whose it is.
  const hostLength = rest.search(/[/?#]|$/u);
  const visibleLength = safeCut(rest, Math.max(VISIBLE_LINK_LENGTH, hostLength));
  const isCut = rest.length > visibleLength;
  const shown = escapeHtml(rest.slice(0, visibleLength));
  const hidden = escapeHtml(rest.slice(visibleLength));
  return (
    `<a href="${escapeHtml(url)}" target="_blank" rel="${rel}"><span class="invisible">${escapeHtml(prefix)}</span>` +
    `<span class="${isCut ? 'ellipsis' : ''}">${shown}</span><span class="invisible">${hidden}</span></a>`
  );
}

/** A place to cut at or before `length` that does not halve a character. */
function safeCut(text: string, length: number): number {
  const unit = text.charCodeAt(length);
  return unit >= 0xdc00 && unit <= 0xdfff ? length - 1 : length;
}
