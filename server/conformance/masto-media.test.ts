// The npm client masto, unmodified: uploads, waiting for them, describing and deleting them, and posts that show them.
import { createRestAPIClient, type mastodon } from 'masto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { photo } from '#server/testing/pictures.ts';
import { hasFfmpeg, openWorkshop, picture, tone } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: mastodon.rest.Client;
let file: Blob;

beforeAll(async () => {
  server = await openTestServer();
  const { token } = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken: token, log: 'error' });
  file = new File([(await photo()) as BlobPart], 'IMG_0001.JPG', { type: 'image/jpeg' });
});
afterAll(() => server.close());

test('a picture is uploaded, changed, asked for and shown', async () => {
  const media = await alice.v2.media.create({ file, description: 'Noise', focus: '0.5,0.5' });
  expect(media).toMatchObject({ type: 'image', description: 'Noise', meta: { focus: { x: 0.5, y: 0.5 } } });
  const changed = await alice.v1.media.$select(media.id).update({ description: 'Much noise' });
  expect(changed.description).toBe('Much noise');
  expect(await alice.v1.media.$select(media.id).fetch()).toEqual(changed);
  const status = await alice.v1.statuses.create({ status: 'Listen', mediaIds: [media.id] });
  expect(status.mediaAttachments).toEqual([changed]);
  const { mediaAttachments } = await alice.v1.statuses.$select(status.id).remove();
  expect(mediaAttachments.map(({ id }) => id)).toEqual([media.id]);
  const again = await alice.v1.statuses.create({ status: 'Once more', mediaIds: [media.id] });
  expect(again.mediaAttachments).toHaveLength(1);
  await expect(alice.v1.statuses.create({ status: 'Twice', mediaIds: [media.id] })).rejects.toMatchObject({
    statusCode: 422,
  });
});

test('the older door takes it too', async () => {
  const media = await alice.v1.media.create({ file });
  expect(media).toMatchObject({ type: 'image', url: expect.stringMatching(/^http/), description: null });
});

test('what is refused says why', async () => {
  const page = new File(['<script>'], 'x.png', { type: 'image/png' });
  await expect(alice.v2.media.create({ file: page })).rejects.toMatchObject({
    statusCode: 422,
    message: expect.stringMatching(/Taken are pictures/),
  });
});

test.runIf(hasFfmpeg)('a film is waited for', async () => {
  const shop = await openWorkshop();
  const codecs = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis'];
  const path = await shop.write('film.webm', [...picture('64x48', 1), ...tone(1), ...codecs]);
  const film = new File([(await readFile(path)) as BlobPart], 'film.webm', { type: 'video/webm' });
  await shop.close();
  const begun = await alice.v2.media.create({ file: film, skipPolling: true });
  expect(begun).toMatchObject({ type: 'video', url: null });
  const ready = await alice.v2.media.create({ file: film });
  expect(ready).toMatchObject({ type: 'video', url: expect.stringMatching(/\.mp4$/) });
  const status = await alice.v1.statuses.create({ status: 'Look', mediaIds: [ready.id] });
  expect(status.mediaAttachments[0]?.type).toBe('video');
});
