// Makes HTML from other servers safe to show: Mastodon's allow-list of elements, attributes and classes, nothing else.
import sanitize from 'sanitize-html';
import { cleanUrl } from './clean.ts';

const MAX_HTML_LENGTH = 100_000;
const MAX_NESTING = 24;

const ELEMENTS = (
  'p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp ' +
  // Headings arrive as h1 … h6, leave the sanitiser as h6 and become bold paragraphs.
  'h6 ' +
  // Everything else that stands on lines of its own leaves it as tr, and cells of tables as td: `intoLines` makes lines of them.
  'tr td'
).split(' ');

const LINES: ReadonlySet<string> = new Set(
  (
    'address article aside caption center details dd div dl dt fieldset figcaption figure footer form header hgroup hr legend main ' +
    'nav section summary table tr'
  ).split(' '),
);

/** Schemes besides http and https that do no more than open an application of the reader's choice. */
const OTHER_LINKS = /^(?:dat|dweb|ipfs|ipns|ssb|gopher|xmpp|magnet|gemini):[^\s\p{Cc}]+$/iu;

const CLASSES = ['mention', 'hashtag', 'ellipsis', 'invisible', 'h-*', 'u-*'];

const OPTIONS: sanitize.IOptions = {
  allowedTags: ELEMENTS,
  allowedAttributes: {
    '*': ['lang'],
    a: ['href', 'rel', 'target', 'class', 'translate'],
    span: ['class', 'translate'],
    ol: ['start', 'reversed'],
    li: ['value'],
    p: ['class'],
  },
  allowedClasses: { a: CLASSES, span: CLASSES, p: ['quote-inline'] },
  // `cleanLink` decides about addresses; this list is the second lock on the same door.
  allowedSchemes: 'http https dat dweb ipfs ipns ssb gopher xmpp magnet gemini'.split(' '),
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'iframe',
    'noembed',
    'noframes',
    'xmp',
    'title',
    'template',
  ],
  enforceHtmlBoundary: false,
  nestingLimit: MAX_NESTING,
  parseStyleAttributes: false,
  transformTags: {
    // One transformer for all: a second one for `a` alone would run before it, not instead of it.
    '*': (tagName, attributes) => (tagName === 'a' ? cleanLink(attributes) : plainTag(tagName, attributes)),
  },
};

/**
 * The safe part of HTML from elsewhere. Text of unknown elements stays, their markup goes; scripts and styles go with
 * their text. Links open apart and pass on no referrer. Longer than `maxLength` characters is cut first. Never throws on any text.
 * @see https://docs.joinmastodon.org/spec/activitypub/#sanitization
 */
export function sanitizeHtml(remoteHtml: unknown, maxLength: number = MAX_HTML_LENGTH): string {
  if (typeof remoteHtml !== 'string') return '';
  const bounded = withoutControls(remoteHtml.slice(0, maxLength).toWellFormed());
  // Nothing to clean: most warnings are absent, and many words are plain.
  if (!/[<>&]/u.test(bounded)) return bounded;
  const clean = sanitize(bounded, OPTIONS)
    .replaceAll(/<h6[^>]*>/gu, '<p><strong>')
    .replaceAll('</h6>', '</strong></p>');
  const lined = /<t[dr]\b/u.test(clean) ? intoLines(clean) : clean;
  return lined.includes('class="') ? revealHiddenText(lined) : lined;
}

const BLOCK = /^<(?:\/?(?:p|pre|blockquote|ul|ol|li)[ >]|br )/u;
/** More than any tag of ours is long, and enough of what stands before it. */
const NEIGHBOURHOOD = 300;

/** Keeps the words of neighbouring elements apart: a line for each that stood on its own, bars between cells. */
function intoLines(html: string): string {
  return html.replaceAll(/(?:<\/?t[dr]>\s*)+/gu, (edges: string, at: number) => {
    const before = html.slice(Math.max(0, at - NEIGHBOURHOOD), at).trimEnd();
    const after = html.slice(at + edges.length, at + edges.length + NEIGHBOURHOOD);
    const isBeside = before.endsWith('>') && BLOCK.test(before.slice(before.lastIndexOf('<')));
    if (before === '' || after === '' || isBeside || BLOCK.test(after)) return '';
    return /tr>/u.test(edges) ? '<br />' : ' | ';
  });
}

/**
 * The text of HTML from elsewhere: paragraphs become blank lines, breaks become line breaks, everything else goes.
 * The answer is plain text, not HTML: escape it before it is shown.
 */
export function stripHtml(remoteHtml: unknown, maxLength: number = MAX_HTML_LENGTH): string {
  const text = sanitizeHtml(remoteHtml, maxLength)
    .replaceAll('\n', ' ')
    .replaceAll(/<br \/>/gu, '\n')
    .replaceAll(/<\/(?:p|blockquote|pre|ul|ol)>/gu, '\n\n')
    .replaceAll('</li>', '\n')
    .replaceAll(/<[^>]*>/gu, '');
  return unescapeHtml(text)
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}

function withoutControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\r\t]/gu, '');
}

/** A link with an address that we keep, or a bare span around its text. */
function cleanLink(attributes: sanitize.Attributes): sanitize.Tag {
  const href = attributes.href?.trim() ?? '';
  const address = OTHER_LINKS.test(href) ? href : cleanUrl(href);
  if (address === null) return { tagName: 'span', attribs: {} };
  const kept = plainAttributes(attributes);
  const rel = (attributes.rel ?? '').split(/\s+/u).filter((word) => word === 'tag' || word === 'me');
  // A written address that differs from its normal form only in spelling keeps its spelling, as its sender shows it.
  const spelling = /^https?:\/\/[\x21-\x7e]+$/iu.test(href) && address === `${href}/` ? href : address;
  return {
    tagName: 'a',
    attribs: {
      href: spelling,
      ...(kept.class === undefined ? {} : { class: kept.class }),
      ...(kept.translate === undefined ? {} : { translate: kept.translate }),
      ...(kept.lang === undefined ? {} : { lang: kept.lang }),
      rel: [...new Set(rel), 'nofollow', 'noopener', 'noreferrer'].join(' '),
      target: '_blank',
    },
  };
}

function plainTag(tagName: string, attributes: sanitize.Attributes): sanitize.Tag {
  if (tagName === 'td' || tagName === 'th') return { tagName: 'td', attribs: {} };
  if (LINES.has(tagName)) return { tagName: 'tr', attribs: {} };
  return { tagName: /^h[1-6]$/u.test(tagName) ? 'h6' : tagName, attribs: plainAttributes(attributes) };
}

/** The attributes whose values are checked here; the allow-list drops all others per element. */
function plainAttributes(attributes: sanitize.Attributes): sanitize.Attributes {
  const kept: sanitize.Attributes = {};
  const { lang, translate, value, start, reversed } = attributes;
  const className = attributes.class?.trim();
  if (className !== undefined && className !== '') kept.class = className;
  if (lang !== undefined && /^[A-Za-z0-9-]{1,35}$/u.test(lang)) kept.lang = lang;
  if (translate === 'no') kept.translate = 'no';
  if (value !== undefined && /^-?[0-9]{1,9}$/u.test(value)) kept.value = value;
  if (start !== undefined && /^-?[0-9]{1,9}$/u.test(start)) kept.start = start;
  if (reversed !== undefined) kept.reversed = 'reversed';
  return kept;
}

// A shortened link in the one form that is honest: hidden scheme, visible beginning, hidden end.
const SHORTENED =
  /<a href="([^"]*)"[^>]*>(?:<span class="invisible">([^<]*)<\/span>)?<span(?: class="ellipsis")?>([^<]*)<\/span>(?:<span class="invisible">([^<]*)<\/span>)?<\/a>/gu;

/**
 * Lets "invisible" and "ellipsis" stand only in links whose whole text is their own address and whose host is in
 * sight. Anywhere else they would let a sender hide what a reader must see.
 */
function revealHiddenText(html: string): string {
  let result = '';
  let done = 0;
  for (const match of html.matchAll(SHORTENED)) {
    if (!isHonestLink(match[1] ?? '', match[2] ?? '', match[3] ?? '', match[4] ?? '')) continue;
    result += withoutHidingClasses(html.slice(done, match.index)) + match[0];
    done = match.index + match[0].length;
  }
  return result + withoutHidingClasses(html.slice(done));
}

function isHonestLink(href: string, hiddenStart: string, visible: string, hiddenEnd: string): boolean {
  if (!/^(?:https?:\/\/(?:www\.)?)?$/iu.test(hiddenStart)) return false;
  const text = unescapeHtml(hiddenStart + visible + hiddenEnd);
  const address = cleanUrl(text);
  if (address === null || address !== cleanUrl(unescapeHtml(href))) return false;
  const authority = /^https?:\/\/[^/?#]*/iu.exec(text)?.[0] ?? text;
  return authority.length <= unescapeHtml(hiddenStart + visible).length;
}

function withoutHidingClasses(html: string): string {
  return html.replaceAll(/<[a-z]+ [^>]*>/gu, (tag) => tag.replace(/ class="([^"]*)"/u, plainClasses));
}

function plainClasses(_attribute: string, list: string): string {
  const kept = list.split(' ').filter((name) => name !== '' && name !== 'invisible' && name !== 'ellipsis');
  return kept.length === 0 ? '' : ` class="${kept.join(' ')}"`;
}

/** Undoes all entities in a text that holds no markup, such as the value of an attribute. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return unescapeHtml(sanitize(text.replaceAll('<', '&lt;'), { allowedTags: [], allowedAttributes: {} }));
}

/** Undoes the few escapes that the sanitiser writes. */
export function unescapeHtml(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
