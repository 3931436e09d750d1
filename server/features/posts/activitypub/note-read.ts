// Posts of other servers, read as plain JSON into what we store. Whatever its software calls it, a post here is a text:
// other kinds become a title, a text and a link.
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { readPage, remoteAddress } from '#server/features/accounts/activitypub/actor-read.ts';
import { readEmojis } from '#server/features/emojis/activitypub.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import {
  asDate,
  asId,
  asIds,
  asList,
  asObject,
  asOnlyId,
  asText,
  audienceOf,
  publicAudience,
  typeOf,
  type Audience,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { cleanName, cleanUrl, escapeHtml, sanitizeHtml, stripHtml, tagKey } from '#server/platform/text.ts';
import { readAttachments, type ReadAttachments, type RemoteFile } from './attachments-read.ts';
import { readInteractions, type WrittenInteractions } from './interaction-read.ts';
import { readPoll } from './poll-read.ts';
import { readQuote, readQuoteRules, type WrittenQuote, type WrittenRules } from './quote-read.ts';
import type { PollView } from '../policy/poll.ts';
import type { OriginCounts, TagSpelling } from '../service/record.ts';
import { readCounts } from './counts-read.ts';

/** A remote post in our own words; HTML is safe, addresses are normalised. Who its author is has yet to be checked. */
export interface RemoteNote {
  uri: string;
  authorUri: string;
  url: string | null;
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
  emojis: EmojiReference[];
  tags: TagSpelling[];
  /** Whom the text names. */
  mentionedUris: string[];
  audience: Audience;
  /** Groups that it is said to be written in. */
  groupUris: string[];
  inReplyToUri: string | null;
  publishedAt: Date | null;
  updatedAt: Date | null;
  poll: PollView | null;
  /** The post that it quotes. */
  quote: WrittenQuote | null;
  quoteRules: WrittenRules | null;
  /** What its author restricts. */
  interactions: WrittenInteractions;
  /** Where the author of what it answers is said to agree to that. */
  approvalUri: string | null;
  files: RemoteFile[];
  /** How often its server says that it was liked, boosted and answered. */
  counts: OriginCounts;
}

/** Kinds that are shown as they are; all others that we know are shown as a title with a link. */
const whole: ReadonlySet<string> = new Set(['Note', 'Question', 'ChatMessage']);
const titled: ReadonlySet<string> = new Set(['Article', 'Page', 'Video', 'Audio', 'Image', 'Document', 'Event']);
/** What is never a post. Of types that nobody here knows, those that say something to people are. */
const noPosts: ReadonlySet<string> = new Set(
  `Object Link Mention Hashtag Emoji Tombstone Relationship Profile Place PropertyValue Key Multikey DataIntegrityProof
  Collection OrderedCollection CollectionPage OrderedCollectionPage QuoteAuthorization LikeAuthorization ReplyAuthorization
  AnnounceAuthorization FeaturedCollection FeatureAuthorization CacheFile WatchAction Story StoryReaction Bite Lock
  Person Service Group Organization Application Activity IntransitiveActivity Create Update Delete Undo Like Dislike
  EmojiReact Announce Follow Accept TentativeAccept Reject TentativeReject Block Flag Move Add Remove Invite Join Leave Offer
  Ignore Listen Read View Arrive Travel QuoteRequest LikeRequest ReplyRequest AnnounceRequest FeatureRequest`.split(
    /\s+/u,
  ),
);

const limits = {
  html: 100_000,
  summary: 2000,
  title: 500,
  mentions: 500,
  tags: 100,
  tagLength: 200,
  groups: 5,
};

/** True for the types that become posts: those that we know, and others that are nothing else that we know. */
export function isPostType(type: string | null): boolean {
  if (type === null) return false;
  return whole.has(type) || titled.has(type) || (/^[a-z]\w{0,63}$/iu.test(type) && !noPosts.has(type));
}

/** Of a type that nobody here knows, only what has words for people is shown. */
function hasWords(json: Json, type: string): boolean {
  if (whole.has(type) || titled.has(type)) return true;
  return ['name', 'content', 'summary'].some((key) => (asText(json[key]) ?? '').trim() !== '');
}

/** A post, or null when it lacks what every post needs: a known type, an id, exactly one author. `allowHttp`: closed networks only. */
export function readNote(json: Json, allowHttp: boolean): RemoteNote | null {
  const type = typeOf(json);
  const uri = remoteAddress(asText(json['id']), allowHttp);
  const authorUri = remoteAddress(readAuthor(json), allowHttp);
  if (!isPostType(type) || type === null || uri === null || authorUri === null || !hasWords(json, type)) return null;
  const url = readPage(json['url'], allowHttp) ?? cleanUrl(uri);
  const summary = readSummary(json, type);
  const attached = readAttachments(json, type);
  return {
    uri,
    authorUri,
    url,
    html: readHtml(json, type, url, attached),
    summary,
    sensitive: json['sensitive'] === true || summary !== '' || attached.sensitive,
    language: readLanguage(json),
    emojis: readEmojis(json['tag']),
    tags: readTags(json['tag']),
    mentionedUris: readMentions(json['tag']),
    audience: audienceOf(json),
    groupUris: asIds(json['audience'], limits.groups),
    inReplyToUri: remoteAddress(asOnlyId(json['inReplyTo']), allowHttp),
    publishedAt: asDate(json['published']),
    updatedAt: asDate(json['updated']),
    quote: readQuote(json, allowHttp),
    quoteRules: readQuoteRules(json),
    interactions: readInteractions(json),
    approvalUri: remoteAddress(asOnlyId(json['replyAuthorization']) ?? asOnlyId(json['approvedBy']), allowHttp),
    poll: type === 'Question' ? readPoll(json) : null,
    files: attached.files,
    counts: readCounts(json),
  };
}

