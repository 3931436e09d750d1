// A photo for measuring: noise in coarse and fine grain over each other, which is as hard to compress as leaves and sand.
import sharp from 'sharp';

/** Widths of grains in pixels, and how much they differ. */
const grains = [
  [64, 40],
  [16, 30],
  [4, 20],
  [1, 8],
] as const;

/** A JPEG of quality 90 as phones write them; twelve megapixels are about four megabytes. */
export async function makePhoto(width: number, height: number): Promise<Buffer> {
  const layers = await Promise.all(
    grains.map(async ([grain, sigma]) => {
      const size = { width: Math.ceil(width / grain), height: Math.ceil(height / grain) };
      const noise = { type: 'gaussian', mean: 128, sigma } as const;
      const input = await sharp({ create: { ...size, channels: 3, background: '#808080', noise } })
        .resize(width, height, { kernel: 'cubic' })
        .png({ compressionLevel: 1 })
        .toBuffer();
      return { input, blend: 'overlay' as const };
    }),
  );
  return sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .composite(layers)
    .jpeg({ quality: 90 })
    .toBuffer();
}
