// Sounds that play everywhere: AAC in an MP4, or MP3 as it came; without tags; with their cover and their shape for the eye.
import { join } from 'node:path';
import { Invalid } from '#server/platform/errors.ts';
import { convert, openStrange, type Work } from './ffmpeg.ts';
import { clean } from './h264.ts';
import type { Made } from './made.ts';
import { makeCover } from './posters.ts';
import { probeOwn, type Probed, type SoundStream } from './probe.ts';
import { countWaveform, waveformRate } from './waveform.ts';

/** Makes everything of a sound whose streams are known. @throws {Invalid} in words for its owner */
export async function makeSoundOf(work: Work, source: string, probed: Probed, sound: SoundStream): Promise<Made> {
  const { name, contentType, codec } = formOf(work, probed, sound);
  const made = join(work.folder, name);
  const waveform = countWaveform();
  const shape = [
    '-map',
    `0:${sound.index}`,
    '-c:a',
    'pcm_s16le',
    '-ac',
    '1',
    '-ar',
    String(waveformRate),
    '-f',
    's16le',
  ];
  const list = ['-map', `0:${sound.index}`, ...codec, ...clean, '-vn', made, ...shape, 'pipe:3'];
  await convert(work, ['-threads', '1', ...openStrange(source), ...list], {
    duration: probed.duration,
    share: [0, 95],
    onExtra: waveform.take,
  });
  const result = await probeOwn(work, made);
  if (result.sound === null || result.duration <= 0)
    throw new Invalid('Nothing of this sound could be read: the file is damaged.');
  const cover = probed.cover === null ? null : await makeCover(work, source, probed.cover);
  return {
    kind: 'audio',
    files: [{ role: 'original', path: made, contentType }, ...(cover === null ? [] : [cover.file])],
    original: { duration: result.duration, ...(result.bitrate === null ? {} : { bitrate: result.bitrate }) },
    small: cover?.measures ?? null,
    blurhash: cover?.blurhash ?? null,
    waveform: waveform.bars(),
  };
}

interface Form {
  name: string;
  contentType: string;
  codec: string[];
}

const mostBitrate = 330_000;

/** MP3 and AAC that play everywhere are taken over as they are, which loses nothing; all else becomes AAC. */
function formOf({ ffmpeg }: Work, { container, bitrate }: Probed, sound: SoundStream): Form {
  const rate = sound.bitrate ?? bitrate ?? Infinity;
  const isPlain = sound.channels <= 2 && sound.sampleRate <= 48_000 && rate <= mostBitrate;
  if (isPlain && sound.codec === 'mp3' && container === 'mp3')
    return {
      name: 'sound.mp3',
      contentType: 'audio/mpeg',
      codec: ['-c:a', 'copy', '-id3v2_version', '0', '-write_id3v1', '0', '-f', 'mp3'],
    };
  const mp4 = { name: 'sound.m4a', contentType: 'audio/mp4' };
  const early = ['-movflags', '+faststart', '-f', 'mp4'];
  if (isPlain && sound.codec === 'aac' && sound.profile === 'LC') return { ...mp4, codec: ['-c:a', 'copy', ...early] };
  if (!ffmpeg.encoders.has('aac'))
    throw new Invalid('This server cannot take this sound: its ffmpeg was built without the encoder aac.');
  const channels = sound.channels === 1 ? 1 : 2;
  const made = ['-c:a', 'aac', '-b:a', channels === 1 ? '96k' : '160k', '-ac', String(channels), '-ar', '48000'];
  return { ...mp4, codec: [...made, ...early] };
}
