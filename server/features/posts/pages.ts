// Ids in, JSON text out: the hot path of every list of posts. The text of a post that is the same for all readers is kept
// (ctx.fragments) until the post or its counts change, that of its author until the account changes; one prepared
// statement says which posts the reader may see and what they did with them; the pieces are joined as text (pages/).
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { statementText } from '#server/platform/statement.ts';
import { filteredText, joinStatus } from './pages/join.ts';
import { loadPieces, subjectOf } from './pages/pieces.ts';
import { visibleTo } from './policy.ts';
import { flagColumns, noFlags, type SeenPost } from './queries/flags.ts';
import { findReaders } from './queries/readers.ts';

const subject = sql`coalesce(p.boost_of_id, p.id)`;

/** Which of the posts $2 the viewer $1 may see, in the order asked. */
const seenText = statementText(sql`
  select p.id, p.boost_of_id, ${flagColumns(sql.raw('$1::bigint'), subject)}
  from unnest($2::bigint[]) with ordinality as wanted (id, place) join posts p on p.id = wanted.id
  where ${visibleTo(sql.raw('$1::bigint'), 'p')} order by wanted.place`);

/** The same for a reader who is nobody. */
const openText = statementText(sql`
  select p.id, p.boost_of_id
  from unnest($1::bigint[]) with ordinality as wanted (id, place) join posts p on p.id = wanted.id
  where ${visibleTo(sql.raw('null::bigint'), 'p')} order by wanted.place`);

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
  return renderSeenById(ctx, await findSeen(ctx, wanted, viewerId), viewerId);
}

/** Those of the posts that the reader (null: nobody in particular) may see, with what they did with each. One statement. */
export async function findSeen(ctx: AppContext, ids: readonly string[], viewerId: string | null): Promise<SeenPost[]> {
  const { database } = ctx;
  if (viewerId !== null) return database.prepared<SeenPost>('posts_seen', seenText, [viewerId, ids]);
  const rows = await database.prepared<Pick<SeenPost, 'id' | 'boost_of_id'>>('posts_open', openText, [ids]);
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
  const [groups] = await Promise.all([
    findReaders(ctx, id, viewerIds),
    // News is of what has just changed: its texts are read again meanwhile.
    loadPieces(ctx, [{ id, boost_of_id: null }], []),
  ]);
  const pieces = await loadPieces(
    ctx,
    groups.slice(0, 1).map(({ seen }) => seen),
    groups.flatMap((group) => group.viewerIds),
  );
  const owners = new Set([...pieces.posts.values()].flatMap(({ authorId, card }) => [authorId, card?.claimantId]));
  const rendered = new Map<string, string>();
  for (const { seen, viewerIds: readerIds } of groups) {
    // The same string for all who see the same.
    const texts = new Map<string, string | null>();
    for (const viewerId of readerIds) {
      const filtered = filteredText(seen, viewerId, pieces);
      const quoting = JSON.stringify(pieces.quoting(viewerId, subjectOf(seen)));
      const key = owners.has(viewerId) ? viewerId : `${quoting}${filtered}`;
      const status = texts.get(key) ?? joinStatus(seen, viewerId, pieces, filtered);
      texts.set(key, status);
      if (status !== null) rendered.set(viewerId, status);
    }
  }
  return rendered;
}

/** Joins the texts of posts of which a statement has said already that the viewer may see them. */
export async function renderSeen(
  ctx: AppContext,
  rows: readonly SeenPost[],
  viewerId: string | null,
): Promise<string[]> {
  const pieces = await loadPieces(ctx, rows, [viewerId]);
  return rows.map((row) => joinStatus(row, viewerId, pieces)).filter((status) => status !== null);
}

/** As `renderSeen`, by id. */
export async function renderSeenById(
  ctx: AppContext,
  rows: readonly SeenPost[],
  viewerId: string | null,
): Promise<Map<string, string>> {
  const pieces = await loadPieces(ctx, rows, [viewerId]);
  return new Map(
    rows.flatMap((row) => {
      const status = joinStatus(row, viewerId, pieces);
      return status === null ? [] : [[row.id, status] as const];
    }),
  );
}
