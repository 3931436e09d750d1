// What is made of an uploaded file before anybody sees it: the shape that the makers of pictures, films and sounds share.

/** Pixels, seconds, frames a second, bits a second; what a kind does not have is absent. */
export interface Measures {
  width?: number;
  height?: number;
  duration?: number;
  frameRate?: number;
  bitrate?: number;
}

/** A file in the work folder; of `hls` the folder that holds `index.m3u8` and its pieces. */
export interface MadeFile {
  role: 'original' | 'small' | 'thumbnail' | 'hls';
  path: string;
  contentType: string;
}

/** `small` of a picture is its preview, of a film its poster, of a sound its cover. */
export interface Made {
  kind: 'image' | 'gifv' | 'video' | 'audio';
  files: MadeFile[];
  original: Measures;
  small: Measures | null;
  blurhash: string | null;
  /** Sixty-four loudnesses of a sound, 0 to 100. */
  waveform: number[] | null;
}

export interface MakeOptions {
  /** An empty folder of this machine; whoever made it removes it. */
  folder: string;
  /** Ends the work early; what was begun is stopped, with every process of it. */
  signal: AbortSignal;
  /** Told now and then how far the work is, in per cent. */
  onProgress?: (percent: number) => void;
}

/**
 * Makes everything of one kind of file. `source` is a path of this machine.
 * @throws {Invalid} in words for its owner, when the file is not one that is taken
 */
export type Maker = (source: string, options: MakeOptions) => Promise<Made>;
