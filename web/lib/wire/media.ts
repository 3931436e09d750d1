// Pictures, films and sounds, as the client API gives them.

/** Pixels and seconds. */
export interface MediaMeasures {
  width?: number;
  height?: number;
  duration?: number;
}

export type MediaKind = 'image' | 'gifv' | 'video' | 'audio' | 'unknown';

export interface MediaAttachment {
  id: string;
  type: MediaKind;
  /** Null while it is being made ready, and when that failed. */
  url: string | null;
  preview_url: string | null;
  remote_url: string | null;
  description: string | null;
  blurhash?: string | null;
  meta?: {
    original?: MediaMeasures;
    small?: MediaMeasures;
    /** From -1 (left, bottom) to 1 (right, top). */
    focus?: { x: number; y: number };
    /** Loudness from beginning to end, 0 to 100. */
    waveform?: number[];
    /** Per cent, while it is being made ready. */
    progress?: number;
  } | null;
  /** The playlist of a longer film. */
  hls_url?: string;
  /** Why it could not be made ready, for its owner. */
  failure?: string;
}
