// ffmpeg: is it there, can it write what every screen plays, and which films and sounds can it not read.
import type { Config } from '#config/load.ts';
import type { Ffmpeg } from '#server/platform/media/ffmpeg.ts';
import { missingEncoders } from '#server/platform/media/h264.ts';
import { ffmpegOf } from '#server/platform/media/makers.ts';
import { fine, warning, type Finding } from './finding.ts';

/** The oldest whose words for everything we know. */
const oldest = { major: 4, minor: 4 };

const install =
  'Install it: on Debian and Ubuntu apt install ffmpeg, on macOS brew install ffmpeg; or set FFMPEG_PATH.';
const another = 'Install a build with libx264 (on Debian and Ubuntu: apt install ffmpeg), or set FFMPEG_PATH to one.';

/** What people upload, each with the decoders of which one is enough. */
const kinds: ReadonlyArray<[kind: string, decoders: readonly string[]]> = [
  ['HEVC, which phones film in', ['hevc']],
  ['VP8 and VP9', ['vp9', 'libvpx-vp9']],
  ['AV1', ['libdav1d', 'libaom-av1', 'av1']],
  ['MP3', ['mp3', 'mp3float']],
  ['Opus', ['opus', 'libopus']],
  ['Vorbis', ['vorbis', 'libvorbis']],
  ['FLAC', ['flac']],
];

/** Looks at the ffmpeg that the settings name. */
export async function checkFfmpeg(config: Config): Promise<Finding> {
  const ffmpeg = await ffmpegOf(config);
  const check = 'ffmpeg';
  if (ffmpeg === null) {
    const what = config.ffmpegPath === 'ffmpeg' ? 'ffmpeg, with ffprobe beside it,' : config.ffmpegPath;
    return warning(
      check,
      `${what} is not there or does not run: only pictures are taken, no films and sounds`,
      install,
    );
  }
  const missing = missingEncoders(ffmpeg);
  if (missing.length > 0) {
    const text = `${ffmpeg.version} was built without ${missing.join(' and ')}: only pictures are taken, no films and sounds`;
    return warning(check, text, another);
  }
  if (isTooOld(ffmpeg)) return warning(check, `${ffmpeg.version} is too old`, 'Upgrade it to version 4.4 or newer.');
  const unread = unreadBy(ffmpeg);
  if (unread.length > 0)
    return warning(check, `${ffmpeg.version} cannot read ${unread.join('; ')}: such uploads are refused`, another);
  if (!ffmpeg.filters.has('zscale')) {
    const text = `${ffmpeg.version}; without the filter zscale films of HDR cameras look pale`;
    return warning(check, text, 'Install a build with libzimg, if people here film in HDR.');
  }
  return fine(check, `${ffmpeg.version} with libx264 and aac: films and sounds are taken`);
}

/** Builds from its repository call themselves otherwise and are new. */
function isTooOld({ version }: Ffmpeg): boolean {
  const [major, minor = 0] = (/^n?(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  return major !== undefined && (major < oldest.major || (major === oldest.major && minor < oldest.minor));
}

/** The kinds of films and sounds that it was built without. */
export function unreadBy({ decoders }: Pick<Ffmpeg, 'decoders'>): string[] {
  return kinds.filter(([, names]) => !names.some((name) => decoders.has(name))).map(([kind]) => kind);
}
