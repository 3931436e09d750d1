// What somebody typed into the search box for posts: words, and operators such as from:me or after:2026-01-31. Pure, and
// linear in the length of the text.

/** Which posts are looked through: one's own and those one had to do with, those whose authors let everybody find them, or both. */
export type SearchScope = 'library' | 'public' | 'all';
export type PostTrait = 'media' | 'poll' | 'link' | 'reply' | 'sensitive';

export interface PostQuery {
  /** In the form that PostgreSQL's websearch_to_tsquery reads: words, "phrases" and -without. Empty for any. */
  words: string;
  /** Handles as written, or `me`. A post is by one of `from` and by none of `notFrom`. */
  from: string[];
  notFrom: string[];
  /** A post has each of `has` and none of `hasNot`. */
  has: PostTrait[];
  hasNot: PostTrait[];
  /** Codes; a post is in one of them. */
  languages: string[];
  notLanguages: string[];
  scope: SearchScope;
  /** Written at or after. */
  since: Date | null;
  /** Written before. */
  until: Date | null;
}

const longestText = 1000;
const dayMs = 24 * 60 * 60 * 1000;

const traits: Record<string, PostTrait> = {
  'has:media': 'media',
  'has:image': 'media',
  'has:poll': 'poll',
  'has:embed': 'link',
  'has:link': 'link',
  'is:reply': 'reply',
  'is:sensitive': 'sensitive',
};

/** Reads what was typed. What looks like an operator and is none that we know, or has no sense, is a word like others. */
export function parseQuery(text: string): PostQuery {
  const query: PostQuery = {
    words: '',
    from: [],
    notFrom: [],
    has: [],
    hasNot: [],
    languages: [],
    notLanguages: [],
    scope: 'all',
    since: null,
    until: null,
  };
  const pieces =
    text
      .slice(0, longestText)
      .toWellFormed()
      .match(/-?"[^"]*"|\S+/g) ?? [];
  const words = pieces.filter((piece) => !readOperator(piece, query));
  return { ...query, words: words.join(' ') };
}

/** True when the piece is an operator; the query then knows of it. */
function readOperator(piece: string, query: PostQuery): boolean {
  const [, sign = '', name = '', value = ''] = /^(-?)([a-z]+):(\S+)$/.exec(piece) ?? [];
  const isNot = sign === '-';
  const trait = traits[`${name}:${value}`];
  if (trait !== undefined) return (isNot ? query.hasNot : query.has).push(trait) > 0;
  if (name === 'from') return (isNot ? query.notFrom : query.from).push(value) > 0;
  if (name === 'language') return (isNot ? query.notLanguages : query.languages).push(value.toLowerCase()) > 0;
  if (isNot) return false;
  if (name === 'in') return readScope(value, query);
  return readDate(name, value, query);
}

function readScope(value: string, query: PostQuery): boolean {
  if (value !== 'library' && value !== 'public' && value !== 'all') return false;
  query.scope = value;
  return true;
}

/** Days are UTC; `after` and `before` leave the day itself out. */
function readDate(name: string, value: string, query: PostQuery): boolean {
  if (!/^(after|before|during)$/.test(name) || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const start = Date.parse(`${value}T00:00:00Z`);
  if (Number.isNaN(start)) return false;
  if (name !== 'before') {
    const since = name === 'after' ? start + dayMs : start;
    query.since = new Date(Math.max(since, query.since?.getTime() ?? 0));
  }
  if (name !== 'after') {
    const until = name === 'before' ? start : start + dayMs;
    query.until = new Date(Math.min(until, query.until?.getTime() ?? Infinity));
  }
  return true;
}
