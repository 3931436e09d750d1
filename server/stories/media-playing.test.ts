// Films and sounds in the page: a longer film by its playlist of pieces, a sound with its place moved by the keyboard.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import { signUp } from '#server/testing/people.ts';
import { hasFfmpeg, openWorkshop, picture, plainFilm, tone } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { article, signUpInBrowser, expectNoFaults } from './acts.ts';
import {} from './media-scene.ts';

/** A film of four seconds as a playlist and its pieces, stored as the makers of films store theirs. Returns its folder's key. */
async function storePieces(server: TestServer, id: string): Promise<string> {
  const shop = await openWorkshop();
  try {
    const cut = ['-f', 'hls', '-hls_time', '1', '-g', '10', '-hls_list_size', '0', '-hls_segment_type', 'fmp4'];
    await shop.write('index.m3u8', [...picture('320x240', 4), ...tone(4), ...plainFilm, ...cut]);
    const key = `media/${id}/a-random-name/hls/`;
    const names = await readdir(shop.folder);
    for (const name of names.filter((one) => /\.(m3u8|m4s|mp4)$/.test(one))) {
      const type = name.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp4';
      await server.ctx.files.put(`${key}${name}`, await readFile(join(shop.folder, name)), type);
    }
    return key;
  } finally {
    await shop.close();
  }
}

describe.skipIf(!hasBrowser() || !hasFfmpeg)('films and sounds in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await openTestServer();
  }, 120_000);
  afterAll(async () => {
    await server.close();
    await browser.close();
  });

  test('a longer film plays from its pieces', { timeout: 90_000 }, async () => {
    const bob = await signUp(server, 'bob');
    const id = await makeUpload(server.ctx, bob.accountId, { kind: 'video', description: 'A long flight' });
    const key = await storePieces(server, id);
    const pieces = JSON.stringify([{ role: 'hls', key, contentType: 'application/vnd.apple.mpegurl', bytes: 9 }]);
    await sql`update media_attachments set files = files || ${pieces}::jsonb where id = ${id}`.execute(
      server.ctx.database.read,
    );
    expect((await bob.api('POST', '/api/v1/statuses', { status: 'Long', media_ids: [id] })).status).toBe(200);
    const { page, faults } = await browser.open(server.origin);
    await signUpInBrowser(page, 'alice');
    await page.goto('/local');
    const shown = article(page, 'Long');
    await shown.getByRole('button', { name: 'Play: A long flight' }).click();
    const player = shown.locator('video');
    await until(async () => (await player.evaluate((video: HTMLVideoElement) => video.currentTime)) > 0.3, 30_000);
    await expectNoFaults(page);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('a sound plays, and its place is moved by the keyboard', { timeout: 90_000 }, async () => {
    const bob = await signUp(server, 'bert');
    const shop = await openWorkshop();
    const content = await readFile(await shop.write('call.m4a', [...tone(8), '-c:a', 'aac'])).finally(shop.close);
    const id = await makeUpload(server.ctx, bob.accountId, { kind: 'audio', description: 'A call', content });
    expect((await bob.api('POST', '/api/v1/statuses', { status: 'Listen', media_ids: [id] })).status).toBe(200);
    const { page, faults } = await browser.open(server.origin, { width: 360, height: 780, dark: true });
    await signUpInBrowser(page, 'anna');
    await page.goto('/local');
    const shown = article(page, 'Listen');
    await shown.getByRole('button', { name: 'Play: A call' }).click();
    await shown.getByRole('button', { name: 'Pause: A call' }).waitFor();
    const sound = shown.locator('audio');
    await until(async () => (await sound.evaluate((audio: HTMLAudioElement) => audio.currentTime)) > 0.2);
    await shown.getByRole('button', { name: 'Pause: A call' }).click();
    const place = shown.getByRole('slider', { name: 'Position in the sound' });
    await place.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await until(async () => (await sound.evaluate((audio: HTMLAudioElement) => audio.currentTime)) > 4);
    expect(await place.getAttribute('aria-valuetext')).toMatch(/^0:0[5-8] of 0:08$/);
    await expectNoFaults(page);
    expect(faults).toEqual([]);
    await page.close();
  });
});
