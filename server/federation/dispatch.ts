// What other servers may read here, by address: WebFinger, actors, collections, posts. The library routes, negotiates and
// pages; the documents are our own plain JSON.
import { createFederation, type Federation } from '@fedify/fedify';
import { Object as ActivityObject, isActor, Activity, type Actor, type Recipient, Tombstone } from '@fedify/vocab';
import { preloadedContexts } from '@fedify/vocab-runtime';
import type { AppContext } from '#server/context.ts';
import { actorDocument, tombstoneDocument } from '#server/features/accounts/activitypub/actor-document.ts';
import { ensureInstanceActor, instanceUsername } from '#server/features/accounts/activitypub/instance-actor.ts';
import { publicKeysOf } from '#server/features/accounts/activitypub/public-keys.ts';
import { accountView, findAccount, isId, type AccountView } from '#server/features/accounts/queries.ts';
import { isActive, isKnown } from '#server/features/accounts/policy.ts';
import { followersPage, followingPage, type AccountPage } from '#server/features/graph/queries.ts';
import { announceActivity, createActivity, noteDocument } from '#server/features/posts/activitypub/note-document.ts';
import { vocabularyOf } from '#server/features/posts/activitypub/quote-document.ts';
import { loadPosts, findPost, findVisiblePost, type PostView } from '#server/features/posts/queries.ts';
import { accountPosts } from '#server/features/posts/queries/lists.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import type { Page } from '#server/platform/http/paging.ts';
import { isUsername } from '#server/platform/text.ts';
import { federationKv } from './kv.ts';
import { nodeInfo } from './node-info.ts';

/** What each request brings along. `reader` is the account of another server that signed it, if one did. */
export interface Reading {
  ctx: AppContext;
  reader: () => Promise<string | null>;
}

/** The identifier of the server's own account; people's are their ids. */
export const instanceIdentifier = 'instance';

const pageSize = 40;
const outboxPageSize = 20;

/** The dispatcher for one context. It fetches nothing: every @context that we write is known beforehand. */
export function createDispatcher(ctx: AppContext): Federation<Reading> {
  const federation = createFederation<Reading>({
    kv: federationKv(ctx.cache),
    origin: { handleHost: ctx.config.handleDomain, webOrigin: ctx.config.origin },
    manuallyStartQueue: true,
    contextLoaderFactory: () => loadKnownContext,
    documentLoaderFactory: () => loadKnownContext,
  });
  federation
    .setActorDispatcher('/ap/users/{identifier}', ({ data }, identifier) => findActor(data.ctx, identifier))
    .mapHandle(({ data }, username) => findIdentifier(data.ctx, username))
    .mapAlias((_, resource) => aliasOf(ctx, resource))
    .mapActorAlias('/ap/instance', instanceIdentifier);
  federation.setWebFingerLinksDispatcher(() => intents(ctx));
  federation.setNodeInfoDispatcher('/nodeinfo/2.1', ({ data }) => nodeInfo(data.ctx));
  setCollections(federation);
  federation.setObjectDispatcher(ActivityObject, '/ap/posts/{id}', ({ data }, { id }) => findObject(data, id));
  return federation;
}

/** Where another server sends a person of ours who wants to act there: what they want is in `{uri}` or `{object}` (FEP-3b86). */
function intents({ config }: AppContext) {
  const template = `${config.origin}/authorize_interaction?uri=`;
  const rel = (intent: string): string => `https://w3id.org/fep/3b86/${intent}`;
  return [
    { rel: 'http://ostatus.org/schema/1.0/subscribe', template: `${template}{uri}` },
    ...['Object', 'Follow', 'Like', 'Announce'].map((intent) => ({
      rel: rel(intent),
      template: `${template}{object}`,
    })),
  ];
}

async function loadKnownContext(url: string) {
  const document = preloadedContexts[url];
  if (document === undefined) throw new Error(`the context ${url} is not one of ours`);
  return { contextUrl: null, documentUrl: url, document };
}

/** Our JSON as the library's object: it writes it out again exactly as it was. */
function toObject(json: Json): Promise<ActivityObject> {
  return ActivityObject.fromJsonLd(json, { documentLoader: loadKnownContext, contextLoader: loadKnownContext });
}