/** The one author. Videos name a person and a channel: the person counts. */
function readAuthor(json: Json): string | null {
  const authors = asList(json['attributedTo']).slice(0, 10);
  if (authors.length === 1) return asId(authors[0]);
  const people = authors.filter((author) => asObject(author)?.['type'] === 'Person');
  return people.length === 1 ? asId(people[0]) : null;
}

/** Everybody, everybody but quietly, the followers, or only those who are named. */
export function visibilityOf(audience: Audience, followersUrl: string | null): Visibility {
  if (audience.to.includes(publicAudience)) return 'public';
  if (audience.cc.includes(publicAudience)) return 'unlisted';
  const named = [...audience.to, ...audience.cc];
  return followersUrl !== null && named.includes(followersUrl) ? 'followers' : 'direct';
}

/** The warning. On an article, `summary` is its first paragraph instead. */
function readSummary(json: Json, type: string): string {
  if (!whole.has(type)) return '';
  return cleanName(stripHtml(asText(json['summary']) ?? ''), limits.summary);
}

function readHtml(json: Json, type: string, url: string | null, { links }: ReadAttachments): string {
  const content = readContent(json);
  const others = links.map((link) => linkHtml(link.url, link.text));
  const parts = whole.has(type)
    ? [content, ...others]
    : [titleHtml(json), occasionHtml(json, type), shortText(json, type, content), ...others, linkHtml(url, url)];
  return parts.filter((part) => part !== '').join('');
}

function readContent(json: Json): string {
  const content = asText(json['content']) ?? asText(Object.values(asObject(json['contentMap']) ?? {})[0]) ?? '';
  const isPlain = json['mediaType'] === 'text/plain' || json['mediaType'] === 'text/markdown';
  return isPlain ? paragraphs(content.slice(0, limits.html)) : sanitizeHtml(content, limits.html);
}

function paragraphs(text: string): string {
  const blocks = text.split(/\n\s*\n/u).map((block) => escapeHtml(block.trim()).replaceAll('\n', '<br>'));
  return blocks
    .filter((block) => block !== '')
    .map((block) => `<p>${block}</p>`)
    .join('');
}

function titleHtml(json: Json): string {
  const title = cleanName(
    asText(json['name']) ?? asText(Object.values(asObject(json['nameMap']) ?? {})[0]),
    limits.title,
  );
  return title === '' ? '' : `<p><strong>${escapeHtml(title)}</strong></p>`;
}

/** When and where an event is. */
function occasionHtml(json: Json, type: string): string {
  if (type !== 'Event') return '';
  const start = asDate(json['startTime'])?.toISOString().replace('T', ' ').slice(0, 16);
  const place = cleanName(asObject(asList(json['location'])[0])?.['name'], limits.title);
  const said = [start === undefined ? '' : `${start} UTC`, place].filter((part) => part !== '').join(', ');
  return said === '' ? '' : `<p>${escapeHtml(said)}</p>`;
}

/**
 * What stands between title and link: the summary, else a short text whole, else what its server shows in its place (FEP-b2b8), else
 * nothing. Posts in communities are whole.
 */
function shortText(json: Json, type: string, content: string): string {
  if (type === 'Page') return content;
  const summary = stripHtml(asText(json['summary']) ?? '').trim();
  if (summary !== '') return paragraphs(summary.slice(0, limits.summary));
  if (content.length <= limits.summary) return content;
  return sanitizeHtml(asText(asObject(json['preview'])?.['content']) ?? '', limits.summary);
}

function linkHtml(url: string | null, text: string | null): string {
  if (url === null) return '';
  return `<p><a href="${escapeHtml(url)}" target="_blank" rel="nofollow noopener noreferrer">${escapeHtml(text ?? url)}</a></p>`;
}

/** The language of the first text that names one; `und` says that nobody knows. */
function readLanguage(json: Json): string | null {
  const map = asObject(json['contentMap']) ?? asObject(json['nameMap']) ?? asObject(json['summaryMap']);
  const language = Object.keys(map ?? {})[0] ?? asText(asObject(json['language'])?.['identifier']);
  return language !== null && language !== 'und' && /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/iu.test(language)
    ? language
    : null;
}

function readTags(value: unknown): TagSpelling[] {
  const found = new Map<string, string>();
  for (const tag of asList(value)) {
    const object = asObject(tag);
    const display = asText(object?.['name'])?.replace(/^#/u, '') ?? '';
    if (object === null || typeOf(object) !== 'Hashtag' || found.size >= limits.tags) continue;
    if (display.length > limits.tagLength || !/^[\p{L}\p{M}\p{N}_·・-]+$/u.test(display)) continue;
    if (!found.has(tagKey(display))) found.set(tagKey(display), display);
  }
  return [...found].map(([name, display]) => ({ name, display }));
}

function readMentions(value: unknown): string[] {
  const tags = asList(value).map(asObject);
  const uris = tags.flatMap((tag) => (tag !== null && typeOf(tag) === 'Mention' ? (asText(tag['href']) ?? []) : []));
  return [...new Set(uris)].slice(0, limits.mentions);
}
