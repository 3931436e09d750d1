// The shape that films get: what fits, what is cut down, and what long ones lose so that they end in time.
import { describe, expect, test } from 'vitest';
import { encoded, shapeOf } from './h264.ts';
import type { FilmStream } from './probe.ts';

const film = (width: number, height: number, frameRate: number | null = 30, baseRate = frameRate): FilmStream => ({
  ...{ index: 0, codec: 'hevc', profile: 'Main', level: 120, pixelFormat: 'yuv420p', bitrate: null },
  ...{ width, height, frameRate, baseRate, isTransformed: false, isInterlaced: false, isHdr: false },
});

describe('the shape of a film', () => {
  test.each([
    ['1080p stays', film(1920, 1080), 60, { width: 1920, height: 1080, frameRate: 30 }],
    ['4K is halved', film(3840, 2160), 60, { width: 1920, height: 1080, frameRate: 30 }],
    ['upright stays upright', film(2160, 3840), 60, { width: 1080, height: 1920, frameRate: 30 }],
    ['a square is bounded by its side', film(2000, 2000), 10, { width: 1080, height: 1080, frameRate: 30 }],
    ['a line keeps two pixels', film(4000, 2), 10, { width: 1920, height: 2, frameRate: 30 }],
    ['120 frames become 60', film(640, 480, 120), 10, { width: 640, height: 480, frameRate: 60 }],
    ['frames at odd moments go by their average', film(640, 480, 24, 1000), 10, { frameRate: 24 }],
    ['no rate at all is 30', film(640, 480, null, 1000), 10, { frameRate: 30 }],
    ['twenty minutes are made 720p', film(1920, 1080), 1200, { width: 1280, height: 720, frameRate: 30 }],
    [
      'of a fast one also every second frame goes',
      film(1920, 1080, 60),
      600,
      { width: 1280, height: 720, frameRate: 30 },
    ],
  ])('%s', (_, stream, seconds, shape) => {
    expect(shapeOf(stream, seconds)).toMatchObject(shape);
  });

  test('bits are bounded by what is shown, and long films are written faster', () => {
    const shape = { width: 1920, height: 1080, frameRate: 30 };
    const short = encoded(shape, 60);
    expect(Number(short[short.indexOf('-maxrate') + 1])).toBeCloseTo(6_220_800, -3);
    expect(short).toContain('veryfast');
    expect(encoded(shape, 300)).toContain('superfast');
  });
});
