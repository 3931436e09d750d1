// What an archive holds, page by page so that a long life here needs little memory, and how far one is.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import type { MediaFile, MediaKind } from '#server/features/media/entities.ts';
import { visiblePosts } from '#server/features/posts/policy.ts';
import { loadPosts, type PostView } from '#server/features/posts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

const pageSize = 200;

/** Rows in the order of their `position`, which the statement compares with `after`; one statement a page. */
async function* inPages<Row extends { position: string }>(
  ctx: AppContext,
  pageAfter: (after: string) => RawBuilder<Row>,
): AsyncGenerator<Row[]> {
  let after = '0';
  for (;;) {
    const { rows } = await sql<Row>`${pageAfter(after)} limit ${pageSize}`.execute(ctx.database.read);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < pageSize || !last) return;
    after = last.position;
  }
}

/** A post of one's own; for a boost also what it boosts. */
export interface OwnPost {
  post: PostView;
  boosted: { uri: string; authorUri: string } | null;
}

/** Everything that an account wrote or boosted, the oldest first, a page at a time. Boosts of what it may no longer see are left out. */
export async function* ownPosts(ctx: AppContext, accountId: string): AsyncGenerator<OwnPost[]> {
  const pages = inPages(
    ctx,
    (after) => sql<{ position: string; uri: string | null; authorUri: string | null }>`
      select p.id as position, boosted.uri, author.uri as "authorUri"
      from posts p left join posts boosted on boosted.id = p.boost_of_id left join accounts author on author.id = boosted.account_id
      where p.account_id = ${accountId} and p.id > ${after} and (p.boost_of_id is null or ${visiblePosts(accountId, 'p')})
      order by p.id`,
  );
  for await (const rows of pages) {
    const places = new Map(rows.map((row) => [row.position, row]));
    const posts = await loadPosts(ctx, [...places.keys()]);
    yield posts.map((post) => {
      const { uri = null, authorUri = null } = places.get(post.id) ?? {};
      return { post, boosted: uri === null || authorUri === null ? null : { uri, authorUri } };
    });
  }
}

/** The files of the pictures, films and sounds that an account's own posts show, a page at a time: what peers are shown of each. */
export async function* ownFiles(ctx: AppContext, accountId: string): AsyncGenerator<MediaFile[]> {
  const pages = inPages(
    ctx,
    (after) => sql<{ position: string; kind: MediaKind; files: MediaFile[] }>`
      select m.id as position, m.kind, m.files from media_attachments m
      where m.account_id = ${accountId} and m.post_id is not null and m.remote_url is null and m.state = 'ready'
        and m.id > ${after} order by m.id`,
  );
  for await (const rows of pages)
    yield rows.flatMap(({ kind, files }) =>
      files.filter(
        ({ role }) => role === 'original' || (kind !== 'image' && (role === 'small' || role === 'thumbnail')),
      ),
    );
}

/** The addresses of what an account likes, the oldest like first, a page at a time. */
export async function* likedUris(ctx: AppContext, accountId: string): AsyncGenerator<string[]> {
  const pages = inPages(
    ctx,
    (after) => sql<{ position: string; uri: string }>`
      select l.id as position, p.uri from likes l join posts p on p.id = l.post_id
      where l.account_id = ${accountId} and l.id > ${after} and ${visiblePosts(accountId, 'p')} order by l.id`,
  );
  for await (const rows of pages) yield rows.map(({ uri }) => uri);
}

/** The handles of those who follow an account, a page at a time. */
export async function* followerHandles(ctx: AppContext, accountId: string): AsyncGenerator<string[]> {
  const pages = inPages(
    ctx,
    (after) => sql<{ position: string; handle: string }>`
      select f.id as position, a.username || '@' || coalesce(a.domain, ${ctx.config.handleDomain}) as handle
      from follows f join accounts a on a.id = f.follower_id and ${activeAccounts('a')}
      where f.followee_id = ${accountId} and f.state = 'accepted' and f.id > ${after} order by f.id`,
  );
  for await (const rows of pages) yield rows.map(({ handle }) => handle);
}

export interface ArchiveView {
  id: string;
  accountId: string;
  state: 'waiting' | 'ready' | 'failed';
  key: string;
  bytes: number | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const columns = sql`id, account_id as "accountId", state, key, bytes::float8 as bytes, created_at as "createdAt", finished_at as "finishedAt"`;

/** The archives of an account that can still say something, the latest first. */
export async function archivesOf(ctx: AppContext, accountId: string): Promise<ArchiveView[]> {
  const { rows } = await sql<ArchiveView>`
    select ${columns} from archives where account_id = ${accountId} order by id desc limit 20`.execute(
    ctx.database.read,
  );
  return rows;
}

/** An archive by its id, or null. */
export async function findArchive(ctx: AppContext, id: string): Promise<ArchiveView | null> {
  const { rows } = await sql<ArchiveView>`select ${columns} from archives where id = ${id}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** The archive when the token that asked for its link still opens anything of the same account, or null. */
export async function findArchiveFor(ctx: AppContext, id: string, tokenId: string): Promise<ArchiveView | null> {
  const archive = await findArchive(ctx, id);
  if (archive === null) return null;
  const { rows } = await sql`
    select from access_tokens t join accounts a on a.id = t.account_id and ${activeAccounts('a')}
    join users u on u.account_id = t.account_id and u.disabled_at is null
    where t.id = ${tokenId} and t.account_id = ${archive.accountId}`.execute(ctx.database.read);
  return rows.length === 0 ? null : archive;
}
