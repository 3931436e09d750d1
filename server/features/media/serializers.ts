// A picture, film or sound as Mastodon's clients read it: the schema, and a pure function from the view.
import { Type, type Static } from 'typebox';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import type { MediaFile, MediaMeasures } from './entities.ts';
import type { MediaView } from './queries.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const Measures = Type.Object({
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
  size: Type.Optional(Type.String({ description: '640x480' })),
  aspect: Type.Optional(Type.Number()),
  duration: Type.Optional(Type.Number({ description: 'Seconds' })),
  frame_rate: Type.Optional(Type.String({ description: 'Frames a second, as a fraction' })),
  bitrate: Type.Optional(Type.Integer({ description: 'Bits a second' })),
});

/** @see https://docs.joinmastodon.org/entities/MediaAttachment/ */
export const MediaAttachmentSchema = Type.Object(
  {
    id: Type.String(),
    type: Type.Union([
      Type.Literal('image'),
      Type.Literal('gifv'),
      Type.Literal('video'),
      Type.Literal('audio'),
      Type.Literal('unknown'),
    ]),
    url: nullable(Type.String({ description: 'Null while it is being made ready, and when that failed' })),
    preview_url: nullable(Type.String({ description: 'A small picture of it; null when there is none' })),
    remote_url: nullable(Type.String({ description: 'Where it is on its own server' })),
    preview_remote_url: nullable(Type.String()),
    text_url: Type.Null(),
    meta: Type.Object({
      original: Type.Optional(Measures),
      small: Type.Optional(Measures),
      focus: Type.Optional(
        Type.Object({ x: Type.Number(), y: Type.Number() }, { description: 'What must stay visible: from -1 to 1' }),
      ),
      waveform: Type.Optional(
        Type.Array(Type.Integer(), {
          description: 'Our own: loudness of a sound from its beginning to its end, 0 to 100',
        }),
      ),
      progress: Type.Optional(
        Type.Integer({ description: 'Our own: per cent that is done, while it is being made ready' }),
      ),
    }),
    description: nullable(Type.String()),
    blurhash: nullable(Type.String()),
    hls_url: Type.Optional(
      Type.String({ description: 'Our own: the playlist of a longer film in several sizes, for slow connections' }),
    ),
    failure: Type.Optional(Type.String({ description: 'Our own: why it could not be made ready, for its owner' })),
  },
  { description: 'A picture, film or sound' },
);
export type MastodonMediaAttachment = Static<typeof MediaAttachmentSchema>;

/** What addresses are made of: a part of the context. */
export interface MediaPlaces {
  media: MediaAddresses;
}

/** One of them, here or of another server. */
export function serializeMedia(view: MediaView, places: MediaPlaces): MastodonMediaAttachment {
  const { url, preview, hls } = view.remoteUrl === null ? ownAddresses(view, places) : remoteAddresses(view, places);
  return {
    id: view.id,
    type: view.kind,
    url,
    preview_url: preview,
    remote_url: view.remoteUrl,
    preview_remote_url: view.remotePreviewUrl,
    text_url: null,
    meta: serializeMeta(view),
    description: view.description === '' ? null : view.description,
    blurhash: view.blurhash,
    ...(hls === null ? {} : { hls_url: hls }),
    ...(view.failure === null ? {} : { failure: view.failure }),
  };
}

interface Addresses {
  url: string | null;
  preview: string | null;
  hls: string | null;
}

function ownAddresses({ state, files, kind }: MediaView, { media }: MediaPlaces): Addresses {
  if (state !== 'ready') return { url: null, preview: null, hls: null };
  const address = (role: MediaFile['role']): string | null => {
    const file = files.find((one) => one.role === role);
    return file === undefined ? null : media.file(file.key);
  };
  const url = address('original');
  const playlist = address('hls');
  return {
    url,
    // A cover or still that its owner chose goes before the one that was made.
    preview: address('thumbnail') ?? address('small') ?? (kind === 'image' ? url : null),
    hls: playlist === null ? null : `${playlist}index.m3u8`,
  };
}

function remoteAddresses({ kind, remoteUrl, remotePreviewUrl }: MediaView, { media }: MediaPlaces): Addresses {
  if (remoteUrl === null) return { url: null, preview: null, hls: null };
  // What we cannot show is a link to its own server.
  if (kind === 'unknown') return { url: remoteUrl, preview: null, hls: null };
  const pictured = remotePreviewUrl ?? (kind === 'image' ? remoteUrl : null);
  return {
    url: media.remote(remoteUrl, kind === 'image' ? 'full' : 'file'),
    preview: pictured === null ? null : media.remote(pictured, 'preview'),
    hls: null,
  };
}

function serializeMeta(view: MediaView): MastodonMediaAttachment['meta'] {
  const isPictured = view.kind !== 'audio' || view.small !== null;
  return {
    ...(view.original === null ? {} : { original: serializeMeasures(view.original) }),
    ...(view.small === null ? {} : { small: serializeMeasures(view.small) }),
    ...(isPictured ? { focus: { x: view.focusX, y: view.focusY } } : {}),
    ...(view.waveform === null ? {} : { waveform: view.waveform }),
    ...(view.state === 'waiting' || view.state === 'processing' ? { progress: view.progress } : {}),
  };
}

function serializeMeasures({ width, height, duration, frameRate, bitrate }: MediaMeasures) {
  const isSized = width !== undefined && height !== undefined && height > 0;
  return {
    ...(isSized ? { width, height, size: `${width}x${height}`, aspect: width / height } : {}),
    ...(duration === undefined ? {} : { duration }),
    ...(frameRate === undefined ? {} : { frame_rate: asFraction(frameRate) }),
    ...(bitrate === undefined ? {} : { bitrate: Math.round(bitrate) }),
  };
}

function asFraction(rate: number): string {
  return Number.isInteger(rate) ? `${rate}/1` : `${Math.round(rate * 1000)}/1000`;
}
