// What can go wrong on the way: a refused file, words that are missing, a page that is reloaded, a connection that is cut.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, composer, describeInBrowser, expectNoFaults, signUpInBrowser } from './acts.ts';
import { attach, attached, heavyPicture, photo, tiles } from './media-scene.ts';

const post = (page: Page) => page.getByRole('button', { name: 'Post', exact: true }).first();
const described = (page: Page) => tiles(page).getByRole('button', { name: /^Describe/ });

describeInBrowser('uploads in a browser', (browser) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ mediaImageMaxMb: 32 });
  });
  afterAll(() => server.close());

  test('a file that is refused says why, and the rest stays', { timeout: 90_000 }, async () => {
    const { page } = await browser.open(server.origin, { width: 360, height: 780 });
    await signUpInBrowser(page, 'alice');
    await (await composer(page)).fill('Look');
    await attach(page, [
      await photo('good.jpg', 400, 300),
      { name: 'bad.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<html>no picture at all</html>') },
    ]);
    const refusal = tiles(page).nth(1).getByRole('alert');
    await refusal.waitFor();
    // The server's words.
    expect(await refusal.textContent()).toMatch(/JPEG|PNG/);
    await expectNoFaults(page);
    await post(page).click();
    await page.getByText(/Not all files are there/).waitFor();
    await page.getByRole('button', { name: 'Remove: bad.jpg' }).click();
    await post(page).click();
    const reminder = page.getByRole('dialog', { name: 'One file has no description' });
    await reminder.waitFor();
    await expectNoFaults(page);
    await reminder.getByRole('button', { name: 'Post anyway' }).click();
    await article(page, 'Look').getByRole('link', { name: 'Picture without a description' }).waitFor();
    await page.close();
  });

  test('who is asked for words may give them there, and who requires them must', { timeout: 90_000 }, async () => {
    const { page } = await browser.open(server.origin);
    await signUpInBrowser(page, 'bob');
    await page.goto('/settings/media');
    const saved = page.waitForResponse(
      (response) => response.url().endsWith('/api/preferences/media') && response.request().method() === 'PATCH',
    );
    await page.getByRole('radio', { name: 'Require it' }).check();
    await saved;
    await expectNoFaults(page);
    await page.goto('/');
    await (await composer(page)).fill('With words');
    await attach(page, [await photo('rook.jpg', 500, 500)]);
    await attached(page, 1);
    await post(page).click();
    const question = page.getByRole('dialog', { name: 'One file has no description' });
    expect(await question.getByRole('button', { name: 'Post anyway' }).count()).toBe(0);
    await question.getByRole('button', { name: 'Describe' }).click();
    await page.getByRole('textbox', { name: 'What is to be seen?' }).fill('A rook on a roof');
    const focus = page.getByRole('slider', { name: 'What must stay visible' });
    await focus.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    expect(await focus.getAttribute('aria-valuetext')).toBe('45 % from the left, 45 % from the top');
    await page.getByRole('button', { name: 'Done' }).click();
    await post(page).click();
    const shown = article(page, 'With words');
    await shown.getByRole('link', { name: 'A rook on a roof' }).waitFor();
    await shown.getByRole('button', { name: 'ALT: read the description' }).click();
    await page.getByRole('region', { name: 'Description' }).getByText('A rook on a roof').waitFor();
    await page.close();
  });

  test(
    'a draft keeps its files and their words over a reload, and an edit keeps those of its post',
    { timeout: 90_000 },
    async () => {
      const { page } = await browser.open(server.origin);
      await signUpInBrowser(page, 'carol');
      await (await composer(page)).fill('Kept');
      await attach(page, [await photo('one.jpg', 600, 400), await photo('two.jpg', 400, 600, 90)]);
      await attached(page, 2);
      await described(page).first().click();
      await page.getByRole('textbox', { name: 'What is to be seen?' }).fill('The first');
      await page.getByRole('button', { name: 'Done' }).click();
      await page.reload();
      await tiles(page).first().getByRole('button', { name: 'Described: The first. Change it' }).waitFor();
      expect(await tiles(page).count()).toBe(2);
      await post(page).click();
      await page.getByRole('button', { name: 'Post anyway' }).click();
      const shown = article(page, 'Kept');
      await shown.getByRole('link', { name: 'The first' }).waitFor();

      await shown.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Edit', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Edit post' });
      await dialog.getByRole('button', { name: /^Move later: The first/ }).click();
      await dialog.getByRole('button', { name: 'Save changes' }).click();
      await page.getByRole('button', { name: 'Post anyway' }).click();
      await dialog.waitFor({ state: 'detached' });
      await until(
        async () =>
          (await shown
            .getByRole('link', { name: /The first|without/ })
            .last()
            .getByRole('img')
            .getAttribute('alt')) === 'The first',
      );
      await page.close();
    },
  );

  test('a large file goes on where a cut connection left it', { timeout: 180_000 }, async () => {
    const { page, context } = await browser.open(server.origin);
    await signUpInBrowser(page, 'dora');
    await (await composer(page)).fill('A heavy one');
    const path = join(server.ctx.config.dataDir, 'heavy.png');
    await writeFile(path, await heavyPicture(20_000_000));
    const offsets: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    const line = await context.newCDPSession(page);
    const network = { latency: 0, downloadThroughput: -1 };
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', { ...network, offline: false, uploadThroughput: 4_000_000 });
    await attach(page, path);
    const bar = page.getByRole('progressbar');
    await until(async () => Number(await bar.getAttribute('value')) > 40, 60_000);
    await line.send('Network.emulateNetworkConditions', { ...network, offline: true, uploadThroughput: -1 });
    await tiles(page).getByText('Waiting for the connection').waitFor();
    await post(page).click();
    await page.getByRole('button', { name: 'Post anyway' }).click();
    await page.getByText('Goes out as soon as all files are there.').waitFor();
    const before = offsets.length;
    await line.send('Network.emulateNetworkConditions', { ...network, offline: false, uploadThroughput: -1 });
    await until(() => offsets.length > before, 60_000);
    expect(offsets.at(before)).toBeGreaterThan(1_000_000);
    const shown = article(page, 'A heavy one');
    await shown.getByRole('link', { name: 'Picture without a description' }).waitFor({ timeout: 60_000 });
    await page.close();
  });
});
