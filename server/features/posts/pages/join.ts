// Joins the pieces of a post to the JSON text of a Mastodon Status, for one reader.
import { joinCard, type CardText } from '#server/features/links/serializers.ts';
import { bits, type PostFlags, type SeenPost } from '../queries/flags.ts';
import type { Quoting } from '../queries/quoting.ts';
import type { StatusFlags } from '../serializers.ts';
import { serializePoll } from '../serializers/poll.ts';
import { serializeApproval, type QuoteRules } from '../serializers/quote.ts';
import { reactionsText } from './reactions.ts';
import { subjectOf, type KeptPoll, type Pieces } from './pieces.ts';

/** The whole text of one post; null when a piece is missing because it was deleted a moment ago. */
export function joinStatus(
  row: SeenPost,
  viewerId: string | null,
  pieces: Pieces,
  filtered = filteredText(row, viewerId, pieces),
): string | null {
  const id = subjectOf(row);
  const quoting = pieces.quoting(viewerId, id);
  const flags = viewerId === null ? '' : `,"filtered":${filtered}`;
  const original = joinOriginal({ id, seen: row, may: quoting?.may ?? null }, viewerId, pieces);
  if (original === null) return null;
  const quote = `,"quote":${quoteText(quoting, viewerId, pieces)}`;
  const status = `${original.head}${original.account}${original.body}${quote},"reblog":null${flags}}`;
  if (row.boost_of_id === null) return status;
  const boost = pieces.posts.get(row.id);
  const booster = boost && pieces.accounts.get(boost.authorId);
  if (!boost || booster === undefined) return null;
  return `${boost.head}${booster}${original.body},"quote":null,"reblog":${status}${flags}}`;
}

/** A post that is no boost, for one reader, in three parts; its quote, its boost and what is filtered are still missing. */
function joinOriginal(
  post: { id: string; seen: PostFlags; may: boolean | null },
  viewerId: string | null,
  pieces: Pieces,
): { head: string; account: string; body: string } | null {
  const kept = pieces.posts.get(post.id);
  const account = kept && pieces.accounts.get(kept.authorId);
  if (!kept || account === undefined) return null;
  const own = viewerId === null ? null : kept.authorId === viewerId;
  const poll = `,"poll":${pollText(post.id, post.seen, kept.poll, pieces.now, own)}`;
  const card = `,"card":${cardText(kept.card, viewerId, pieces)}`;
  const approval = `,"quote_approval":${approvalText(kept.rules, own, post.may)}`;
  const reactions = `,"emoji_reactions":${reactionsText(kept.reactions, post.seen.reacted)}`;
  const flags = own === null ? '' : flagText(post.seen, own);
  return { head: kept.head, account, body: `${kept.body}${poll}${card}${approval}${reactions}${flags}` };
}

/** What the reader sees of a quoted post: all of it, or why not. */
function quoteText(quoting: Quoting | null, viewerId: string | null, pieces: Pieces): string {
  const quote = quoting?.quote ?? null;
  if (quote === null) return 'null';
  const isShown = quote.id !== null && (quote.state === 'accepted' || quote.state === 'muted_account');
  const quoted = isShown ? joinQuoted(quote.id, quote.flags, viewerId, pieces) : null;
  return `{"state":"${isShown && quoted === null ? 'deleted' : quote.state}","quoted_status":${quoted ?? 'null'}}`;
}

function joinQuoted(id: string | null, flags: PostFlags, viewerId: string | null, pieces: Pieces): string | null {
  const original = id === null ? null : joinOriginal({ id, seen: flags, may: null }, viewerId, pieces);
  if (id === null || original === null) return null;
  const shallow = pieces.posts.get(id)?.shallow ?? 'null';
  const filtered = viewerId === null ? '' : `,"filtered":${filteredText({ id, boost_of_id: null }, viewerId, pieces)}`;
  return `${original.head}${original.account}${original.body},"quote":${shallow},"reblog":null${filtered}}`;
}

const approvalTexts = new Map<string, string>();

/** The few answers to who may quote a post, each rendered once. */
function approvalText(rules: QuoteRules, own: boolean | null, may: boolean | null): string {
  const key = `${rules.policy} ${rules.asking} ${own} ${may}`;
  const text = approvalTexts.get(key) ?? JSON.stringify(serializeApproval(rules, { own, may }));
  approvalTexts.set(key, text);
  return text;
}

/** What the reader's filters say of a post. */
export function filteredText(
  row: Pick<SeenPost, 'id' | 'boost_of_id'>,
  viewerId: string | null,
  { posts, filtered }: Pieces,
): string {
  if (viewerId === null || filtered === null) return '[]';
  const id = subjectOf(row);
  const original = posts.get(id);
  if (!original) return '[]';
  const { authorId, body, poll, card } = original;
  const more = { options: poll?.poll.options ?? [], card: card === null ? '' : joinCard(card, undefined, null) };
  return filtered(viewerId, { id, authorId, body, ...more }, row.id);
}

/** The poll as its reader sees it now. `own`: null when nobody in particular reads. */
function pollText(id: string, { votes }: PostFlags, kept: KeptPoll | null, now: Date, own: boolean | null): string {
  if (kept === null) return 'null';
  const post = { id, emojis: kept.emojis };
  return JSON.stringify(serializePoll(post, kept.poll, now, own === null ? null : { votes, own }));
}

const flagTexts = new Map<number, string>();

/** The few combinations of flags, each rendered once. `pinned` is told of one's own posts only. */
function flagText(row: PostFlags, own: boolean): string {
  const { asked } = row;
  const liking = asked?.includes('like') ? ',"favourite_pending":true' : '';
  const boosting = asked?.includes('boost') ? ',"reblog_pending":true' : '';
  return `${usualFlagText(row, own)}${liking}${boosting}`;
}

function usualFlagText({ did }: PostFlags, own: boolean): string {
  const key = did * 2 + Number(own);
  const known = flagTexts.get(key);
  if (known !== undefined) return known;
  const has = (bit: number): boolean => (did & bit) !== 0;
  const flags: Omit<StatusFlags, 'filtered'> = {
    favourited: has(bits.liked),
    reblogged: has(bits.boosted),
    muted: has(bits.muted),
    bookmarked: has(bits.bookmarked),
    ...(own ? { pinned: has(bits.pinned) } : {}),
  };
  const text = `,${JSON.stringify(flags).slice(1, -1)}`;
  flagTexts.set(key, text);
  return text;
}

/** What a post links to, for one reader. */
function cardText(card: CardText | null, viewerId: string | null, { accounts }: Pieces): string {
  return card === null ? 'null' : joinCard(card, accounts.get(card.accountId ?? ''), viewerId);
}
