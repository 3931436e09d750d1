// Pictures and a film from somebody's disk to somebody else's screen: sent, described, put in order, shown, looked at closer, read.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import { signUp } from '#server/testing/people.ts';
import { hasFfmpeg } from '#server/testing/recordings.ts';
import { openTestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, composer, signUpInBrowser, expectNoFaults } from './acts.ts';
import { attach, film, photo, tiles, type ChosenFile } from './media-scene.ts';

const post = (page: Page) => page.getByRole('button', { name: 'Post', exact: true }).first();

/** Walks through all files and writes the words. */
async function describeAll(page: Page, words: string[]): Promise<void> {
  await tiles(page)
    .first()
    .getByRole('button', { name: /^Describe/ })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Describe' });
  for (const [place, text] of words.entries()) {
    await dialog.getByText(`${place + 1} of ${words.length}`).waitFor();
    await dialog.getByRole('textbox').fill(text);
    if (place === 0) await expectNoFaults(page);
    await dialog
      .getByRole('button', { name: place < words.length - 1 ? 'Next' : 'Done' })
      .last()
      .click();
  }
  await dialog.waitFor({ state: 'detached' });
}

const scaleOf = (page: Page) => page.locator('[data-scale]').getAttribute('data-scale');

/** Drags with one finger or the mouse over the open picture. */
async function swipe(page: Page, by: number): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  await page.mouse.move(width / 2, height / 3);
  await page.mouse.down();
  await page.mouse.move(width / 2 + by / 2, height / 3, { steps: 4 });
  await page.mouse.move(width / 2 + by, height / 3, { steps: 4 });
  await page.mouse.up();
}

async function lookAtAll(page: Page): Promise<void> {
  const shown = article(page, 'Three from the rookery');
  const second = shown.getByRole('link', { name: 'The nest' });
  await second.click();
  const viewer = page.getByRole('dialog', { name: 'Pictures' });
  await viewer.getByText('1 of 3', { exact: false }).waitFor({ state: 'attached' });
  await expectNoFaults(page);

  await viewer.getByRole('button', { name: 'Zoom in' }).click();
  expect(Number(await scaleOf(page))).toBeGreaterThan(1.4);
  await page.keyboard.press('-');
  await until(async () => (await scaleOf(page)) === '1');
  await page.mouse.move(200, 300);
  await page.mouse.wheel(0, -400);
  await until(async () => Number(await scaleOf(page)) > 1.5);
  await page.keyboard.press('0');

  await swipe(page, -260);
  await viewer.getByText('2 of 3. Rooks in the field').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowRight');
  await viewer.getByText('3 of 3. They fly').waitFor({ state: 'attached' });
  await page.keyboard.press('Home');
  await viewer.getByText('1 of 3. The nest').waitFor({ state: 'attached' });

  const words = viewer.getByRole('region', { name: 'Description' });
  await words.focus();
  await page.keyboard.press('ArrowDown');
  expect(await words.textContent()).toContain('The nest');
  expect(await viewer.getByRole('link', { name: 'Open the original' }).getAttribute('href')).toMatch(/^http/);

  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.querySelector('img')?.getAttribute('alt'))).toContain(
    'The nest',
  );
  await second.click();
  await viewer.waitFor();
  await page.goBack();
  await viewer.waitFor({ state: 'detached' });
  expect(new URL(page.url()).pathname).toBe('/local');
}

describe.skipIf(!hasBrowser() || !hasFfmpeg)('pictures and a film in a browser', () => {
  let browser: TestBrowser;
  let files: ChosenFile[];
  beforeAll(async () => {
    browser = await openBrowser();
    files = [await photo('field.jpg', 1600, 1000), await photo('nest.jpg', 900, 1200, 30), await film('flight.mp4', 2)];
  }, 120_000);
  afterAll(() => browser.close());

  test.each([
    { width: 360, dark: false },
    { width: 1440, dark: true },
  ])('go from one person to another, at $width px (dark: $dark)', { timeout: 300_000 }, async ({ width, dark }) => {
    const server = await openTestServer();
    try {
      const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
      await signUpInBrowser(page, 'alice');
      await (await composer(page)).fill('Three from the rookery');
      await attach(page, files);
      await until(async () => (await tiles(page).count()) === 3);
      await page.getByRole('progressbar').first().waitFor({ state: 'attached' });
      await expectNoFaults(page);
      await describeAll(page, [
        'Rooks in the field',
        `The nest.${' It is high up in the tree.'.repeat(40)}`,
        'They fly',
      ]);
      await tiles(page)
        .nth(1)
        .getByRole('button', { name: /^Move earlier/ })
        .click();
      await until(async () => (await tiles(page).first().textContent())?.includes('Described') === true);
      await tiles(page)
        .first()
        .getByRole('button', { name: /^Described: The nest/ })
        .waitFor();
      // Whether the film is ready by now or not: it goes out when it is.
      await post(page).click();
      const own = article(page, 'Three from the rookery');
      await own.waitFor({ timeout: 170_000 });
      expect(await own.getByRole('link', { name: /nest|field|fly/ }).count()).toBe(3);

      const bob = await signUp(server, 'bob');
      const [status] = (await bob.api('GET', '/api/v1/timelines/public?local=true')).body;
      expect(status.media_attachments.map((one: { type: string }) => one.type)).toEqual(['image', 'image', 'video']);
      expect(status.media_attachments[0].description).toContain('The nest');

      const { page: other, faults: otherFaults } = await browser.open(server.origin, {
        width,
        height: 800,
        dark: !dark,
      });
      await signUpInBrowser(other, 'carol');
      await other.goto('/local');
      await article(other, 'Three from the rookery').getByRole('link', { name: 'The nest' }).waitFor();
      await expectNoFaults(other);
      await lookAtAll(other);
      await other.goto('/@alice/media');
      await other.getByRole('link', { name: /^Post with 3 files/ }).waitFor();
      await expectNoFaults(other);
      expect([...faults, ...otherFaults]).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
