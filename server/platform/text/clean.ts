// Makes short texts and addresses from strangers harmless before they are stored: URLs and display names.

const MAX_URL_LENGTH = 2048;

/**
 * The normalised form of an http(s) URL, or null when it is none that we keep: another scheme, user name or password,
 * control characters or blanks inside, an empty label in the host, longer than `maxLength` characters.
 * Host in lower-case ASCII without a trailing dot, default port removed; path, query and fragment stay.
 */
export function cleanUrl(url: unknown, maxLength: number = MAX_URL_LENGTH): string | null {
  if (typeof url !== 'string' || url.length > maxLength) return null;
  const text = url.trim();
  // The URL parser drops tabs and line breaks silently; what needs that was written to deceive.
  if (/[\s\p{Cc}\p{Cs}]/u.test(text)) return null;
  if (!/^https?:\/\/[^/\\]/i.test(text)) return null;
  const parsed = URL.parse(text);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null;
  if (parsed.username !== '' || parsed.password !== '') return null;
  const hostname = parsed.hostname.replace(/\.$/u, '');
  if (hostname === '' || hostname.startsWith('.') || hostname.includes('..') || hostname.endsWith('.')) return null;
  if (hostname !== parsed.hostname) parsed.hostname = hostname;
  return parsed.href.length > maxLength ? null : parsed.href;
}

// Marks that reorder or hide text. Joiners (U+200C, U+200D) and emoji tags stay: scripts and emoji need them.
const HIDING = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/**
 * A one-line text such as a display name: control, bidirectional and invisible characters removed, runs of blanks
 * made one space, trimmed, cut to `max` code points. Anything but a string gives ''.
 */
export function cleanName(name: unknown, max: number): string {
  if (typeof name !== 'string') return '';
  // Cut before the work, generously (a code point has at most two units, and some are removed).
  const bounded = name.slice(0, max * 4 + 64);
  const line = bounded
    .replace(/[^\S\ufeff]+/gu, ' ')
    .replace(HIDING, '')
    .replace(/ {2,}/gu, ' ')
    .trim();
  const points = Array.from(line);
  return points.length <= max ? line : points.slice(0, max).join('').trimEnd();
}
