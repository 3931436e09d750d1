// A post with pictures written anew: its files, words and cover come along; and what is covered stays so until somebody asks.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, composer, describeInBrowser, expectNoFaults, signUpInBrowser } from './acts.ts';
import { attach, attached, photo, tiles } from './media-scene.ts';

describeInBrowser('a post with sensitive pictures in a browser', (browser) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());

  test('is covered, uncovered, deleted and written anew with its files', { timeout: 90_000 }, async () => {
    const { page, faults } = await browser.open(server.origin, { width: 360, height: 780, dark: true });
    await signUpInBrowser(page, 'alice');
    await (await composer(page)).fill('Careful');
    await attach(page, [await photo('one.jpg', 600, 400), await photo('two.jpg', 500, 700, 90)]);
    await attached(page, 2);
    await tiles(page).first().getByRole('button', { name: 'Describe' }).click();
    await page.getByRole('textbox', { name: 'What is to be seen?' }).fill('A disc');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('checkbox', { name: /^Sensitive/ }).check();
    await page.getByRole('button', { name: 'Post', exact: true }).first().click();
    await page.getByRole('button', { name: 'Post anyway' }).click();
    const shown = article(page, 'Careful');
    await shown.getByText('The author marked this as sensitive.').waitFor();
    expect(await shown.getByRole('img').count()).toBe(0);
    await expectNoFaults(page);
    await shown.getByRole('button', { name: 'Show all 2' }).click();
    await shown.getByRole('link', { name: 'A disc' }).waitFor();
    await expectNoFaults(page);
    await page.goto('/@alice/media');
    await page.getByRole('link', { name: /^Post with 2 files/ }).waitFor();
    await expectNoFaults(page);

    await page.goto('/@alice');
    await shown.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete and write anew' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete and write anew' }).click();
    const box = page.getByRole('dialog', { name: 'New post' });
    await until(async () => (await tiles(page).count()) === 2);
    expect(await box.getByRole('textbox').first().inputValue()).toBe('Careful');
    expect(await box.getByRole('checkbox', { name: /^Sensitive/ }).isChecked()).toBe(true);
    await tiles(page)
      .last()
      .getByRole('button', { name: /^Remove/ })
      .click();
    await box.getByRole('textbox').first().fill('Written anew');
    await box.getByRole('button', { name: 'Post', exact: true }).click();
    await box.waitFor({ state: 'detached' });
    await page.goto('/@alice');
    const anew = article(page, 'Written anew');
    await anew.getByRole('button', { name: 'Show', exact: true }).click();
    await anew.getByRole('link', { name: 'A disc' }).waitFor();
    expect(faults).toEqual([]);
  });
});
