// The pieces that the posts of a page are joined of: the texts that are the same for all readers, packed as they are kept.
import type { AppContext } from '#server/context.ts';
import { serializeEmojis, type MastodonEmoji } from '#server/features/emojis/serializers.ts';
import { serializeCard, type CardText } from '#server/features/links/serializers.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import { quotePolicies, type QuotePolicy } from '../entities.ts';
import type { PollView } from '../policy/poll.ts';
import { quoteAskingOf, quotePolicyOf } from '../policy/quote.ts';
import { loadPosts as readPosts, type PostView } from '../queries.ts';
import type { SeenPost } from '../queries/flags.ts';
import { loadQuoting, type QuotingOf } from '../queries/quoting.ts';
import { serializeBody, serializeHead, type PostPlaces } from '../serializers.ts';
import type { QuoteRules } from '../serializers/quote.ts';
import { postFragment } from '../service/forget.ts';
import { loadFilteredText, type FilteredText } from './filtered.ts';
import { packReactions } from './reactions.ts';
import { loadTexts, renderAccounts } from './texts.ts';

/** What a post's text is made of; `head` ends where its account stands, `body` begins behind it. */
export interface PostPieces {
  authorId: string;
  head: string;
  body: string;
  /** Who may quote it and who may ask; then what it quotes itself, as a ShallowQuote's text. */
  rules: QuoteRules;
  /** Whether what it quotes, or who may quote it, differs from reader to reader: then the database is asked. */
  asksReader: boolean;
  shallow: string;
  poll: KeptPoll | null;
  /** Its reactions as text, none of them the reader's own. */
  reactions: string;
  card: CardText | null;
}

/** A poll as it is kept: what it shows depends on the moment and on who reads. */
export interface KeptPoll {
  poll: PollView;
  emojis: MastodonEmoji[];
}

export interface Pieces {
  posts: Map<string, PostPieces>;
  accounts: Map<string, string>;
  quoting: QuotingOf;
  now: Date;
  /** Null when none of the readers filters anything. */
  filtered: FilteredText | null;
}

/**
 * All texts that a page needs, and what its readers filter: no statement when they are kept, one each for posts, accounts and
 * filters when they are not. Where posts of the page quote others, one more says what its readers may see of those.
 */
export async function loadPieces(
  ctx: AppContext,
  rows: ReadonlyArray<Pick<SeenPost, 'id' | 'boost_of_id'>>,
  viewerIds: ReadonlyArray<string | null>,
): Promise<Pieces> {
  const since = ctx.fragments.mark();
  const shown = await loadPosts(ctx, new Set(rows.flatMap(shownIn)));
  const asking = rows.map(subjectOf).filter((id) => shown.get(id)?.asksReader);
  const quoting = await loadQuoting(ctx, viewerIds, asking);
  const quoted = await loadPosts(ctx, new Set(quoting.quotedIds.filter((id) => !shown.has(id))));
  const posts = new Map([...shown, ...quoted]);
  const accounts = await renderAccounts(
    ctx,
    [...posts.values()].flatMap(({ authorId, card }) =>
      card?.accountId == null ? [authorId] : [authorId, card.accountId],
    ),
  );
  const readers = rows.length === 0 ? [] : viewerIds.filter((id) => id !== null);
  const filtered = await loadFilteredText(ctx, readers, since);
  return { posts, accounts, quoting: quoting.of, filtered, now: ctx.clock() };
}

/** The post that a line of a page is about: what it boosts, or itself. */
export const subjectOf = ({ id, boost_of_id }: Pick<SeenPost, 'id' | 'boost_of_id'>): string => boost_of_id ?? id;

/** The posts of which a line of a page is made. */
function shownIn({ id, boost_of_id }: Pick<SeenPost, 'id' | 'boost_of_id'>): string[] {
  return boost_of_id === null ? [id] : [id, boost_of_id];
}

async function loadPosts(ctx: AppContext, ids: ReadonlySet<string>): Promise<Map<string, PostPieces>> {
  const texts = await loadTexts(ctx, ids, postFragment, async (missing) => {
    const posts = await readPosts(ctx, missing);
    return posts.map((post) => [post.id, packPost(post, ctx)]);
  });
  return new Map([...texts].map(([id, text]) => [id, unpackPost(text)]));
}

/** JSON has no line breaks of its own, so they part the pieces. */
function packPost(post: PostView, places: PostPlaces): string {
  const head = `${JSON.stringify(serializeHead(post)).slice(0, -1)},"account":`;
  const body = post.boostOfId === null ? `,${JSON.stringify(serializeBody(post, places)).slice(1, -1)}` : '';
  const poll = post.poll === null ? '' : JSON.stringify(keptPoll(post, post.poll, places));
  const words = [quotePolicyOf(post), quoteAskingOf(post)];
  const asksReader = post.quote !== null || words.includes('followers');
  const rules = [...words, asksReader ? 'asks' : ''].join(' ');
  const shallow = JSON.stringify(shallowQuote(post));
  return [
    post.accountId,
    head,
    body,
    rules,
    shallow,
    poll,
    packReactions(post, places),
    ...packCard(post, places.media),
  ].join('\n');
}

function keptPoll({ emojis }: PostView, poll: PollView, places: PostPlaces): KeptPoll {
  return { poll, emojis: serializeEmojis(emojis, places) };
}

function unpackPost(text: string): PostPieces {
  const [authorId = '', head = '', body = '', words = '', shallow = 'null', poll = '', reactions = '[]', ...card] =
    text.split('\n');
  const [policy, asking, asks] = words.split(' ');
  const rules = { policy: policyOf(policy), asking: policyOf(asking) };
  return {
    authorId,
    head,
    body,
    rules,
    asksReader: asks === 'asks',
    shallow,
    poll: poll === '' ? null : unpackPoll(poll),
    reactions,
    card: unpackCard(card),
  };
}

function policyOf(word: string | undefined): QuotePolicy {
  return quotePolicies.find((one) => one === word) ?? 'nobody';
}

function packCard({ card }: PostView, media: MediaAddresses): string[] {
  if (card === null) return [];
  const { start, end, accountId, claimantId } = serializeCard(card, media);
  return [start, end, accountId ?? '', claimantId ?? ''];
}

function unpackCard([start, end = '', accountId = '', claimantId = '']: string[]): CardText | null {
  if (start === undefined) return null;
  return { start, end, accountId: accountId || null, claimantId: claimantId || null };
}

/** What a quoted post quotes itself is only named. */
function shallowQuote({ quote }: PostView): object | null {
  if (quote === null) return null;
  const { id } = quote;
  if (quote.state !== 'accepted') return { state: quote.state, quoted_status_id: null };
  return { state: id === null ? 'deleted' : 'accepted', quoted_status_id: id };
}

function unpackPoll(text: string): KeptPoll {
  const { poll, emojis }: KeptPoll = JSON.parse(text);
  return { poll: { ...poll, expiresAt: poll.expiresAt && new Date(poll.expiresAt) }, emojis };
}
