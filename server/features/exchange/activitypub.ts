// A whole account as ActivityPub documents, in the names that Mastodon's archives have; written while they are read.
import type { AppContext } from '#server/context.ts';
import { actorDocument } from '#server/features/accounts/activitypub/actor-document.ts';
import { publicKeysOf } from '#server/features/accounts/activitypub/public-keys.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { announceActivity, createActivity } from '#server/features/posts/activitypub/note-document.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { activityStreams, objectContext } from '#server/platform/fediverse/vocabulary.ts';
import { likedUris, ownPosts, type OwnPost } from './queries/archive.ts';
import { ownedRows } from './queries.ts';

/** A picture that lies beside the documents. */
export interface ArchivedPicture {
  name: 'avatar' | 'header';
  /** Its name in the archive. */
  file: string;
}

/** The account itself; its collections and pictures are the files beside it. */
export async function archivedActor(
  ctx: AppContext,
  account: AccountView,
  pictures: readonly ArchivedPicture[],
): Promise<string> {
  const actor = actorDocument(ctx.config, account, await publicKeysOf(ctx, account.id));
  const files = pictures.map(({ name, file }) => {
    const summary = account[name]?.description;
    const picture = { type: 'Image', url: file, mediaType: 'image/webp', ...(summary ? { summary } : {}) };
    return [name === 'avatar' ? 'icon' : 'image', picture];
  });
  const document = { ...actor, ...Object.fromEntries(files), ...beside };
  return JSON.stringify(document, null, 2);
}

const beside = { outbox: 'outbox.json', likes: 'likes.json', bookmarks: 'bookmarks.json' };

/** Everything that the account wrote, for whomever, and boosted. `files` are the keys, and names, of the files in the archive. */
export function archivedOutbox(
  ctx: AppContext,
  account: AccountView,
  files: ReadonlySet<string>,
): AsyncGenerator<string> {
  return collection(beside.outbox, objectContext, activitiesOf(withFilesBeside(ctx, files), account));
}

/** Documents written with it name the files that lie beside them; those that came too late by their address. */
function withFilesBeside(ctx: AppContext, files: ReadonlySet<string>): AppContext {
  const file = (key: string): string => (files.has(key) ? key : ctx.media.file(key));
  return { ...ctx, media: { ...ctx.media, file } };
}

/** The addresses of what it likes. */
export function archivedLikes(ctx: AppContext, account: AccountView): AsyncGenerator<string> {
  return collection(beside.likes, activityStreams, likedUris(ctx, account.id));
}

/** The addresses of what it keeps. */
export function archivedBookmarks(ctx: AppContext, account: AccountView): AsyncGenerator<string> {
  return collection(beside.bookmarks, activityStreams, bookmarkedUris(ctx, account.id));
}

async function* activitiesOf(ctx: AppContext, account: AccountView): AsyncGenerator<Json[]> {
  for await (const page of ownPosts(ctx, account.id)) yield page.map((own) => activityOf(ctx, account, own));
}

/** Without its `@context`: the collection has it. */
function activityOf(ctx: AppContext, account: AccountView, { post, boosted }: OwnPost): Json {
  const { '@context': _context, ...activity } =
    boosted === null ? createActivity(ctx, post, account) : announceActivity(ctx.config, post, account, boosted);
  return activity;
}

async function* bookmarkedUris(ctx: AppContext, accountId: string): AsyncGenerator<string[]> {
  for await (const { target } of ownedRows(ctx, accountId, 'bookmarks')) yield [target];
}

/** The number of items is known at the end, so it stands there. */
async function* collection(id: string, context: unknown, pages: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  yield `{"@context":${JSON.stringify(context)},"id":${JSON.stringify(id)},"type":"OrderedCollection","orderedItems":[`;
  let totalItems = 0;
  for await (const items of pages) {
    const text = items.map((item) => JSON.stringify(item)).join(',\n');
    yield `${totalItems === 0 ? '\n' : ',\n'}${text}`;
    totalItems += items.length;
  }
  yield `\n],"totalItems":${totalItems}}\n`;
}
