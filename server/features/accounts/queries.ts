// Reading accounts: one, many in the order asked, or those that match a search. Always a fixed number of statements.
import type { Selectable } from 'kysely';
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { isId } from '#server/platform/ids.ts';
import { together } from '#server/platform/together.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { Tables } from '#server/schema.ts';
import type { AccountKind, PictureReference, ProfileField } from './entities.ts';
import { activeAccounts, isActive, knownAccounts } from './policy.ts';

export { isId } from '#server/platform/ids.ts';

/** An account as code sees it. `domain` is null for ours; texts of ours are plain, `bioHtml` is safe to show for all. */
export interface AccountView {
  id: string;
  username: string;
  domain: string | null;
  kind: AccountKind;
  uri: string;
  url: string | null;
  inboxUrl: string;
  sharedInboxUrl: string | null;
  outboxUrl: string | null;
  followersUrl: string | null;
  followingUrl: string | null;
  featuredUrl: string | null;
  displayName: string;
  bio: string;
  bioHtml: string;
  fields: ProfileField[];
  emojis: EmojiReference[];
  avatar: PictureReference | null;
  header: PictureReference | null;
  opened: boolean;
  locked: boolean;
  discoverable: boolean;
  indexable: boolean;
  hideCollections: boolean;
  showMedia: boolean;
  showMediaReplies: boolean;
  showFeatured: boolean;
  attributionDomains: string[];
  alsoKnownAs: string[];
  movedToUri: string | null;
  /** The account that it goes on under, when that one says so too; filled by `findAccount` and `loadAccounts`. */
  movedTo: AccountView | null;
  /** The larger of what we know and what its own server counts; so with the next two. */
  postsCount: number;
  followersCount: number;
  followingCount: number;
  /** When the server of an account was last asked how it counts. */
  countsAskedAt: Date | null;
  lastPostAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  fetchedAt: Date | null;
  suspendedAt: Date | null;
  /** Since when only those see it who follow it or ask for it by name. */
  limitedAt: Date | null;
  deletedAt: Date | null;
}

export type AccountRow = Selectable<Tables['accounts']>;

/** The account with that id, or null when there is none, it is deleted, or nobody may see it yet. Suspended ones are given. */
export async function findAccount(ctx: AppContext, id: string): Promise<AccountView | null> {
  const [account] = await loadAccounts(ctx, [id]);
  return account ?? null;
}

/** As `findAccount`, by ActivityPub id. */
export const findAccountByUri = together(async (ctx: AppContext, uris: string[]) => {
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where(sql<boolean>`uri = any(${uris}::text[])`)
    .where(knownAccounts())
    .execute();
  return new Map(rows.map((row) => [row.uri, accountView(row)]));
});

/** As `findAccount`, by `name` or `name@domain` (a leading `@` is allowed); our own domain means ours. Never asks the network. */
export async function findAccountByHandle(ctx: AppContext, handle: string): Promise<AccountView | null> {
  const [account] = await findAccountsByHandles(ctx, [handle]);
  return account ?? null;
}

/** The known accounts behind `handles`, in one statement, in no particular order; handles of strangers are left out. */
export async function findAccountsByHandles(ctx: AppContext, handles: readonly string[]): Promise<AccountView[]> {
  const wanted = handles.map((handle) => parseHandle(ctx.config, handle)).filter((handle) => handle !== null);
  if (wanted.length === 0) return [];
  const pairs = sql.join(
    wanted.map(({ username, domain }) => sql`(${username.toLowerCase()}, ${domain?.toLowerCase() ?? ''})`),
  );
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where(sql<boolean>`(lower(username), coalesce(lower(domain), '')) in (${pairs})`)
    .where(knownAccounts())
    .execute();
  return rows.map(accountView);
}

