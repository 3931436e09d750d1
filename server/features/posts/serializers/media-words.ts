// What a post shows, in a few words: where pictures themselves cannot stand, such as a message on a locked phone.
import type { MediaKind } from '#server/features/media/entities.ts';
import type { PostView } from '../queries.ts';

const words: Record<'en' | 'de', Record<MediaKind, [one: string, many: string]>> = {
  en: {
    image: ['Picture', 'pictures'],
    gifv: ['Moving picture', 'moving pictures'],
    video: ['Film', 'films'],
    audio: ['Sound', 'sounds'],
    unknown: ['File', 'files'],
  },
  de: {
    image: ['Bild', 'Bilder'],
    gifv: ['Bewegtes Bild', 'bewegte Bilder'],
    video: ['Film', 'Filme'],
    audio: ['Ton', 'Töne'],
    unknown: ['Datei', 'Dateien'],
  },
};

/**
 * `Picture: A rook` for one that is described, `2 pictures, Film` for several; empty for a post that shows nothing. What is
 * hidden until somebody asks is not described.
 */
export function mediaWords({ media, sensitive }: Pick<PostView, 'media' | 'sensitive'>, language: 'en' | 'de'): string {
  const [only] = media;
  if (only === undefined) return '';
  if (media.length === 1 && only.description !== '' && !sensitive)
    return `${words[language][only.kind][0]}: ${only.description}`;
  const kinds = [...new Set(media.map(({ kind }) => kind))];
  return kinds
    .map((kind) => counted(words[language][kind], media.filter((one) => one.kind === kind).length))
    .join(', ');
}

function counted([one, many]: [string, string], count: number): string {
  return count === 1 ? one : `${count} ${many}`;
}