async function findActor(ctx: AppContext, identifier: string): Promise<Actor | Tombstone | null> {
  const account =
    identifier === instanceIdentifier ? await ensureInstanceActor(ctx) : await findPerson(ctx, identifier);
  if (account === null) return null;
  if (account.deletedAt !== null) {
    const gone = await toObject(tombstoneDocument(account.uri, account.deletedAt));
    return gone instanceof Tombstone ? gone : null;
  }
  const actor = await toObject(actorDocument(ctx.config, account, await publicKeysOf(ctx, account.id)));
  return isActor(actor) ? actor : null;
}

/** A local person, also a deleted one; null for those whom nobody may see yet. */
async function findPerson(ctx: AppContext, id: string): Promise<AccountView | null> {
  if (!isId(id)) return null;
  const row = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', id)
    .where('domain', 'is', null)
    .executeTakeFirst();
  const account = row ? accountView(row) : null;
  if (account === null || account.uri === addresses(ctx.config).instanceActor) return null;
  return isKnown(account) || account.deletedAt !== null ? account : null;
}

async function findIdentifier(ctx: AppContext, username: string): Promise<string | null> {
  // The server's account goes by its own name, and by the domain as other software has it.
  if (username === instanceUsername || username === ctx.config.handleDomain) return instanceIdentifier;
  if (!isUsername(username)) return null;
  const { rows } = await sql<{ id: string }>`
    select id from accounts where lower(username) = lower(${username}) and domain is null and (opened or deleted_at is not null)
    order by deleted_at nulls first limit 1`.execute(ctx.database.read);
  return rows[0]?.id ?? null;
}

function aliasOf(ctx: AppContext, resource: URL): { username: string } | { identifier: string } | null {
  if (resource.origin !== new URL(ctx.config.origin).origin) return null;
  if (resource.pathname === '/') return { identifier: instanceIdentifier };
  const [, username] = /^\/@(\w+)\/?$/u.exec(resource.pathname) ?? [];
  return username === undefined ? null : { username };
}

type PeoplePage = (ctx: AppContext, accountId: string, viewerId: null, page: Page) => Promise<AccountPage>;

function setCollections(federation: Federation<Reading>): void {
  federation
    .setFollowersDispatcher('/ap/users/{identifier}/followers', ({ data }, identifier, cursor) =>
      peoplePage(data.ctx, identifier, cursor, followersPage, toRecipient),
    )
    .setCounter(async ({ data }, identifier) => (await findListed(data.ctx, identifier))?.followersCount ?? null)
    .setFirstCursor(({ data }, identifier) => firstCursor(data.ctx, identifier));
  federation
    .setFollowingDispatcher('/ap/users/{identifier}/following', ({ data }, identifier, cursor) =>
      peoplePage(data.ctx, identifier, cursor, followingPage, ({ uri }) => new URL(uri)),
    )
    .setCounter(async ({ data }, identifier) => (await findListed(data.ctx, identifier))?.followingCount ?? null)
    .setFirstCursor(({ data }, identifier) => firstCursor(data.ctx, identifier));
  federation
    .setOutboxDispatcher('/ap/users/{identifier}/outbox', ({ data }, identifier, cursor) =>
      outboxPage(data, identifier, cursor),
    )
    .setCounter(async ({ data }, identifier) => (await findListed(data.ctx, identifier))?.postsCount ?? null)
    .setFirstCursor(() => '0');
  federation.setFeaturedDispatcher('/ap/users/{identifier}/featured', ({ data }, identifier) =>
    featuredPosts(data.ctx, identifier),
  );
}

function toRecipient(account: AccountView): Recipient {
  return { id: new URL(account.uri), inboxId: new URL(account.inboxUrl) };
}

/** A local account whose collections exist; the server's own has empty ones. */
async function findListed(ctx: AppContext, identifier: string): Promise<AccountView | null> {
  const account = await findPerson(ctx, identifier);
  return account !== null && isActive(account) ? account : null;
}

/** Without a first page only the count is shown: whom one follows may be private. */
async function firstCursor(ctx: AppContext, identifier: string): Promise<string | null> {
  const account = await findListed(ctx, identifier);
  return account === null || account.hideCollections ? null : '0';
}

