// The settings of pictures, films and sounds; part of the table in settings.ts.
import { boolean, text, wholeNumber } from './parsers.ts';
import { setting } from './setting.ts';

const media = 'Pictures, films and sounds';

export const mediaSettings = {
  mediaImageMaxMb: setting({
    name: 'MEDIA_IMAGE_MAX_MB',
    group: media,
    kind: 'a whole number from 1 to 100',
    fallback: '16',
    help: 'The largest picture that people here may upload, in megabytes.',
    parse: wholeNumber(1, 100),
  }),
  mediaVideoMaxMb: setting({
    name: 'MEDIA_VIDEO_MAX_MB',
    group: media,
    kind: 'a whole number from 1 to 4000',
    fallback: '200',
    help: 'The largest film or sound that people here may upload, in megabytes. Films and sounds need ffmpeg.',
    parse: wholeNumber(1, 4000),
  }),
  mediaMaxAttachments: setting({
    name: 'MEDIA_ATTACHMENTS_MAX',
    group: media,
    kind: 'a whole number from 1 to 32',
    fallback: '8',
    help: 'The most pictures, films and sounds that one post may show.',
    parse: wholeNumber(1, 32),
  }),
  mediaDescriptionMax: setting({
    name: 'MEDIA_DESCRIPTION_MAX',
    group: media,
    kind: 'a whole number from 100 to 10000',
    fallback: '1500',
    help: 'The longest description of a picture, film or sound, in characters as people see them.',
    parse: wholeNumber(100, 10_000),
  }),
  mediaDescriptionRequired: setting({
    name: 'MEDIA_DESCRIPTION_REQUIRED',
    group: media,
    kind: 'true or false',
    fallback: 'false',
    help:
      'Whether every picture, film and sound in a post must be described for those who cannot see or hear it. Otherwise each person ' +
      'chooses whether to be reminded.',
    parse: boolean,
  }),
  mediaCacheMaxGb: setting({
    name: 'MEDIA_CACHE_MAX_GB',
    group: media,
    kind: 'a whole number from 1 to 100000',
    fallback: '10',
    help:
      'The most room, in gigabytes, that pictures, films and sounds of other servers take among the uploads. What nobody has ' +
      'looked at for longest goes first, and is fetched again when somebody does.',
    parse: wholeNumber(1, 100_000),
  }),
  ffmpegPath: setting({
    name: 'FFMPEG_PATH',
    group: media,
    kind: 'a program: its name, or the path of its file',
    fallback: 'ffmpeg',
    help: 'The program that reads films and sounds, with ffprobe beside it. Without it only pictures are taken.',
    parse: text(/^[\w.+/ -]+$/, 'is not the name or the path of a program, such as /usr/bin/ffmpeg'),
  }),
  ffmpegMinutes: setting({
    name: 'FFMPEG_MINUTES',
    group: media,
    kind: 'a whole number from 1 to 600',
    fallback: '10',
    help: 'The most minutes of a core that work on one film or sound may take; then it is stopped and reported as failed.',
    parse: wholeNumber(1, 600),
  }),
  ffmpegNiceness: setting({
    name: 'FFMPEG_NICENESS',
    group: media,
    kind: 'a whole number from 0 to 19',
    fallback: '15',
    help:
      'How far work on films and sounds stands back behind everything else on the machine: 19 takes only what nobody wants, ' +
      '0 shares like others, which suits a worker with a machine of its own.',
    parse: wholeNumber(0, 19),
  }),
  ffmpegMemoryMb: setting({
    name: 'FFMPEG_MEMORY_MB',
    group: media,
    kind: 'a whole number from 256 to 65536',
    fallback: '1024',
    help: 'The most memory that work on one film or sound may take, in megabytes.',
    parse: wholeNumber(256, 65_536),
  }),
};
