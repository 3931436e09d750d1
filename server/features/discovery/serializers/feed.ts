// Posts as RSS 2.0 and Atom, for feed readers.
import { escapeHtml } from '#server/platform/text.ts';

export interface Feed {
  title: string;
  description: string;
  /** The page that it follows. */
  page: string;
  /** Its own address. */
  self: string;
  picture: string | null;
  entries: FeedEntry[];
}

export interface FeedEntry {
  id: string;
  page: string;
  author: string;
  title: string;
  /** Safe to show. */
  html: string;
  tags: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** Characters that XML cannot hold at all. */
const forbidden = /(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu;

const text = (value: string): string => escapeHtml(value.toWellFormed().replaceAll(forbidden, ''));
const element = (name: string, value: string): string => `<${name}>${text(value)}</${name}>`;

/** @see https://www.rssboard.org/rss-specification */
export function writeRss(feed: Feed): string {
  const items = feed.entries.map((entry) =>
    [
      '<item>',
      `<guid isPermaLink="false">${text(entry.id)}</guid>`,
      element('link', entry.page),
      element('pubDate', entry.createdAt.toUTCString()),
      element('title', entry.title),
      element('description', entry.html),
      element('dc:creator', entry.author),
      ...entry.tags.map((tag) => element('category', tag)),
      '</item>',
    ].join(''),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>',
    element('title', feed.title),
    element('link', feed.page),
    element('description', feed.description),
    `<atom:link rel="self" type="application/rss+xml" href="${text(feed.self)}"/>`,
    feed.picture === null
      ? ''
      : `<image>${element('url', feed.picture)}${element('title', feed.title)}${element('link', feed.page)}</image>`,
    ...items,
    '</channel></rss>',
  ].join('\n');
}

/** @see https://www.rfc-editor.org/rfc/rfc4287 */
export function writeAtom(feed: Feed, now: Date): string {
  const latest = feed.entries.map(({ updatedAt }) => updatedAt.getTime());
  const updated = latest.length === 0 ? now : new Date(Math.max(...latest));
  const entries = feed.entries.map((entry) =>
    [
      '<entry>',
      element('id', entry.id),
      `<link rel="alternate" type="text/html" href="${text(entry.page)}"/>`,
      element('published', entry.createdAt.toISOString()),
      element('updated', entry.updatedAt.toISOString()),
      element('title', entry.title),
      `<content type="html">${text(entry.html)}</content>`,
      `<author>${element('name', entry.author)}</author>`,
      ...entry.tags.map((tag) => `<category term="${text(tag)}"/>`),
      '</entry>',
    ].join(''),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', feed.self),
    element('title', feed.title),
    element('subtitle', feed.description),
    `<link rel="alternate" type="text/html" href="${text(feed.page)}"/>`,
    `<link rel="self" type="application/atom+xml" href="${text(feed.self)}"/>`,
    feed.picture === null ? '' : element('logo', feed.picture),
    element('updated', updated.toISOString()),
    ...entries,
    '</feed>',
  ].join('\n');
}
