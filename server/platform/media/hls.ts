// A film in pieces of some seconds and in two sizes (HTTP Live Streaming), so that players begin at once, jump far, and take
// what their connection bears. @see https://www.rfc-editor.org/rfc/rfc8216
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convert, openOwn, type Work } from './ffmpeg.ts';
import { encoded, pieceSeconds, type Shape } from './h264.ts';
import type { FilmStream, Probed } from './probe.ts';

/** The short side of the smaller size. */
const smallSide = 480;

interface Size {
  name: string;
  width: number;
  height: number;
}

/** Cuts a film of ours to pieces; the folder's `index.m3u8` names all sizes. The largest is not written anew. */
export async function makePieces(work: Work, source: string, result: Probed, film: FilmStream): Promise<string> {
  const folder = join(work.folder, 'hls');
  const small = smallerThan(film);
  const hasSound = result.sound !== null;
  const sizes: Size[] = [{ name: 'whole', ...film }, ...(small === null ? [] : [{ name: 'small', ...small }])];
  for (const { name } of sizes) await mkdir(join(folder, name), { recursive: true });
  const threads = ['-threads', String(work.ffmpeg.limits.threads)];
  const outputs = sizes.flatMap(({ name }) => [
    ...['-map', '0:v:0', ...(hasSound ? ['-map', '0:a:0', '-c:a', 'copy'] : [])],
    ...(name === 'small' && small !== null
      ? [...encoded(small, result.duration), ...smallFilter(small), ...threads]
      : ['-c:v', 'copy']),
    ...pieces(`hls/${name}`),
  ]);
  const list = [...threads, ...openOwn(source), '-filter_threads', '1', ...outputs];
  await convert(work, list, { duration: result.duration, share: [70, 97] });
  const lines = await Promise.all(sizes.map((size) => describe(join(folder, size.name), size, hasSound)));
  await writeFile(
    join(folder, 'index.m3u8'),
    ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...lines, ''].join('\n'),
  );
  return folder;
}

function smallerThan({ width, height, frameRate }: FilmStream): Shape | null {
  const short = Math.min(width, height);
  if (short < smallSide * 1.2) return null;
  const even = (side: number): number => 2 * Math.round((side * smallSide) / short / 2);
  return { width: even(width), height: even(height), frameRate: Math.min(30, frameRate ?? 30) };
}

const smallFilter = ({ width, height, frameRate }: Shape): string[] => [
  '-vf',
  `fps=${frameRate.toFixed(4)},scale=${width}:${height}:flags=bicubic,setsar=1`,
];

/** Paths start at the work's folder: a per cent in its name would be taken for a number's place. */
function pieces(folder: string): string[] {
  return [
    ...['-f', 'hls', '-hls_time', String(pieceSeconds), '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'],
    ...['-hls_fmp4_init_filename', 'init.mp4', '-hls_flags', 'independent_segments'],
    ...['-hls_segment_filename', `${folder}/%04d.m4s`, `${folder}/index.m3u8`],
  ];
}

/** The lines that tell players of one size: what it needs of the connection and of their decoder. */
async function describe(folder: string, { name, width, height }: Size, hasSound: boolean): Promise<string> {
  const playlist = await readFile(join(folder, 'index.m3u8'), 'utf8');
  const seconds = [...playlist.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, text]) => Number(text));
  const files = (await readdir(folder)).filter((file) => file.endsWith('.m4s')).toSorted();
  const bytes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  if (files.length === 0 || files.length !== seconds.length)
    throw new Error(`${files.length} pieces were made and ${seconds.length} are named`);
  // The last piece may be a blink long, which says nothing of the rate.
  const rates = bytes.map((size, index) => (size * 8) / Math.max(1, seconds[index] ?? 1));
  const average = (bytes.reduce((sum, size) => sum + size, 0) * 8) / seconds.reduce((sum, part) => sum + part, 0);
  const codecs = [codecOf(await readFile(join(folder, 'init.mp4'))), ...(hasSound ? ['mp4a.40.2'] : [])].join();
  return [
    `#EXT-X-STREAM-INF:BANDWIDTH=${Math.ceil(Math.max(...rates))},AVERAGE-BANDWIDTH=${Math.ceil(average)},RESOLUTION=${width}x${height},CODECS="${codecs}"`,
    `${name}/index.m3u8`,
  ].join('\n');
}

/** Profile, constraints and level stand in the box `avcC`, after its version. @see https://www.rfc-editor.org/rfc/rfc6381 */
function codecOf(init: Buffer): string {
  const box = init.indexOf('avcC', 0, 'latin1');
  if (box < 0) throw new Error('the first piece does not say which H.264 it holds');
  return `avc1.${init.subarray(box + 5, box + 8).toString('hex')}`;
}
