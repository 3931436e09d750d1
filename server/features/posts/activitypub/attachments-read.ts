// What posts of other servers carry: pictures, films, sounds and links, in the forms in which well-known software writes them.
import type { MediaKind } from '#server/features/media/entities.ts';
import type { RemoteMedia } from '#server/features/media/service/remote.ts';
import { asList, asObject, asText, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { isBlurhash } from '#server/platform/media/blurhash.ts';
import { cleanName, cleanUrl } from '#server/platform/text.ts';

/** A file of another server: nothing of it is here. Texts are plain. */
export interface RemoteFile extends RemoteMedia {
  kind: MediaKind;
  url: string;
  /** A picture of it that its server has. */
  previewUrl: string | null;
  /** What its server says that it is. */
  contentType: string | null;
  description: string;
  /** From -1 (left, bottom) to 1 (right, top). */
  focus: { x: number; y: number };
  blurhash: string | null;
  /** Pixels, and seconds. */
  width: number | null;
  height: number | null;
  duration: number | null;
}

export interface ReadAttachments {
  files: RemoteFile[];
  /** What is no file: pages that the post points to. */
  links: Array<{ url: string; text: string }>;
  /** One of the files is marked so. */
  sensitive: boolean;
}

const limits = {
  looked: 64,
  files: 16,
  links: 32,
  linkText: 500,
  /** Links within the `url` of one file. */
  forms: 64,
  description: 10_000,
  pixels: 100_000,
  seconds: 100 * 60 * 60,
};

/** Objects of other types are not shown, unless they say what kind of file they are. */
const fileTypes: Partial<Record<string, MediaKind>> = { Image: 'image', Video: 'video', Audio: 'audio' };
/** These posts are a file themselves, not only carry some. */
const ownFileTypes: ReadonlySet<string> = new Set(['Video', 'Audio', 'Image', 'Document']);
/** These have a picture of their own beside their text. */
const illustrated: ReadonlySet<string> = new Set(['Article', 'Page', 'Event']);

/** Formats that the picture proxy takes in. */
const pictureTypes: ReadonlySet<string> = new Set(
  ['jpeg', 'jpg', 'pjpeg', 'png', 'apng', 'gif', 'webp', 'avif', 'heic', 'heif', 'tiff', 'bmp'].map(
    (name) => `image/${name}`,
  ),
);
const playlistTypes: ReadonlySet<string> = new Set(['application/x-mpegurl', 'application/vnd.apple.mpegurl']);
/** For files whose server does not say what they are. */
const byEnding: ReadonlyMap<string, MediaKind> = new Map([
  ...['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'heic'].map((ending) => [ending, 'image'] as const),
  ...['mp4', 'm4v', 'mov', 'webm', 'ogv', 'm3u8'].map((ending) => [ending, 'video'] as const),
  ...['mp3', 'ogg', 'oga', 'opus', 'm4a', 'flac', 'wav', 'aac'].map((ending) => [ending, 'audio'] as const),
]);

/** Reads what a post of that type carries. Each address once; what is too much is left out. */
export function readAttachments(json: Json, type: string): ReadAttachments {
  const own = ownFileTypes.has(type) ? [readOwnFile(json, type)] : [];
  const picture = illustrated.has(type)
    ? asList(json['image'])
        .slice(0, 1)
        .map((image) => readFile(image, 'image'))
    : [];
  const found: ReadAttachments = { files: [], links: [], sensitive: false };
  for (const file of [...own, ...picture]) addFile(found, file);
  for (const value of asList(json['attachment']).slice(0, limits.looked)) {
    const object = asObject(value);
    if (object !== null && object['sensitive'] === true) found.sensitive = true;
    const file = readFile(value);
    if (file !== null) addFile(found, file);
    else addLink(found, value);
  }
  return found;
}

/** What is named twice is shown once, described by whichever does. */
function addFile({ files }: ReadAttachments, file: RemoteFile | null): void {
  const place = files.findIndex(({ url }) => url === file?.url);
  const known = files[place];
  if (file !== null && known !== undefined)
    files[place] = { ...known, description: known.description || file.description };
  else if (file !== null && files.length < limits.files) files.push(file);
}

function addLink({ links }: ReadAttachments, value: unknown): void {
  const object = asObject(value);
  if (object !== null && typeOf(object) !== 'Link') return;
  const url = cleanUrl(asText(value) ?? asText(object?.['href']));
  if (url === null || links.length >= limits.links || links.some((link) => link.url === url)) return;
  links.push({ url, text: cleanName(object?.['name'], limits.linkText) || url });
}

/** One way in which a file can be had. */
interface Form {
  url: string;
  contentType: string | null;
  width: number | undefined;
  height: number | undefined;
}

/** A file among the attachments; null for what is none. `kind` is what it must be where nothing says so. */
function readFile(value: unknown, kind?: MediaKind): RemoteFile | null {
  const object = asObject(value) ?? { type: 'Link', href: value };
  const type = typeOf(object) ?? '';
  const forms = readForms(object['url'] ?? object['href'], asText(object['mediaType']));
  const form = forms.find((one) => kindOf(one) !== 'unknown') ?? forms[0];
  if (form === undefined) return null;
  const isNamed = type === 'Document' || type in fileTypes || (form.contentType !== null && type !== 'Link');
  const guessed = form.contentType === null ? (fileTypes[type] ?? kind) : undefined;
  const read = kindOf(form) === 'unknown' ? (guessed ?? 'unknown') : kindOf(form);
  if (read === 'unknown' && !isNamed) return null;
  return describe(object, read, form);
}

/** The file that a film, sound or picture itself is: the best of those that it names. Its title stands in the text. */
function readOwnFile(json: Json, type: string): RemoteFile | null {
  const wanted = fileTypes[type];
  const forms = readForms(json['url'], asText(json['mediaType'])).filter(
    ({ contentType }) => contentType !== 'text/html',
  );
  const fitting = forms.filter((form) => (wanted === undefined ? kindOf(form) !== 'unknown' : kindOf(form) === wanted));
  const form = wanted === 'video' ? bestFilm(fitting) : fitting[0];
  return form === undefined ? null : { ...describe(json, kindOf(form), form), description: '' };
}

/** The largest MP4 of at most 1080 lines, as phones play it; else the smallest MP4, else a playlist, else whatever there is. */
function bestFilm(forms: readonly Form[]): Form | undefined {
  const lines = (form: Form): number => form.height ?? 0;
  const simple = forms
    .filter((form) => form.contentType === 'video/mp4')
    .toSorted((one, other) => lines(other) - lines(one));
  return (
    simple.find((form) => lines(form) <= 1080) ??
    simple.at(-1) ??
    forms.find((form) => form.contentType !== null && playlistTypes.has(form.contentType)) ??
    forms[0]
  );
}

/** All addresses that a `url` holds: a text, a Link, or a list of them; playlists hold the films of which they are made. */
function readForms(value: unknown, contentType: string | null): Form[] {
  const links = asList(value)
    .slice(0, limits.forms)
    .flatMap((link) => [link, ...asList(asObject(link)?.['tag']).slice(0, limits.forms)]);
  return links.flatMap((link) => {
    const object = asObject(link);
    const url = cleanUrl(asText(link) ?? asText(object?.['href']) ?? asText(object?.['url']));
    const named = asText(object?.['mediaType']) ?? (object === null || links.length === 1 ? contentType : null);
    if (url === null) return [];
    return [
      { url, contentType: plainType(named), width: pixels(object?.['width']), height: pixels(object?.['height']) },
    ];
  });
}

function plainType(contentType: string | null): string | null {
  const [plain = ''] = (contentType ?? '').toLowerCase().split(';');
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/u.test(plain.trim()) ? plain.trim() : null;
}

function kindOf({ url, contentType }: Form): MediaKind {
  if (contentType !== null && contentType !== 'application/octet-stream') return kindOfType(contentType);
  const ending = /\.(\w{1,5})$/u.exec(URL.parse(url)?.pathname ?? '')?.[1];
  return byEnding.get(ending?.toLowerCase() ?? '') ?? 'unknown';
}

function kindOfType(contentType: string): MediaKind {
  if (pictureTypes.has(contentType)) return 'image';
  if (contentType.startsWith('video/') || playlistTypes.has(contentType)) return 'video';
  return contentType.startsWith('audio/') ? 'audio' : 'unknown';
}

function describe(object: Json, kind: MediaKind, form: Form): RemoteFile {
  return {
    kind,
    url: form.url,
    previewUrl: readPicture(object['icon'] ?? object['preview']),
    contentType: form.contentType,
    description: readDescription(object),
    focus: readFocus(object['focalPoint']),
    blurhash: readBlurhash(object['blurhash'] ?? asObject(asList(object['icon'])[0])?.['blurhash']),
    ...readMeasures(object, form),
  };
}

/** The widest of the pictures that an object names. */
function readPicture(value: unknown): string | null {
  const pictures = asList(value)
    .slice(0, limits.forms)
    .flatMap((one) => {
      const picture = asObject(one);
      const [form] = readForms(picture?.['url'] ?? picture?.['href'] ?? one, asText(picture?.['mediaType']));
      return form === undefined ? [] : [{ url: form.url, width: pixels(picture?.['width']) ?? form.width ?? 0 }];
    });
  return pictures.toSorted((one, other) => other.width - one.width)[0]?.url ?? null;
}

/** Some write it as `summary`, most as `name`. Line breaks stay: a description may be a poem. */
function readDescription(object: Json): string {
  const text = asText(object['summary']) || asText(object['name']) || '';
  const plain = text
    .slice(0, limits.description * 2)
    .toWellFormed()
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();
  return Array.from(plain).slice(0, limits.description).join('').trimEnd();
}

function readFocus(value: unknown): RemoteFile['focus'] {
  const [x, y] = Array.isArray(value) ? value : [];
  const isPoint = [x, y].every((number) => typeof number === 'number' && Math.abs(number) <= 1);
  return isPoint ? { x, y } : { x: 0, y: 0 };
}

function readBlurhash(value: unknown): string | null {
  return isBlurhash(value) ? value : null;
}

function readMeasures(object: Json, form: Form): Pick<RemoteFile, 'width' | 'height' | 'duration'> {
  const width = pixels(object['width']) ?? form.width ?? null;
  const height = pixels(object['height']) ?? form.height ?? null;
  const sides = width === null || height === null ? { width: null, height: null } : { width, height };
  return { ...sides, duration: readDuration(object['duration']) };
}

function pixels(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= limits.pixels
    ? value
    : undefined;
}

/** Seconds of `PT1H2M3.5S`. */
function readDuration(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  const parts = /^PT(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?$/u.exec(value);
  if (parts === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const total = hours * 3600 + minutes * 60 + seconds;
  return total > 0 && total <= limits.seconds ? total : null;
}
