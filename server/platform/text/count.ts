// Counts a post's length the way its readers see it; server and composer must agree, so both use this.
import { scanText } from './scan.ts';

const LINK_PLACEHOLDER = 'x'.repeat(23);

// A "character" may carry combining marks without end. One that carries more than any script or emoji needs counts
// again for every further 16 units, so that a character limit is also a limit on size.
const UNITS_PER_CHARACTER = 16;

let segmenter: Intl.Segmenter | undefined;

/**
 * The length of a post: characters as people see them (grapheme clusters), each link as 23, a mention on another
 * server by its local part only.
 * @see https://docs.joinmastodon.org/user/posting/#text
 */
export function countCharacters(source: string): number {
  let text = '';
  for (const piece of scanText(source)) {
    if (piece.kind === 'link') text += LINK_PLACEHOLDER;
    else if (piece.kind === 'mention') text += `@${piece.user}`;
    else text += piece.raw;
  }
  return countVisible(text);
}

function countVisible(text: string): number {
  // Plain ASCII is nearly everything that is written in many languages and needs no segmenting.
  if (/^[\n\x20-\x7e]*$/u.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let count = 0;
  for (const { segment } of segmenter.segment(text)) count += Math.ceil(segment.length / UNITS_PER_CHARACTER);
  return count;
}
