// What a page says of itself in its head: OpenGraph, Twitter's card, plain meta. All of it is a stranger's word.
import { cleanName, cleanUrl, readTags, stripHtml, type TagAttributes } from '#server/platform/text.ts';

const most = { characters: 1024 * 1024, metas: 500, value: 5000, title: 300, description: 500, name: 100, alt: 1500 };

/** What is worth showing of a page; texts are plain and one line long, addresses are absolute and clean. */
export interface PageFacts {
  title: string;
  description: string;
  providerName: string;
  authorName: string;
  authorUrl: string;
  /** `@name@domain` of the account that is said to have written it. */
  creator: string | null;
  imageUrl: string | null;
  imageWidth: number;
  imageHeight: number;
  imageDescription: string;
  language: string | null;
  publishedAt: Date | null;
  /** Where the page may be described for players. */
  oembedUrl: string | null;
}

interface Head {
  metas: Map<string, string>;
  language: string;
  oembedUrl: string;
  imageUrl: string;
  authorUrl: string;
}

/** Reads the head of a page that was found at `address`. Linear in its length; never throws. */
export function readPage(html: string, address: string): PageFacts {
  const head = readHead(html);
  const first = (...names: string[]): string => {
    for (const name of names) {
      const value = head.metas.get(name)?.trim() ?? '';
      if (value !== '') return value;
    }
    return '';
  };
  // Some sites name their authors, others give the addresses of their pages.
  const authors = [first('author', 'dc.creator'), first('article:author', 'og:article:author')];
  const isAddress = (text: string): boolean => /^https?:\/\//iu.test(text);
  return {
    title: cleanName(first('og:title', 'twitter:title') || readTitle(html), most.title),
    description: cleanName(first('og:description', 'twitter:description', 'description'), most.description),
    providerName: cleanName(first('og:site_name', 'application-name'), most.name),
    authorName: cleanName(
      authors.find((text) => text !== '' && !isAddress(text)),
      most.name,
    ),
    authorUrl: absolute(head.authorUrl || (authors.find(isAddress) ?? ''), address) ?? '',
    creator: cleanName(first('fediverse:creator'), 500) || null,
    imageUrl: absolute(
      first('og:image:secure_url', 'og:image:url', 'og:image', 'twitter:image', 'twitter:image:src') || head.imageUrl,
      address,
    ),
    imageWidth: readMeasure(first('og:image:width')),
    imageHeight: readMeasure(first('og:image:height')),
    imageDescription: cleanName(first('og:image:alt', 'twitter:image:alt'), most.alt),
    language: readLanguage(head.language || first('og:locale', 'content-language', 'language')),
    publishedAt: readMoment(first('article:published_time', 'og:article:published_time', 'datepublished', 'date')),
    oembedUrl: absolute(head.oembedUrl, address),
  };
}

function readHead(html: string): Head {
  const head: Head = { metas: new Map(), language: '', oembedUrl: '', imageUrl: '', authorUrl: '' };
  readTags(html, {
    names: ['html', 'meta', 'link', 'body'],
    maxLength: most.characters,
    onTag: (name, attributes) => {
      if (name === 'html') head.language ||= attributes.lang ?? '';
      if (name === 'meta') readMeta(head, attributes);
      if (name === 'link') readLink(head, attributes);
      // What stands in the body is somebody's text; but some pages forget that they have a head.
      return name !== 'body' || head.metas.size === 0;
    },
  });
  return head;
}

/** The first word on a matter counts. */
function readMeta({ metas }: Head, attributes: TagAttributes): void {
  const name = (attributes.property ?? attributes.name ?? attributes.itemprop ?? attributes['http-equiv'])?.trim();
  const key = name?.slice(0, 100).toLowerCase() ?? '';
  const value = attributes.content ?? '';
  if (key === '' || value.trim() === '' || metas.has(key) || metas.size >= most.metas) return;
  metas.set(key, value.slice(0, most.value));
}

function readLink(head: Head, { rel = '', type = '', href = '' }: TagAttributes): void {
  const relations = rel.toLowerCase().slice(0, 200).split(/\s+/u);
  if (relations.includes('alternate') && type.toLowerCase() === 'application/json+oembed') head.oembedUrl ||= href;
  if (relations.includes('image_src')) head.imageUrl ||= href;
  if (relations.includes('author')) head.authorUrl ||= href;
}

/** A title holds text only: what looks like markup in it is meant as it is written. */
function readTitle(html: string): string {
  const begin = /<title(?:\s[^<>]{0,200})?>/iu.exec(html);
  if (begin === null) return '';
  const rest = html.slice(begin.index + begin[0].length, begin.index + begin[0].length + most.value);
  const end = rest.search(/<\/title/iu);
  return stripHtml((end < 0 ? rest : rest.slice(0, end)).replaceAll('<', '&lt;'));
}

function absolute(address: string, base: string): string | null {
  const trimmed = address.trim();
  return trimmed === '' ? null : cleanUrl(URL.parse(trimmed, base)?.href);
}

function readMeasure(text: string): number {
  const number = /^\d{1,5}(?=px$|$)/u.exec(text)?.[0];
  return number === undefined ? 0 : Math.min(Number(number), 20_000);
}

/** `de_DE` is `de`: clients expect two or three letters. */
function readLanguage(text: string): string | null {
  return /^([A-Za-z]{2,3})(?:[-_]|$)/u.exec(text.trim())?.[1]?.toLowerCase() ?? null;
}

function readMoment(text: string): Date | null {
  const moment = text.length > 60 ? Number.NaN : Date.parse(text);
  return Number.isNaN(moment) || moment < 0 || moment > Date.UTC(9999, 0) ? null : new Date(moment);
}
