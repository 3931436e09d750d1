// Reads the opening tags of a page of another site: what its head says of itself. No tree is built, so that depth costs
// nothing, and no character is looked at more than a few times.
import { decodeEntities } from './sanitize.ts';

export type TagAttributes = Readonly<Record<string, string | undefined>>;

export interface TagReading {
  /** The tags to tell of, in lower case. */
  names: readonly string[];
  /** Called for each of them in order; reading ends where it returns false. */
  onTag: (name: string, attributes: TagAttributes) => boolean;
  /** Characters of the page that are read. */
  maxLength: number;
}

const most = { attributes: 40, value: 5000, told: 2000 };

const tagStart = /<(?:!--|(?<name>[a-z][a-z0-9-]{0,40})(?=[\s/>]))/giu;
const attribute =
  /[\s/]*(?<name>[^\s"'<>/=]{1,100})(?:\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s"'=<>`]+)))?/uy;
/** What stands inside these is no markup. */
const rawText = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'noscript',
  'iframe',
  'noembed',
  'noframes',
  'xmp',
  'template',
]);

/** Tells of the opening tags of a page; entities in values are undone, values longer than 5,000 characters cut. Never throws. */
export function readTags(html: string, { names, onTag, maxLength }: TagReading): void {
  const page = html.slice(0, maxLength);
  let told = 0;
  tagStart.lastIndex = 0;
  for (let match = tagStart.exec(page); match !== null; match = tagStart.exec(page)) {
    const name = match.groups?.name?.toLowerCase();
    const at = match.index + match[0].length;
    const end = name === undefined ? after(page, '-->', at) : endOfTag(page, name, at);
    if (name !== undefined && names.includes(name)) {
      if ((told += 1) > most.told || !onTag(name, readAttributes(page, at))) return;
    }
    if (end === null) return;
    tagStart.lastIndex = end;
  }
}

/** Where reading goes on behind a tag, and behind the text of one that holds no markup; null when the page ends there. */
function endOfTag(page: string, name: string, at: number): number | null {
  const end = after(page, '>', at);
  if (end === null || !rawText.has(name)) return end;
  const close = new RegExp(`</${name}`, 'giu');
  close.lastIndex = end;
  return close.exec(page) === null ? null : close.lastIndex;
}

function after(page: string, sign: string, at: number): number | null {
  const found = page.indexOf(sign, at);
  return found < 0 ? null : found + sign.length;
}

/** The first of each name counts, as in browsers. */
function readAttributes(page: string, at: number): TagAttributes {
  const found = new Map<string, string>();
  attribute.lastIndex = at;
  for (let count = 0; count < most.attributes; count += 1) {
    const groups = attribute.exec(page)?.groups;
    if (groups === undefined) break;
    const name = groups['name']?.toLowerCase() ?? '';
    const value = groups['double'] ?? groups['single'] ?? groups['bare'] ?? '';
    if (!found.has(name)) found.set(name, decodeEntities(value.slice(0, most.value)));
  }
  return Object.fromEntries(found);
}