async function peoplePage<Item>(
  ctx: AppContext,
  identifier: string,
  cursor: string | null,
  read: PeoplePage,
  toItem: (account: AccountView) => Item,
): Promise<{ items: Item[]; nextCursor?: string | null } | null> {
  const account = await findListed(ctx, identifier);
  if (account === null) return null;
  if (cursor === null || account.hideCollections || !isId(cursor)) return { items: [] };
  const page = await read(ctx, account.id, null, {
    limit: pageSize,
    maxId: cursor === '0' ? null : cursor,
    sinceId: null,
    minId: null,
  });
  return { items: page.accounts.map(toItem), nextCursor: page.accounts.length < pageSize ? null : (page.last ?? null) };
}

async function outboxPage(
  { ctx }: Reading,
  identifier: string,
  cursor: string | null,
): Promise<{ items: Activity[]; nextCursor?: string | null } | null> {
  const account = await findListed(ctx, identifier);
  if (account === null) return null;
  if (cursor === null || !isId(cursor)) return { items: [] };
  const maxId = cursor === '0' ? null : cursor;
  const seen = await accountPosts(ctx, { accountId: account.id }, null, {
    limit: outboxPageSize,
    maxId,
    sinceId: null,
    minId: null,
  });
  const posts = await loadPosts(
    ctx,
    seen.map(({ id }) => id),
  );
  const activities = await Promise.all(posts.map((post) => activityOf(ctx, post, account)));
  const nextCursor = seen.length < outboxPageSize ? null : (seen.at(-1)?.id ?? null);
  return { items: activities.filter((activity) => activity !== null), nextCursor };
}

/** What somebody pinned and everybody may see: few enough for one page. */
async function featuredPosts(ctx: AppContext, identifier: string): Promise<{ items: ActivityObject[] } | null> {
  const account = await findListed(ctx, identifier);
  if (account === null) return null;
  const pinned = await accountPosts(ctx, { accountId: account.id, pinned: true }, null, firstStretch(pageSize));
  const posts = await loadPosts(
    ctx,
    pinned.map(({ id }) => id),
  );
  const notes = posts.map((post) => ({ '@context': vocabularyOf(post), ...noteDocument(ctx, post, account) }));
  return { items: await Promise.all(notes.map(toObject)) };
}

async function activityOf(ctx: AppContext, post: PostView, author: AccountView): Promise<Activity | null> {
  const json = post.boostOfId === null ? createActivity(ctx, post, author) : await announceOf(ctx, post, author);
  const activity = json === null ? null : await toObject(json);
  return activity instanceof Activity ? activity : null;
}

async function announceOf(ctx: AppContext, boost: PostView, booster: AccountView): Promise<Json | null> {
  const boosted = await findPost(ctx, boost.boostOfId ?? '');
  const author = boosted === null ? null : await findAccount(ctx, boosted.accountId);
  return boosted === null || author === null
    ? null
    : announceActivity(ctx.config, boost, booster, { uri: boosted.uri, authorUri: author.uri });
}

/** A post of ours that the reader may see, a boost of ours, or what is left of a deleted one. */
async function findObject({ ctx, reader }: Reading, id: string): Promise<ActivityObject | null> {
  if (!isId(id)) return null;
  const post = (await findVisiblePost(ctx, null, id)) ?? (await findForReader(ctx, id, reader));
  if (post === null) return findTombstone(ctx, id);
  const author = post.local ? await findAccount(ctx, post.accountId) : null;
  if (author === null) return null;
  if (post.boostOfId !== null) return activityOf(ctx, post, author);
  return toObject({ '@context': vocabularyOf(post), ...noteDocument(ctx, post, author) });
}

/** Who reads is asked only when it matters: the answer costs a signature. */
async function findForReader(ctx: AppContext, id: string, reader: Reading['reader']): Promise<PostView | null> {
  if ((await findPost(ctx, id)) === null) return null;
  const readerId = await reader();
  return readerId === null ? null : findVisiblePost(ctx, readerId, id);
}

async function findTombstone(ctx: AppContext, id: string): Promise<ActivityObject | null> {
  const row = await ctx.database.read
    .selectFrom('tombstones')
    .select(['uri', 'deleted_at'])
    .where('uri', '=', addresses(ctx.config).post(id))
    .executeTakeFirst();
  return row ? toObject(tombstoneDocument(row.uri, row.deleted_at)) : null;
}
