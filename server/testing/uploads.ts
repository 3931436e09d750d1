// Uploads for stories that are not about uploading: ready at once, with files that lie where the server keeps them.
import type { AppContext } from '#server/context.ts';
import type { MediaFile, MediaKind, MediaState } from '#server/features/media/entities.ts';
import { sql } from '#server/platform/database.ts';

export interface UploadWishes {
  kind?: MediaKind;
  state?: MediaState;
  description?: string;
  blurhash?: string;
  focus?: [x: number, y: number];
  /** What its file holds. */
  content?: Buffer;
}

const types = { image: 'image/webp', gifv: 'video/mp4', video: 'video/mp4', audio: 'audio/mp4', unknown: 'image/webp' };
const dayMs = 24 * 60 * 60 * 1000;

/** An upload of that account, as it is when all has been made of it. Returns its id. */
export async function makeUpload(ctx: AppContext, accountId: string, wishes: UploadWishes = {}): Promise<string> {
  const { kind = 'image', state = 'ready', content = Buffer.from(`a picture of ${accountId}`) } = wishes;
  const id = ctx.newId();
  const now = ctx.clock();
  const contentType = types[kind];
  const files: MediaFile[] = [
    { role: 'original', key: keyOf(id, 'original', contentType), contentType, bytes: content.length },
    ...(kind === 'audio'
      ? []
      : [{ role: 'small', key: keyOf(id, 'small', 'image/webp'), contentType: 'image/webp', bytes: 5 } as const]),
  ];
  for (const file of files)
    await ctx.files.put(file.key, file.role === 'original' ? content : Buffer.from('small'), file.contentType);
  const { blurhash = null, description = '', focus: [x, y] = [0, 0] } = wishes;
  await sql`insert into media_attachments (id, account_id, kind, state, description, blurhash, focus_x, focus_y, original, small, files,
      bytes, expires_at, created_at, updated_at)
    values (${id}, ${accountId}, ${kind}, ${state}, ${description}, ${blurhash}, ${x}, ${y}, ${measuresOf(kind)}::jsonb,
      ${kind === 'audio' ? null : '{"width":400,"height":300}'}::jsonb, ${JSON.stringify(files)}::jsonb, ${content.length},
      ${new Date(now.getTime() + dayMs)}, ${now}, ${now})`.execute(ctx.database.read);
  return id;
}

function measuresOf(kind: MediaKind): string {
  if (kind === 'audio') return '{"duration":3.25,"bitrate":128000}';
  return kind === 'image'
    ? '{"width":1600,"height":1200}'
    : '{"width":1600,"height":1200,"duration":12.5,"frameRate":30}';
}

function keyOf(id: string, role: string, contentType: string): string {
  const ending = { 'image/webp': 'webp', 'video/mp4': 'mp4', 'audio/mp4': 'm4a' }[contentType] ?? 'webp';
  return `media/${id}/a-random-name/${role}.${ending}`;
}
