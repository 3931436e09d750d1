// Ids in, JSON text out: the hot path of every list of posts. The text of a post that is the same for all readers is kept
// (ctx.fragments) until the post or its counts change, that of its author until the account changes; one prepared
// statement says which posts the reader may see and what they did with them; the pieces are joined as text.
import type { AppContext } from '#server/context.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { isId, loadAccounts } from '#server/features/accounts/queries.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { serializeEmojis, type MastodonEmoji } from '#server/features/emojis/serializers.ts';
import { joinCard, serializeCard, type CardText } from '#server/features/links/serializers.ts';
import { sql } from '#server/platform/database.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import { statementText } from '#server/platform/statement.ts';
import { notMuted, visibleTo } from './policy.ts';
import { quotePolicies, type QuotePolicy } from './entities.ts';
import type { PollView } from './policy/poll.ts';
import { quoteAskingOf, quotePolicyOf } from './policy/quote.ts';
import { loadPosts, type PostView } from './queries.ts';
import { loadFilteredText, type FilteredText } from './pages/filtered.ts';
import { flagColumns, noFlags, quotingColumn, type PostFlags, type SeenPost } from './queries/flags.ts';
import { serializeBody, serializeHead, type PostPlaces, type StatusFlags } from './serializers.ts';
import { serializeApproval, type QuoteRules } from './serializers/quote.ts';
import { serializePoll } from './serializers/poll.ts';
import { accountFragment, postFragment } from './service/forget.ts';

const subject = sql`coalesce(p.boost_of_id, p.id)`;

/** Which of the posts $2 the viewer $1 may see, in the order asked. */
const seenText = statementText(sql`
  select p.id, p.boost_of_id, ${flagColumns(sql.raw('$1::bigint'), subject)}
  from unnest($2::bigint[]) with ordinality as wanted (id, place) join posts p on p.id = wanted.id
  where ${visibleTo(sql.raw('$1::bigint'), 'p')} order by wanted.place`);

/** The same for a reader who is nobody. */
const openText = statementText(sql`
  select p.id, p.boost_of_id, ${quotingColumn(sql.raw('null::bigint'), subject)}
  from unnest($1::bigint[]) with ordinality as wanted (id, place) join posts p on p.id = wanted.id
  where ${visibleTo(sql.raw('null::bigint'), 'p')} order by wanted.place`);

/** Which of the viewers $2 may see the post $1 and do not mute its author or booster at the moment $3. */
const readersText = statementText(sql`
  select viewer.id as viewer_id, p.id, p.boost_of_id, ${flagColumns(sql.ref('viewer.id'), subject)}
  from unnest($2::bigint[]) as viewer (id) join posts p on p.id = $1::bigint
  where ${visibleTo(sql.ref('viewer.id'), 'p')}
    and ${notMuted(sql.ref('viewer.id'), sql.ref('p.account_id'), sql.raw('$3::timestamptz'))}
    and ${notMuted(sql.ref('viewer.id'), sql`(select account_id from posts where id = p.boost_of_id)`, sql.raw('$3::timestamptz'))}`);

/** The posts that the viewer (null: anybody) may see, each as the JSON text of a Mastodon Status, in the order asked. */
export async function renderStatuses(
  ctx: AppContext,
  ids: readonly string[],
  viewerId: string | null,
): Promise<string[]> {
  return [...(await renderStatusesById(ctx, ids, viewerId)).values()];
}

/** As `renderStatuses`, by the ids that were asked for. */
export async function renderStatusesById(
  ctx: AppContext,
  ids: readonly string[],
  viewerId: string | null,
): Promise<Map<string, string>> {
  const wanted = ids.filter(isId);
  if (wanted.length === 0) return new Map();
  const rows = await findSeen(ctx, wanted, viewerId);
  const pieces = await loadPieces(ctx, rows, viewerId === null ? [] : [viewerId]);
  return new Map(
    rows.flatMap((row) => {
      const status = joinStatus(row, viewerId, pieces);
      return status === null ? [] : [[row.id, status] as const];
    }),
  );
}

async function findSeen(ctx: AppContext, ids: readonly string[], viewerId: string | null): Promise<SeenPost[]> {
  const { database } = ctx;
  if (viewerId !== null) return database.prepared<SeenPost>('posts_seen', seenText, [viewerId, ids]);
  const rows = await database.prepared<Pick<SeenPost, 'id' | 'boost_of_id' | 'quoting'>>('posts_open', openText, [ids]);
  return rows.map((row) => ({ ...row, ...noFlags }));
}

