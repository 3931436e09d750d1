// What posts of other servers show: only noted here; their files are fetched when somebody looks at them.
import { isBlurhashValid } from 'blurhash';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { cleanUrl } from '#server/platform/text.ts';
import type { MediaKind } from '../entities.ts';
import type { Focus } from '../policy.ts';
import { removeMedia } from './remove.ts';

/** A file as another server tells of it; nothing of it is believed before it is checked here. */
export interface RemoteMedia {
  url: string;
  previewUrl?: string | null;
  kind: MediaKind;
  /** What the other server calls its type. */
  contentType?: string | null;
  description?: string | null;
  blurhash?: string | null;
  width?: number | null;
  height?: number | null;
  /** Seconds. */
  duration?: number | null;
  focus?: Focus | null;
}

/** More than these of one post are not kept. */
const mostRemote = 32;
const longestDescription = 10_000;

/**
 * Notes what a post of another server shows, in this order, in place of what was noted before. A file that stays keeps its id.
 * What has no usable address is left out. Returns whether anything has changed.
 */
export async function recordRemoteMedia(
  ctx: AppContext,
  tx: Transaction,
  post: { accountId: string; postId: string; attachments: readonly RemoteMedia[] },
): Promise<boolean> {
  const rows = cleanAll(post.attachments);
  const present = await sql<{ id: string; url: string }>`select id::text, remote_url as url from media_attachments
    where post_id = ${post.postId} and remote_url is not null for update`.execute(tx.sql);
  const gone = present.rows.filter(({ url }) => !rows.some((row) => row.remote_url === url));
  const removed = await removeMedia(tx, { ids: gone.map(({ id }) => id) });
  if (rows.length === 0) return removed > 0;
  const now = ctx.clock();
  const whole = rows.map((row) => ({
    ...row,
    id: present.rows.find(({ url }) => url === row.remote_url)?.id ?? ctx.newId(),
  }));
  const { numAffectedRows } = await sql`
    insert into media_attachments as m (id, account_id, post_id, position, kind, state, description, focus_x, focus_y, blurhash,
      original, files, remote_url, remote_preview_url, remote_type, created_at, updated_at)
    select w.id, ${post.accountId}, ${post.postId}, w.position, w.kind, 'ready', w.description, w.focus_x, w.focus_y, w.blurhash,
      w.original, '[]', w.remote_url, w.remote_preview_url, w.remote_type, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(whole)}::jsonb) as w (id bigint, position smallint, kind text, description text,
      focus_x real, focus_y real, blurhash text, original jsonb, remote_url text, remote_preview_url text, remote_type text)
    on conflict (id) do update set position = excluded.position, kind = excluded.kind, description = excluded.description,
      focus_x = excluded.focus_x, focus_y = excluded.focus_y, blurhash = excluded.blurhash, original = excluded.original,
      remote_preview_url = excluded.remote_preview_url, remote_type = excluded.remote_type, updated_at = excluded.updated_at
    where (m.position, m.kind, m.description, m.focus_x, m.focus_y, m.blurhash, m.original, m.remote_preview_url, m.remote_type)
      is distinct from (excluded.position, excluded.kind, excluded.description, excluded.focus_x, excluded.focus_y,
        excluded.blurhash, excluded.original, excluded.remote_preview_url, excluded.remote_type)`.execute(tx.sql);
  return removed > 0 || (numAffectedRows ?? 0n) > 0n;
}

/** The rows to write; one address once. */
function cleanAll(attachments: readonly RemoteMedia[]) {
  const byUrl = new Map<string, ReturnType<typeof clean>>();
  for (const attachment of attachments) {
    const url = cleanUrl(attachment.url);
    if (url !== null && !byUrl.has(url) && byUrl.size < mostRemote) byUrl.set(url, clean(url, attachment));
  }
  return [...byUrl.values()].map((row, position) => ({ ...row, position }));
}

function clean(url: string, { kind, focus, ...given }: RemoteMedia) {
  const [width, height] = [pixels(given.width), pixels(given.height)];
  const sized = width !== null && height !== null;
  const duration =
    typeof given.duration === 'number' && given.duration > 0 && given.duration < 1e6 ? given.duration : null;
  const measures = { ...(sized ? { width, height } : {}), ...(duration === null ? {} : { duration }) };
  const hash = text(given.blurhash, 200);
  return {
    kind,
    description: text(given.description, longestDescription).trim(),
    focus_x: inside(focus?.x),
    focus_y: inside(focus?.y),
    blurhash: hash !== '' && isBlurhashValid(hash).result ? hash : null,
    original: Object.keys(measures).length === 0 ? null : measures,
    remote_url: url,
    remote_preview_url: cleanUrl(given.previewUrl),
    remote_type: text(given.contentType, 100) || null,
  };
}

function text(value: string | null | undefined, longest: number): string {
  return (value ?? '').slice(0, longest).replaceAll('\0', '').toWellFormed();
}

function pixels(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_535 ? value : null;
}

function inside(value: number | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0;
}
