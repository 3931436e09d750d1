// Files that are built to harm: playlists that name other files, codecs that nobody needs, sizes and lengths beyond reason.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Invalid } from '#server/platform/errors.ts';
import { drawn, hasFfmpeg, openWorkshop, picture, plainFilm, tone, type Workshop } from '#server/testing/recordings.ts';

describe.runIf(hasFfmpeg)('hostile films', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  async function refusal(source: string, maker: 'makeFilm' | 'makeGifv' = 'makeFilm'): Promise<string> {
    const error: unknown = await shop.make(maker, source).then(
      () => new Error('it was taken'),
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(Invalid);
    return (error as Invalid).message;
  }

  test.each(['mkv', 'mov'])('a codec that is not on our list is refused by its name (%s)', async (kind) => {
    const source = await shop.write(`magic.${kind}`, [...picture('64x48', 0.2), '-c:v', 'magicyuv']);
    expect(await refusal(source)).toMatch(/holds magicyuv, which is not taken.*MP4, MOV/);
  });

  describe('a file that names others', () => {
    const connections: string[] = [];
    const server = createServer((socket) => {
      connections.push(String(socket.remotePort));
      socket.destroy();
    });
    let url: string;
    let pipe: string;
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/piece.ts`;
      // Whoever opens this waits for ever, and the test with him.
      pipe = join(shop.folder, 'pipe.ts');
      execFileSync('mkfifo', [pipe]);
    });
    afterAll(() => void server.close());

    const playlist = (address: string): string =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4,\n${address}\n#EXT-X-ENDLIST\n`;
    const kinds: Array<[string, string, (target: string) => string]> = [
      ['HLS', 'hls.mp4', playlist],
      [
        'HLS with a key elsewhere',
        'key.mp4',
        (to) => playlist(to).replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${to}"\n#EXTINF`),
      ],
      ['concat', 'concat.mp4', (to) => `ffconcat version 1.0\nfile '${to}'\n`],
      ['subfile in a playlist', 'subfile.mp4', (to) => playlist(`subfile,,start,0,end,64,,:${to}`)],
      ['concat in a playlist', 'concat-hls.mp4', (to) => playlist(`concat:${to}|${to}`)],
      [
        'DASH',
        'dash.mp4',
        (to) =>
          `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${to}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
      ],
      [
        'SDP',
        'stream.mp4',
        (to) =>
          `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=${to}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
      ],
      ['a text file', 'text.mp4', (to) => `look at ${to}\n`],
    ];
    test.each(kinds)('%s', async (_, name, write) => {
      for (const target of [url, pipe, `file:${pipe}`]) {
        const source = join(shop.folder, name);
        await writeFile(source, write(target));
        expect(await refusal(source)).toMatch(/not a kind of film or sound that is taken|is no film or sound/);
      }
      expect(connections).toEqual([]);
    });
  });

  test.each([
    ['8K', ['color=s=7680x4320:d=0.04:r=25'], /7680 × 4320 pixels large; taken are up to 3840 × 2160/],
    ['a line of 65,500 pixels', ['color=s=2x65500:d=0.04:r=25'], /2 × 65500 pixels large/],
  ])('%s', async (_, [graph = ''], words) => {
    const source = await shop.write('large.mkv', [...drawn(graph), '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p']);
    expect(await refusal(source)).toMatch(words);
  });

  test('240 frames a second', async () => {
    const source = await shop.write('fast.mp4', [...picture('64x48', 0.5, 240), ...plainFilm]);
    expect(await refusal(source)).toMatch(/has 240 frames a second; taken are up to 120/);
  });

  test.each([
    ['ten hours', 36_000, /is 10 h long; taken are up to 60 min/],
    ['more than 36,000 frames', 2000, /is 33 min long with 30 frames a second; taken are up to 20 min/],
  ])('a film that claims %s', async (_, seconds, words) => {
    const source = await shop.write('claims.mkv', [...picture('64x48', 0.5, 30), '-c:v', 'libx264']);
    const bytes = await readFile(source);
    const at = bytes.indexOf(Buffer.from('448988', 'hex'));
    bytes.writeDoubleBE(seconds * 1000, at + 3);
    await writeFile(source, bytes);
    expect(await refusal(source)).toMatch(words);
  });

  test.each([
    ['the index', 0],
    ['half of the index', 40],
  ])('a film that lacks its end, and with it %s', async (_, kept) => {
    const source = await shop.write('cut.mp4', [...picture('64x48', 1), ...tone(1), ...plainFilm]);
    const bytes = await readFile(source);
    await writeFile(source, bytes.subarray(0, bytes.indexOf('moov') - 4 + kept));
    expect(await refusal(source)).toMatch(/damaged.*ends too early/);
  });

  test('a film whose frames are noise', async () => {
    const source = await shop.write('noise.mp4', [...picture('64x48', 1), ...plainFilm, '-movflags', '+faststart']);
    const bytes = await readFile(source);
    for (let at = bytes.indexOf('mdat') + 4; at < bytes.length; at += 1) bytes[at] = (at * 7919) % 251;
    await writeFile(source, bytes);
    expect(await refusal(source)).toMatch(/damaged/);
  });

  test('a film of which half the frames are lost still shows the other half', async () => {
    const source = await shop.write('half.mp4', [...picture('64x48', 2), ...plainFilm, '-movflags', '+faststart']);
    const bytes = await readFile(source);
    await writeFile(source, bytes.subarray(0, bytes.length - (bytes.length - bytes.indexOf('mdat')) / 2));
    const made = await shop.make('makeFilm', source);
    expect(made.original.duration).toBeLessThan(1.8);
  });

  test('subtitles without film', async () => {
    const words = join(shop.folder, 'words.srt');
    await writeFile(words, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const source = await shop.write('words.mkv', ['-i', words]);
    expect(await refusal(source)).toMatch(/holds neither film nor sound/);
  });

  test.each(['empty.mp4', 'empty.gif'])('nothing at all (%s)', async (name) => {
    const source = join(shop.folder, name);
    await writeFile(source, '');
    expect(await refusal(source, name.endsWith('gif') ? 'makeGifv' : 'makeFilm')).toMatch(/damaged/);
  });

  test('a GIF of 1 × 65,535', async () => {
    const source = join(shop.folder, 'line.gif');
    const frame = '2c000000000100ffff00' + '0202440100';
    await writeFile(source, Buffer.from(`4749463839610100ffff800000000000ffffff${frame}${frame}3b`, 'hex'));
    expect(await refusal(source, 'makeGifv')).toMatch(/1 × 65535 pixels large/);
  });

  test('a file that is not there is our fault, and may be tried again', async () => {
    await expect(shop.make('makeFilm', join(shop.folder, 'gone.mp4'))).rejects.not.toBeInstanceOf(Invalid);
  });
});