/** One post as JSON text, or null when the viewer may not see it. */
export async function renderStatus(ctx: AppContext, id: string, viewerId: string | null): Promise<string | null> {
  const [status] = await renderStatuses(ctx, [id], viewerId);
  return status ?? null;
}

/** One post for many readers, by their ids; those who may not see it, or mute who brings it, are left out. For live updates. */
export async function renderForViewers(
  ctx: AppContext,
  id: string,
  viewerIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await ctx.database.prepared<SeenPost & { viewer_id: string }>('posts_readers', readersText, [
    id,
    viewerIds,
    ctx.clock(),
  ]);
  // A thousand readers see a handful of different texts: the same string for all who see the same.
  const texts = new Map<string, string | null>();
  const pieces = await loadPieces(
    ctx,
    rows.slice(0, 1),
    rows.map((row) => row.viewer_id),
  );
  return new Map(
    rows.flatMap((row) => {
      const { viewer_id: viewerId, ...seen } = row;
      const isOwn = [...pieces.posts.values()].some(
        ({ authorId, card }) => authorId === viewerId || card?.claimantId === viewerId,
      );
      const filtered = filteredText(row, viewerId, pieces);
      const key = isOwn ? viewerId : `${JSON.stringify(seen)}${filtered}`;
      const status = texts.get(key) ?? joinStatus(row, viewerId, pieces, filtered);
      texts.set(key, status);
      return status === null ? [] : [[viewerId, status] as const];
    }),
  );
}

/** Joins the texts of posts of which a statement has said already that the viewer may see them. */
export async function renderSeen(
  ctx: AppContext,
  rows: readonly SeenPost[],
  viewerId: string | null,
): Promise<string[]> {
  const pieces = await loadPieces(ctx, rows, viewerId === null ? [] : [viewerId]);
  return rows.map((row) => joinStatus(row, viewerId, pieces)).filter((status) => status !== null);
}

/** Accounts as JSON texts, by id; those that are suspended or gone are left out, and with them what they wrote. */
export async function renderAccounts(ctx: AppContext, ids: Iterable<string>): Promise<Map<string, string>> {
  const texts = await loadTexts(ctx, new Set(ids), accountFragment, async (missing) => {
    const accounts = await loadAccounts(ctx, missing);
    return accounts.map((account) => [
      account.id,
      isActive(account) ? JSON.stringify(serializeAccount(account, ctx)) : '',
    ]);
  });
  return new Map([...texts].filter(([, text]) => text !== ''));
}

/** What a post's text is made of; `head` ends where its account stands, `body` begins behind it. */
interface PostPieces {
  authorId: string;
  head: string;
  body: string;
  /** Who may quote it and who may ask; then what it quotes itself, as a ShallowQuote's text. */
  rules: QuoteRules;
  shallow: string;
  poll: KeptPoll | null;
  card: CardText | null;
}

/** A poll as it is kept: what it shows depends on the moment and on who reads. */
interface KeptPoll {
  poll: PollView;
  emojis: MastodonEmoji[];
}

interface Pieces {
  posts: Map<string, PostPieces>;
  accounts: Map<string, string>;
  now: Date;
  filtered: FilteredText;
}

/**
 * All texts that a page needs, and what its readers filter: no statement when they are kept, one each for posts, accounts and
 * filters when they are not.
 */
async function loadPieces(ctx: AppContext, rows: readonly SeenPost[], viewerIds: readonly string[]): Promise<Pieces> {
  const since = ctx.fragments.mark();
  const ids = new Set(rows.flatMap(shownIn));
  const texts = await loadTexts(ctx, ids, postFragment, async (missing) => {
    const posts = await loadPosts(ctx, missing);
    return posts.map((post) => [post.id, packPost(post, ctx)]);
  });
  const posts = new Map([...texts].map(([id, text]) => [id, unpackPost(text)]));
  const accounts = await renderAccounts(
    ctx,
    [...posts.values()].flatMap(({ authorId, card }) =>
      card?.accountId == null ? [authorId] : [authorId, card.accountId],
    ),
  );
  const filtered = await loadFilteredText(ctx, rows.length === 0 ? [] : viewerIds, since);
  return { posts, accounts, filtered, now: ctx.clock() };
}