/** The accounts with these ids in the order asked; ids of no account, and of those nobody may see, are left out. */
export async function loadAccounts(ctx: AppContext, ids: readonly string[]): Promise<AccountView[]> {
  const wanted = [...new Set(ids.filter(isId))];
  if (wanted.length === 0) return [];
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where(sql<boolean>`id = any(${wanted}::bigint[])`)
    .where(knownAccounts())
    .execute();
  const accounts = rows.map(accountView);
  const targets = await loadTargets(ctx, accounts);
  const byId = new Map(
    accounts.map((account) => [account.id, { ...account, movedTo: targets.get(account.id) ?? null }]),
  );
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

/** The known accounts with these ActivityPub ids, in no particular order. */
export async function loadAccountsByUri(ctx: AppContext, uris: readonly string[]): Promise<AccountView[]> {
  if (uris.length === 0) return [];
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where(sql<boolean>`uri = any(${uris}::text[])`)
    .where(knownAccounts())
    .execute();
  return rows.map(accountView);
}

/** Where those went who moved, by their ids. An account that does not name the former one as its own is none of theirs. */
async function loadTargets(ctx: AppContext, accounts: readonly AccountView[]): Promise<Map<string, AccountView>> {
  const uris = accounts.map(({ movedToUri }) => movedToUri).filter((uri) => uri !== null);
  if (uris.length === 0) return new Map();
  const targets = await loadAccountsByUri(ctx, uris);
  const byUri = new Map(targets.filter(isActive).map((target) => [target.uri, target]));
  return new Map(
    accounts.flatMap(({ id, uri, movedToUri }) => {
      const target = byUri.get(movedToUri ?? '');
      return target?.alsoKnownAs.includes(uri) === true ? [[id, target] as const] : [];
    }),
  );
}

export interface AccountSearch {
  /** What the person typed: part of a name, `name@domain`, with or without `@`. */
  text: string;
  limit: number;
  offset: number;
  /** A further condition on the table `accounts`, such as "whom I follow" or "nobody who blocks me". */
  among?: RawBuilder<boolean>;
  localOnly?: boolean;
}

/** Accounts whose handle begins with the text or whose name holds it: exact handles first, then by followers. */
export async function searchAccounts(ctx: AppContext, search: AccountSearch): Promise<AccountView[]> {
  const text = search.text.trim().replace(/^@/, '').toLowerCase().slice(0, 200);
  if (text === '') return [];
  const [name = '', domain] = text.split('@');
  const local = domain !== undefined && isOwnDomain(ctx.config, domain);
  const query = ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where(activeAccounts())
    .where(domain === undefined ? nameMatches(name) : sql<boolean>`lower(username) like ${likeText(name)} || '%'`)
    .orderBy(sql`lower(username) = ${name}`, 'desc')
    .orderBy('followers_count', 'desc')
    .orderBy('id')
    .limit(search.limit)
    .offset(search.offset);
  const narrowed = domain === undefined ? query : query.where(domainMatches(domain, local));
  const mine = search.localOnly === true ? narrowed.where('domain', 'is', null) : narrowed;
  const rows = await (search.among ? mine.where(search.among) : mine).execute();
  return rows.map(accountView);
}

/** Local accounts that may be listed, newest first. */
export async function listLocalAccounts(ctx: AppContext, page: Stretch): Promise<AccountView[]> {
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where('domain', 'is', null)
    .where('discoverable', '=', true)
    .where('kind', '!=', 'application')
    .where(activeAccounts())
    .where(takeStretch(sql.ref('id'), page).bounds)
    .orderBy('id', page.minId === null ? 'desc' : 'asc')
    .limit(page.limit)
    .execute();
  return newestFirst(rows, page).map(accountView);
}

/** True when an account with that id was here and is deleted for good: its address answers 410. */
export async function isDeletedAccount(ctx: AppContext, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  const row = await ctx.database.read
    .selectFrom('accounts')
    .select('id')
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** `@Name@Domain` in parts; the domain is null for ours. Null when it is no handle. */
export function parseHandle(
  config: { handleDomain: string; origin: string },
  handle: string,
): { username: string; domain: string | null } | null {
  const match = /^@?([^@\s]{1,200})(?:@([^@\s]{1,260}))?$/u.exec(handle.trim());
  const [, username, domain] = match ?? [];
  if (username === undefined) return null;
  return { username, domain: domain === undefined || isOwnDomain(config, domain) ? null : domain.toLowerCase() };
}

/** True for the domain of our handles and for the host of our pages. */
export function isOwnDomain(config: { handleDomain: string; origin: string }, domain: string): boolean {
  const written = domain.toLowerCase();
  return written === config.handleDomain.toLowerCase() || written === new URL(config.origin).host;
}

/** A row of `accounts` in our own spelling. */
export function accountView(row: AccountRow): AccountView {
  return {
    id: row.id,
    username: row.username,
    domain: row.domain,
    kind: row.kind,
    uri: row.uri,
    url: row.url,
    inboxUrl: row.inbox_url,
    sharedInboxUrl: row.shared_inbox_url,
    outboxUrl: row.outbox_url,
    followersUrl: row.followers_url,
    followingUrl: row.following_url,
    featuredUrl: row.featured_url,
    displayName: row.display_name,
    bio: row.bio,
    bioHtml: row.bio_html,
    fields: row.fields,
    emojis: row.emojis,
    avatar: row.avatar,
    header: row.header,
    opened: row.opened,
    locked: row.locked,
    discoverable: row.discoverable,
    indexable: row.indexable,
    hideCollections: row.hide_collections,
    showMedia: row.show_media,
    showMediaReplies: row.show_media_replies,
    showFeatured: row.show_featured,
    attributionDomains: row.attribution_domains,
    alsoKnownAs: row.also_known_as,
    movedToUri: row.moved_to_uri,
    movedTo: null,
    postsCount: Math.max(row.posts_count, row.origin_posts ?? 0),
    followersCount: Math.max(row.followers_count, row.origin_followers ?? 0),
    followingCount: Math.max(row.following_count, row.origin_following ?? 0),
    countsAskedAt: row.counts_asked_at,
    lastPostAt: row.last_post_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    fetchedAt: row.fetched_at,
    suspendedAt: row.suspended_at,
    limitedAt: row.limited_at,
    deletedAt: row.deleted_at,
  };
}

/** Trigrams need three letters; with fewer only the beginning of a handle is looked at. */
function nameMatches(text: string): RawBuilder<boolean> {
  const prefix = sql<boolean>`lower(username) like ${likeText(text)} || '%'`;
  if (text.length < 3) return prefix;
  return sql<boolean>`(${prefix} or lower(username || ' ' || display_name) like '%' || ${likeText(text)} || '%')`;
}

function domainMatches(domain: string, local: boolean): RawBuilder<boolean> {
  if (local) return sql<boolean>`domain is null`;
  return sql<boolean>`lower(domain) like ${likeText(domain)} || '%'`;
}

/** Text in which `%`, `_` and `\` stand for themselves inside LIKE. */
function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
}
