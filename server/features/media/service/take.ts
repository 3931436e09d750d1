// Taking an upload: pictures are made ready at once; films, sounds, and pictures of a crowd are kept as they came, and a worker makes
// them ready.
import { stat } from 'node:fs/promises';
import type { Config } from '#config/load.ts';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { findFilmMakers } from '#server/platform/media/makers.ts';
import { sniff } from '#server/platform/media/sniff.ts';
import { inWorkFolder } from '#server/platform/media/work.ts';
import type { MediaFile, MediaKind, MediaMeasures, MediaState } from '../entities.ts';
import { unattachedForMs, waitingEvent, type Focus } from '../policy.ts';
import { asRefusal, kindOf, refuseFile } from './makers.ts';
import { joinLine, makePictureIn, makeThumbnail, type Thumbnail } from './pictures.ts';
import { orDrop, storeMade, storeUpload, sumOf } from './store.ts';

export interface Upload {
  accountId: string;
  /** A file of this machine; whoever put it there removes it. */
  path: string;
  /** A picture that shall stand for it. */
  thumbnailPath?: string | undefined;
  /** Both checked already. */
  description: string;
  focus: Focus;
  /** Ends the work early. */
  signal: AbortSignal;
}

const mebibyte = 1024 * 1024;

/**
 * Takes what somebody uploaded and returns its id: of a picture when all of it is stored, of a film or sound, and of a picture that
 * came with many others, when it waits for a worker. Nothing is left behind when it is refused.
 * @throws {Invalid} when it is not taken, in words for its owner
 * @throws {OutOfSpace} when there is no room for it
 */
export async function takeUpload(ctx: AppContext, upload: Upload): Promise<string> {
  const sniffed = await sniff(upload.path);
  const kind = kindOf(sniffed, (await findFilmMakers(ctx.config)) !== null);
  await checkBytes(ctx.config, kind, upload.path);
  const id = ctx.newId();
  const contentType = sniffed.type ?? 'application/octet-stream';
  const line = kind === 'image' ? joinLine() : null;
  try {
    await inWorkFolder(ctx.config, async (folder) => {
      const thumbnail = await chosenThumbnail(ctx.config, folder, upload);
      if (line !== null) await takePicture(ctx, id, upload, folder, thumbnail);
      else await keepForWorker(ctx, id, upload, { kind, contentType, thumbnail });
    });
  } catch (error) {
    throw asRefusal(error);
  } finally {
    line?.leave();
  }
  return id;
}

/** Refuses what is longer than its kind may be. @throws {Invalid} */
export async function checkBytes(config: Config, kind: MediaKind, path: string): Promise<void> {
  const { size } = await stat(path);
  if (size === 0) throw refuseFile('The file is empty', 'ERR_BLANK');
  const isPicture = kind === 'image';
  const most = isPicture
    ? config.mediaImageMaxMb
    : Math.max(config.mediaVideoMaxMb, kind === 'gifv' ? config.mediaImageMaxMb : 0);
  if (size <= most * mebibyte) return;
  const words = isPicture ? 'The picture is too large' : 'The file is too large';
  throw refuseFile(`${words}; at most ${most} MB are taken`, 'ERR_TOO_LONG');
}

async function chosenThumbnail(config: Config, folder: string, upload: Upload): Promise<Thumbnail | null> {
  if (upload.thumbnailPath === undefined) return null;
  await checkBytes(config, 'image', upload.thumbnailPath);
  return makeThumbnail(folder, upload.thumbnailPath, upload.signal);
}

async function takePicture(
  ctx: AppContext,
  id: string,
  upload: Upload,
  folder: string,
  thumbnail: Thumbnail | null,
): Promise<void> {
  const made = await makePictureIn(folder, 'picture', upload.path, upload.signal);
  const files = await storeMade(ctx, id, [...made.files, ...(thumbnail?.files ?? [])]);
  await orDrop(ctx, files, () => {
    upload.signal.throwIfAborted();
    return ctx.database.write((tx) =>
      insertMedia(ctx, tx, upload, {
        id,
        kind: made.kind,
        state: 'ready',
        original: made.original,
        small: thumbnail?.small ?? made.small,
        blurhash: thumbnail?.blurhash ?? made.blurhash,
        files,
      }),
    );
  });
}

interface Kept {
  kind: MediaKind;
  contentType: string;
  thumbnail: Thumbnail | null;
}

async function keepForWorker(ctx: AppContext, id: string, upload: Upload, kept: Kept): Promise<void> {
  const { kind, contentType, thumbnail } = kept;
  const raw = await storeUpload(ctx, id, upload.path, contentType);
  await orDrop(ctx, [raw], async () => {
    const files = [raw, ...(thumbnail === null ? [] : await storeMade(ctx, id, thumbnail.files))];
    const [small, blurhash] = [thumbnail?.small ?? null, thumbnail?.blurhash ?? null];
    await orDrop(ctx, files, () => {
      upload.signal.throwIfAborted();
      return ctx.database.write(async (tx) => {
        await insertMedia(ctx, tx, upload, { id, kind, state: 'waiting', original: null, small, blurhash, files });
        await tx.emit(waitingEvent(kind), { mediaId: id });
      });
    });
  });
}

interface Row {
  id: string;
  kind: MediaKind;
  state: MediaState;
  original: MediaMeasures | null;
  small: MediaMeasures | null;
  blurhash: string | null;
  files: readonly MediaFile[];
}

async function insertMedia(ctx: AppContext, tx: Transaction, upload: Upload, row: Row): Promise<void> {
  const now = ctx.clock();
  const { focus, description, accountId } = upload;
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  await sql`insert into media_attachments (id, account_id, kind, state, description, focus_x, focus_y, blurhash, original, small,
      files, bytes, expires_at, created_at, updated_at)
    values (${row.id}, ${accountId}, ${row.kind}, ${row.state}, ${description}, ${focus.x}, ${focus.y}, ${row.blurhash},
      ${json(row.original)}::jsonb, ${json(row.small)}::jsonb, ${json(row.files)}::jsonb, ${sumOf(row.files)},
      ${new Date(now.getTime() + unattachedForMs)}, ${now}, ${now})`.execute(tx.sql);
}
