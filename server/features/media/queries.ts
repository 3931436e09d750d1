// Reading pictures, films and sounds: one's own uploads by id, and those of posts as a piece of whatever statement loads posts.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { MediaFile, MediaKind, MediaMeasures, MediaState } from './entities.ts';

/** What is shown of one. Every value is the same in JSON, so that a statement may bring them in a column. */
export interface MediaView {
  id: string;
  kind: MediaKind;
  state: MediaState;
  progress: number;
  failure: string | null;
  description: string;
  focusX: number;
  focusY: number;
  blurhash: string | null;
  original: MediaMeasures | null;
  small: MediaMeasures | null;
  waveform: number[] | null;
  files: MediaFile[];
  remoteUrl: string | null;
  remotePreviewUrl: string | null;
  remoteType: string | null;
}

/** One's own, with what only its owner is concerned with. */
export interface OwnMedia extends MediaView {
  accountId: string;
  postId: string | null;
  expiresAt: Date | null;
}

const shownColumns = sql`m.id::text as id, m.kind, m.state, m.progress, m.failure, m.description, m.focus_x as "focusX",
  m.focus_y as "focusY", m.blurhash, m.original, m.small, m.waveform, m.files, m.remote_url as "remoteUrl",
  m.remote_preview_url as "remotePreviewUrl", m.remote_type as "remoteType"`;

/**
 * A column of type jsonb: what a post shows, in its author's order; an empty list when it shows nothing. Its value is a
 * `MediaView[]` as it comes. `post` is an expression: the id of the post (of a boost: of what it boosts).
 */
export function mediaOfPost(post: RawBuilder<unknown>): RawBuilder<MediaView[]> {
  return sql<
    MediaView[]
  >`coalesce((select jsonb_agg(to_jsonb(shown) - 'position' order by shown.position, shown.id::bigint)
    from (select m.position, ${shownColumns} from media_attachments m where m.post_id = ${post}) shown), '[]'::jsonb)`;
}

/** The condition that a post shows something: for lists of posts with media. */
export function hasMedia(post: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (select from media_attachments m where m.post_id = ${post})`;
}

/** Those with these ids in the order asked, in one statement; ids of none are left out. Says nothing of who may see them. */
export async function loadMedia(ctx: AppContext, ids: readonly string[]): Promise<OwnMedia[]> {
  const wanted = [...new Set(ids.filter(isId))];
  if (wanted.length === 0) return [];
  const { rows } = await sql<OwnMedia>`
    select ${shownColumns}, m.account_id::text as "accountId", m.post_id::text as "postId", m.expires_at as "expiresAt"
    from media_attachments m where m.id = any(${wanted}::bigint[])`.execute(ctx.database.read);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

/** The account's own with that id, or null. */
export async function findOwnMedia(ctx: AppContext, accountId: string, id: string): Promise<OwnMedia | null> {
  const [found] = await loadMedia(ctx, [id]);
  return found?.accountId === accountId ? found : null;
}
