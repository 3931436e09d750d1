// The story of a long film: uploaded, made ready, and played from its pieces over HTTP, as a browser would on another site.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { upload } from '#server/testing/pictures.ts';
import { hasFfmpeg, openWorkshop, picture, plainFilm, tone, type Workshop } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

describe.runIf(hasFfmpeg)('a film of more than a minute', () => {
  let server: TestServer;
  let shop: Workshop;
  let alice: Person;
  beforeAll(async () => {
    [server, shop] = [await openTestServer(), await openWorkshop()];
    alice = await signUp(server, 'alice');
  });
  afterAll(async () => {
    await server.close();
    await shop.close();
  });

  it('plays from its pieces', async () => {
    const source = await shop.write('long.mkv', [...picture('64x48', 62, 2), ...tone(62), ...plainFilm]);
    const { body } = await upload(alice, await readFile(source), {}, '/api/v2/media');
    await server.settle();
    const ready = await alice.api('GET', `/api/v1/media/${body.id}`);
    expect(ready.status).toBe(200);
    const playlist: string = ready.body.hls_url;
    expect(playlist).toMatch(/\/index\.m3u8$/);

    const counted = await shop.probe([
      ...[
        '-count_frames',
        '-select_streams',
        'v',
        '-show_entries',
        'stream=codec_name,nb_read_frames',
        '-of',
        'csv=p=0',
      ],
      playlist,
    ]);
    expect(counted.split('\n')[0]).toMatch(/^h264,12[345]$/);

    const types = new Map<string, string | null>();
    for (const path of ['index.m3u8', 'whole/index.m3u8', 'whole/init.mp4', 'whole/0000.m4s']) {
      const answer = await fetch(new URL(path, playlist), { headers: { origin: 'https://elsewhere.example' } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('cache-control')).toContain('immutable');
      types.set(path, answer.headers.get('content-type'));
      await answer.body?.cancel();
    }
    expect(Object.fromEntries(types)).toEqual({
      'index.m3u8': 'application/vnd.apple.mpegurl',
      'whole/index.m3u8': 'application/vnd.apple.mpegurl',
      'whole/init.mp4': 'video/mp4',
      'whole/0000.m4s': expect.stringMatching(/^video\/(iso\.segment|mp4)$/),
    });
  });

  it('is deleted with all of them', async () => {
    const source = await shop.write('gone.mkv', [...picture('64x48', 61, 1), ...plainFilm]);
    const { body } = await upload(alice, await readFile(source), {}, '/api/v2/media');
    await server.settle();
    const playlist: string = (await alice.api('GET', `/api/v1/media/${body.id}`)).body.hls_url;
    expect((await fetch(new URL('whole/0000.m4s', playlist))).status).toBe(200);
    await alice.api('DELETE', `/api/v1/media/${body.id}`);
    await server.settle();
    for (const path of ['index.m3u8', 'whole/index.m3u8', 'whole/init.mp4', 'whole/0000.m4s'])
      expect((await fetch(new URL(path, playlist))).status).toBe(404);
  });
});
