// Reads what is being typed as the server will: where its mentions, hashtags and links are, and how long it counts.

export interface TextPart {
  kind: 'text' | 'mention' | 'tag' | 'link';
  text: string;
}

const LINK = /https?:\/\/[^\s<>"“”]+/giu;
const MENTION =
  /(?<![\w/=@.])@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?(?::\d+)?)?/giu;
const TAG = /(?<![\p{L}\p{N}_/#=&])[#＃](?=[\p{N}_·]*[\p{L}\p{M}_])[\p{L}\p{M}\p{N}_·]+/giu;

/** A link without the punctuation that ends the sentence around it; a closing bracket stays when the link opened it. */
function trimLink(link: string): string {
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1] ?? '';
    if (/[.,:;!?'*_~]/.test(last)) continue;
    if (last === ')' && link.slice(0, end).split('(').length < link.slice(0, end).split(')').length) continue;
    break;
  }
  return link.slice(0, end);
}

interface Found extends TextPart {
  at: number;
}

function matches(text: string, pattern: RegExp, kind: TextPart['kind']): Found[] {
  return Array.from(text.matchAll(pattern), (match) => ({ kind, at: match.index, text: match[0] }));
}

/** The text cut into parts; joined they are the text again. Links win over what looks like a mention or tag in them. */
export function splitText(text: string): TextPart[] {
  const links = matches(text, LINK, 'link').map((link) => ({ ...link, text: trimLink(link.text) }));
  const others = [...matches(text, MENTION, 'mention'), ...matches(text, TAG, 'tag')];
  const found = [...links, ...others].sort((one, other) => one.at - other.at || (one.kind === 'link' ? -1 : 1));
  const parts: TextPart[] = [];
  let done = 0;
  for (const { at, kind, text: own } of found) {
    if (at < done) continue;
    if (at > done) parts.push({ kind: 'text', text: text.slice(done, at) });
    parts.push({ kind, text: own });
    done = at + own.length;
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) });
  return parts;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function graphemes(text: string): number {
  // Plain ASCII is its own count; the segmenter is slow on long texts.
  if (/^[\x20-\x7e\n]*$/.test(text)) return text.length;
  return [...segmenter.segment(text)].length;
}

/**
 * The length of a post as Mastodon counts it, in characters a person sees (grapheme clusters): every link counts
 * `perLink`, a mention of someone elsewhere counts without the domain, a content warning counts fully.
 */
export function countCharacters(text: string, warning = '', perLink = 23): number {
  const parts = splitText(text.replaceAll('\r\n', '\n'));
  const length = (part: TextPart): number => {
    if (part.kind === 'link') return perLink;
    return graphemes(part.kind === 'mention' ? part.text.replace(/^(@[^@]+)@.*$/u, '$1') : part.text);
  };
  return parts.reduce((sum, part) => sum + length(part), graphemes(warning));
}

export interface Fragment {
  /** What stands between the `@` and the caret. */
  query: string;
  start: number;
  end: number;
}

/** The mention being typed at the caret, or null. `start` is the index of the `@`. */
export function mentionAtCaret(text: string, caret: number): Fragment | null {
  const match = /(?<![\w/=@.])@([\p{L}\p{N}_.-]+(?:@[\p{L}\p{N}.:-]*)?)$/iu.exec(text.slice(0, caret));
  if (!match?.[1]) return null;
  return { query: match[1], start: match.index, end: caret };
}
