// Making an upload ready in a worker, a film or sound mostly: the upload is fetched, made anew beside the event loop, and stored.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import type { Made } from '#server/platform/media/made.ts';
import { findFilmMakers } from '#server/platform/media/makers.ts';
import { sniff } from '#server/platform/media/sniff.ts';
import { inWorkFolder } from '#server/platform/media/work.ts';
import type { MediaFile } from '../entities.ts';
import { kindOf, reasonOf } from './makers.ts';
import { makePictureIn } from './pictures.ts';
import { removeFiles } from './remove.ts';
import { deleteFiles, storeMade, sumOf } from './store.ts';

/**
 * Makes an upload ready, or notes why that failed when the file is the reason; the upload stays then, to be tried again. Safe to
 * run twice. @throws when something else went wrong, or the process ends: the job is then done again
 */
export async function makeReady(ctx: AppContext, id: string): Promise<void> {
  const files = await beginWork(ctx, id);
  const raw = files?.find(({ role }) => role === 'upload');
  if (raw === undefined) return;
  try {
    await inWorkFolder(ctx.config, async (folder) => {
      const source = join(folder, 'upload');
      await fetchUpload(ctx, raw, source);
      const made = await make(ctx, id, source, folder);
      ctx.closing.throwIfAborted();
      await finish(ctx, id, made);
    });
  } catch (error) {
    // An end from outside may look like a fault of the file.
    ctx.closing.throwIfAborted();
    if (!(error instanceof Invalid)) throw error;
    ctx.log.info({ err: error, mediaId: id }, 'an upload could not be made ready');
    await fail(ctx, id, reasonOf(error));
  }
}

/** The upload's files; null when there is nothing to do: it is gone, ready or given up. */
async function beginWork(ctx: AppContext, id: string): Promise<MediaFile[] | null> {
  const { rows } = await ctx.database.write((tx) =>
    sql<{
      files: MediaFile[];
    }>`update media_attachments set state = 'processing', progress = 0, updated_at = ${ctx.clock()}
      where id = ${id} and state in ('waiting', 'processing') returning files`.execute(tx.sql),
  );
  return rows[0]?.files ?? null;
}

async function fetchUpload(ctx: AppContext, raw: MediaFile, path: string): Promise<void> {
  const content = await ctx.files.read(raw.key);
  if (content === null) throw new Invalid('The uploaded file is gone. Please upload it once more.');
  await pipeline(content, createWriteStream(path, { mode: 0o600 }), { signal: ctx.closing });
}

async function make(ctx: AppContext, id: string, source: string, parent: string): Promise<Made> {
  const makers = await findFilmMakers(ctx.config);
  const kind = kindOf(await sniff(source), makers !== null);
  if (kind === 'image') return makePictureIn(parent, 'made', source, ctx.closing);
  if (makers === null) throw new Invalid('This server makes no films and sounds ready at this time.');
  const folder = join(parent, 'made');
  await mkdir(folder);
  const progress = tellProgress(ctx, id);
  const maker = { video: makers.makeFilm, audio: makers.makeSound, gifv: makers.makeGifv }[kind];
  const made = await maker(source, { folder, signal: ctx.closing, onProgress: progress.tell });
  await progress.settled();
  return made;
}

const stepMs = 1000;

/** Writes how far the work is, at most once a second, one after the other; what cannot be written is of no concern. */
function tellProgress(ctx: AppContext, id: string): { tell: (percent: number) => void; settled: () => Promise<void> } {
  let [last, lastAt] = [0, 0];
  let writing: Promise<unknown> = Promise.resolve();
  return {
    tell(percent) {
      const whole = Math.max(0, Math.min(99, Math.floor(percent)));
      if (whole <= last || performance.now() - lastAt < stepMs) return;
      [last, lastAt] = [whole, performance.now()];
      writing = writing.then(() =>
        ctx.database
          .prepared(
            'media_progress',
            `update media_attachments set progress = $2, updated_at = $3 where id = $1 and state = 'processing'`,
            [id, whole, ctx.clock()],
          )
          .catch((error: unknown) => ctx.log.warn({ err: error }, 'the progress of an upload was not noted')),
      );
    },
    settled: async () => void (await writing),
  };
}

/** Stores what was made. A still that its owner chose stays; the upload goes. What was deleted meanwhile leaves nothing. */
async function finish(ctx: AppContext, id: string, made: Made): Promise<void> {
  const added = await storeMade(ctx, id, made.files);
  const drop = (): Promise<void> =>
    deleteFiles(
      ctx,
      added.map(({ key }) => key),
    );
  try {
    if (!(await record(ctx, id, made, added))) await drop();
  } catch (error) {
    await drop();
    throw error;
  }
}

async function record(ctx: AppContext, id: string, made: Made, added: readonly MediaFile[]): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const { rows } = await sql<{
      files: MediaFile[];
      post_id: string | null;
    }>`select files, post_id from media_attachments
      where id = ${id} and state = 'processing' for update`.execute(tx.sql);
    const [row] = rows;
    if (row === undefined) return false;
    const thumbnails = row.files.filter(({ role }) => role === 'thumbnail');
    const isChosen = thumbnails.length > 0;
    const files = [...added, ...thumbnails];
    await sql`update media_attachments set state = 'ready', progress = 100, failure = null, kind = ${made.kind},
        original = ${JSON.stringify(made.original)}::jsonb, files = ${JSON.stringify(files)}::jsonb, bytes = ${sumOf(files)},
        small = case when ${isChosen} then small else ${made.small && JSON.stringify(made.small)}::jsonb end,
        blurhash = case when ${isChosen} then blurhash else ${made.blurhash} end,
        waveform = ${made.waveform && JSON.stringify(made.waveform)}::jsonb, updated_at = ${ctx.clock()}
      where id = ${id}`.execute(tx.sql);
    await removeFiles(
      tx,
      row.files.filter(({ role }) => role !== 'thumbnail'),
    );
    if (row.post_id !== null) await tx.emit('media.changed', { mediaId: id, postId: row.post_id });
    return true;
  });
}

async function fail(ctx: AppContext, id: string, reason: string): Promise<void> {
  await ctx.database.write((tx) =>
    sql`update media_attachments set state = 'failed', failure = ${reason}, updated_at = ${ctx.clock()}
      where id = ${id} and state = 'processing'`.execute(tx.sql),
  );
}
