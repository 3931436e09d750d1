// Finds links, mentions and hashtags in plain text, in one pass that is linear in its length.
// Everything that renders, counts or delivers a post starts from these pieces, so all agree on what a mention is.
import { LinkifyIt } from 'linkify-it';
import { cleanUrl } from './clean.ts';

/** A stretch of the source. `raw` is the text as written; the pieces joined by `raw` are the source again. */
export type TextPiece =
  | { kind: 'text'; raw: string }
  | { kind: 'link'; raw: string; url: string }
  | { kind: 'mention'; raw: string; handle: string; user: string; host: string | null }
  | { kind: 'tag'; raw: string; shown: string; key: string };

const MAX_LINK_LENGTH = 2048;
const MAX_USER_LENGTH = 100;
const MAX_HOST_LENGTH = 253;
const MAX_TAG_LENGTH = 100;

const linkify = new LinkifyIt({ fuzzyEmail: false, maxLength: MAX_LINK_LENGTH * 2 });

// What may stand before a mention or a hashtag keeps e-mail addresses and paths of URLs out of both.
const WORD = String.raw`[\p{L}\p{M}\p{N}_]`;
const USER = '[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*';
const HOST = String.raw`${WORD}+(?:[.-]+${WORD}+)*(?::[0-9]{1,5}(?![0-9]))?`;
// No `i` flag: with `u` it would let the Kelvin sign pass for a k.
const START = new RegExp(
  [
    String.raw`(?<![A-Za-z0-9@$#_-])(?<scheme>[Hh][Tt]{2}[Pp][Ss]?:)\/\/`,
    String.raw`(?<![=/\p{L}\p{M}\p{N}_])@(?<user>${USER})(?:@(?<host>${HOST}))?`,
    String.raw`(?<![=/)\p{L}\p{M}\p{N}_])[#＃](?<tag>[\p{L}\p{M}\p{N}\p{Pc}·・\u200c]+)`,
  ].join('|'),
  'gu',
);

/**
 * Cuts plain text into text, links, mentions and hashtags, in order.
 * Links need a scheme (http or https); `url` is normalised. A mention's `handle` is `user` or `user@host`,
 * the host in lower case and ASCII, with its port where one is written. A tag's `key` is what tags are matched by.
 */
export function scanText(source: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let done = 0;
  START.lastIndex = 0;
  for (let match = START.exec(source); match !== null; match = START.exec(source)) {
    const at = match.index;
    const scheme = match.groups?.scheme;
    const piece = scheme === undefined ? readName(match) : readLink(source, at, scheme);
    const end = at + piece.raw.length;
    if (piece.kind !== 'text') {
      if (at > done) pieces.push({ kind: 'text', raw: source.slice(done, at) });
      pieces.push(piece);
      done = end;
    }
    START.lastIndex = Math.max(end, at + 1);
  }
  if (done < source.length) pieces.push({ kind: 'text', raw: source.slice(done) });
  return pieces;
}

function readLink(source: string, at: number, scheme: string): TextPiece {
  const afterScheme = at + scheme.length;
  const length = linkify.testSchemaAt(source, 'http:', afterScheme);
  if (length === 0) return { kind: 'text', raw: source.slice(at, afterScheme + 2) };
  const end = afterScheme + length;
  const raw = source.slice(at, end);
  // `https://name:password@host` would be cut at the name and show the wrong host: it stays plain text.
  const endsInAuthority = !/[/?#]/u.test(raw.slice(scheme.length + 2));
  if (endsInAuthority && /[@:]/u.test(source.charAt(end))) return { kind: 'text', raw };
  const url = cleanUrl(raw, MAX_LINK_LENGTH);
  return url === null ? { kind: 'text', raw } : { kind: 'link', raw, url };
}

function readName(match: RegExpExecArray): TextPiece {
  const { user, host, tag } = match.groups ?? {};
  if (tag !== undefined) return readTag(match[0], tag);
  return (user === undefined ? null : readMention(match[0], user, host)) ?? { kind: 'text', raw: match[0] };
}

function readMention(raw: string, user: string, host: string | undefined): TextPiece | null {
  if (user.length > MAX_USER_LENGTH) return null;
  if (host === undefined) return { kind: 'mention', raw, handle: user, user, host: null };
  if (host.length > MAX_HOST_LENGTH) return null;
  const ascii = asciiHost(host);
  return ascii === null ? null : { kind: 'mention', raw, handle: `${user}@${ascii}`, user, host: ascii };
}

/** The host as DNS knows it: lower case, punycode, the port kept as written. */
function asciiHost(host: string): string | null {
  const [name = '', port] = host.split(':');
  if (/^[a-z0-9.-]+$/u.test(name)) return host;
  const parsed = URL.parse(`http://${name}`);
  if (parsed === null || parsed.hostname === '') return null;
  return port === undefined ? parsed.hostname : `${parsed.hostname}:${port}`;
}

function readTag(raw: string, run: string): TextPiece {
  // Middle dots and joiners hold a tag together but do not begin or end one.
  const shown = run.replace(/[·・\u200c]+$/u, '');
  const isTag =
    shown.length <= MAX_TAG_LENGTH &&
    !/^[·・\u200c]/u.test(shown) &&
    /\p{L}|\p{N}/u.test(shown) &&
    !/^\p{N}+$/u.test(shown);
  if (!isTag) return { kind: 'text', raw };
  const kept = raw.slice(0, raw.length - (run.length - shown.length));
  return { kind: 'tag', raw: kept, shown, key: tagKey(shown) };
}

/** The form by which two spellings of a hashtag (without `#`) are the same tag: compatibility forms folded, lower case. */
export function tagKey(tag: string): string {
  return tag.normalize('NFKC').toLowerCase();
}

/** The handles mentioned in a text (`user` or `user@host[:port]`), each once, in order. */
export function extractMentions(source: string): string[] {
  return uniqueMentions(scanText(source));
}

/** The keys (lower case, without `#`) of the hashtags in a text, each once, in order. */
export function extractTags(source: string): string[] {
  return [...new Set(scanText(source).flatMap((piece) => (piece.kind === 'tag' ? [piece.key] : [])))];
}

function uniqueMentions(pieces: TextPiece[]): string[] {
  const byKey = new Map<string, string>();
  for (const piece of pieces) {
    if (piece.kind !== 'mention') continue;
    const key = piece.handle.toLowerCase();
    if (!byKey.has(key)) byKey.set(key, piece.handle);
  }
  return [...byKey.values()];
}