/** The posts of which a line of a page is made. */
function shownIn({ id, boost_of_id, quoting }: SeenPost): string[] {
  return [id, boost_of_id, quoting?.quote?.id ?? null].filter((one) => one !== null);
}

/** Texts by id, from the kept ones and, for the missing, from `load`. What is read before a change is not kept after it. */
async function loadTexts(
  ctx: AppContext,
  ids: ReadonlySet<string>,
  keyOf: (id: string) => string,
  load: (missing: string[]) => Promise<Array<[id: string, text: string]>>,
): Promise<Map<string, string>> {
  const { fragments } = ctx;
  const found = new Map<string, string>();
  const missing: string[] = [];
  for (const id of ids) {
    const text = fragments.get(keyOf(id));
    if (text === undefined) missing.push(id);
    else found.set(id, text);
  }
  if (missing.length === 0) return found;
  const since = fragments.mark();
  for (const [id, text] of await load(missing)) {
    fragments.set(keyOf(id), text, since);
    found.set(id, text);
  }
  return found;
}

/** JSON has no line breaks of its own, so they part the pieces. */
function packPost(post: PostView, places: PostPlaces): string {
  const head = `${JSON.stringify(serializeHead(post)).slice(0, -1)},"account":`;
  const body = post.boostOfId === null ? `,${JSON.stringify(serializeBody(post, places)).slice(1, -1)}` : '';
  const poll = post.poll === null ? '' : JSON.stringify(keptPoll(post, post.poll, places));
  const rules = `${quotePolicyOf(post)} ${quoteAskingOf(post)}`;
  const shallow = JSON.stringify(shallowQuote(post));
  return [post.accountId, head, body, rules, shallow, poll, ...packCard(post, places.media)].join('\n');
}

function keptPoll({ emojis }: PostView, poll: PollView, places: PostPlaces): KeptPoll {
  return { poll, emojis: serializeEmojis(emojis, places) };
}

function unpackPost(text: string): PostPieces {
  const [authorId = '', head = '', body = '', words = '', shallow = 'null', poll = '', ...card] = text.split('\n');
  const [policy, asking] = words.split(' ');
  const rules = { policy: policyOf(policy), asking: policyOf(asking) };
  return { authorId, head, body, rules, shallow, poll: poll === '' ? null : unpackPoll(poll), card: unpackCard(card) };
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

/** What a post links to, for one reader. */
function cardText(card: CardText | null, viewerId: string | null, { accounts }: Pieces): string {
  return card === null ? 'null' : joinCard(card, accounts.get(card.accountId ?? ''), viewerId);
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

/** The whole text of one post; null when a piece is missing because it was deleted a moment ago. */
function joinStatus(
  row: SeenPost,
  viewerId: string | null,
  pieces: Pieces,
  filtered = filteredText(row, viewerId, pieces),
): string | null {
  const id = row.boost_of_id ?? row.id;
  const flags = viewerId === null ? '' : `,"filtered":${filtered}`;
  const original = joinOriginal({ id, seen: row, may: row.quoting?.may ?? null }, viewerId, pieces);
  if (original === null) return null;
  const quote = `,"quote":${quoteText(row.quoting, viewerId, pieces)}`;
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
  const flags = own === null ? '' : flagText(post.seen, own);
  return { head: kept.head, account, body: `${kept.body}${poll}${card}${approval}${flags}` };
}

/** What the reader sees of a quoted post: all of it, or why not. */
function quoteText(quoting: SeenPost['quoting'], viewerId: string | null, pieces: Pieces): string {
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
function filteredText(
  row: Pick<SeenPost, 'id' | 'boost_of_id'>,
  viewerId: string | null,
  { posts, filtered }: Pieces,
): string {
  const id = row.boost_of_id ?? row.id;
  const original = posts.get(id);
  if (viewerId === null || !original) return '[]';
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
  const { liked, boosted, bookmarked, muted, pinned } = row;
  const key = [liked, boosted, bookmarked, muted, pinned, own].reduce((bits, flag) => bits * 2 + Number(flag), 0);
  const known = flagTexts.get(key);
  if (known !== undefined) return known;
  const flags: Omit<StatusFlags, 'filtered'> = {
    favourited: liked,
    reblogged: boosted,
    muted,
    bookmarked,
    ...(own ? { pinned } : {}),
  };
  const text = `,${JSON.stringify(flags).slice(1, -1)}`;
  flagTexts.set(key, text);
  return text;
}
