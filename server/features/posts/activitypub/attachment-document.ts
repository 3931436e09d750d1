// What our posts show, as other servers read it: a Document each, which all of them take, whatever kind of file it is.
import type { MediaFile } from '#server/features/media/entities.ts';
import type { MediaView } from '#server/features/media/queries.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import type { Json } from '#server/platform/fediverse/json.ts';

/** The attachments of a post. What is not ready has no file to name. `addressOf` says where a file is, by its key. */
export function attachmentDocuments(shown: readonly MediaView[], addressOf: MediaAddresses['file']): Json[] {
  return shown.flatMap((media) => {
    const original = media.state === 'ready' ? fileOf(media, 'original') : undefined;
    return original === undefined ? [] : [attachmentDocument(media, original, addressOf)];
  });
}

function attachmentDocument(media: MediaView, file: MediaFile, addressOf: MediaAddresses['file']): Json {
  const { width, height, duration } = media.original ?? {};
  const hasFocus = media.focusX !== 0 || media.focusY !== 0;
  const picture = media.kind === 'image' ? undefined : (fileOf(media, 'thumbnail') ?? fileOf(media, 'small'));
  return {
    type: 'Document',
    mediaType: file.contentType,
    url: addressOf(file.key),
    name: media.description === '' ? null : media.description,
    ...(media.blurhash === null ? {} : { blurhash: media.blurhash }),
    ...(hasFocus ? { focalPoint: [media.focusX, media.focusY] } : {}),
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(duration === undefined ? {} : { duration: `PT${Math.round(duration * 1000) / 1000}S` }),
    ...(picture === undefined
      ? {}
      : { icon: { type: 'Image', mediaType: picture.contentType, url: addressOf(picture.key) } }),
  };
}

function fileOf({ files }: MediaView, role: MediaFile['role']): MediaFile | undefined {
  return files.find((file) => file.role === role);
}
