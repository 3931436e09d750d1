// Every page, as people meet it: narrow and wide, light and dark, by keyboard, and when the server is away.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, composer, describeInBrowser, signUpInBrowser, writePost } from './acts.ts';

describeInBrowser('in a browser', (browser) => {
  test.each([
    { width: 360, dark: false },
    { width: 1440, dark: true },
  ])(
    'every page is usable and free of accessibility faults at $width px (dark: $dark)',
    { timeout: 120_000 },
    async ({ width, dark }) => {
      const server = await openTestServer();
      try {
        const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
        await signUpInBrowser(page, 'alice');
        const bob = await signUp(server, 'bob');
        await bob.api('POST', '/api/v1/statuses', {
          status: 'A post by bob #birds https://example.org/a-rather-long-address/that-goes-on-and-on',
          spoiler_text: '',
        });
        await bob.api('POST', '/api/v1/statuses', { status: '@alice hello', spoiler_text: 'greeting' });
        await writePost(page, 'Good morning @bob #birds');
        await article(page, 'Good morning').waitFor();
        const mine = await page.evaluate(
          () => document.querySelector('article a[href*="/@alice/"]')?.getAttribute('href') ?? '/',
        );
        for (const path of [
          '/',
          '/local',
          '/public',
          '/tags/birds',
          '/notifications',
          '/@alice',
          '/@bob',
          mine,
          '/search?q=bob',
          '/bookmarks',
          '/follow-requests',
          '/settings',
          '/settings/security',
          '/about',
          '/sign-in',
          '/nowhere',
        ]) {
          await page.goto(path);
          await page.waitForLoadState('networkidle');
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(wider, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect(
            violations.map(
              ({ id, nodes }) => `${path}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
            ),
          ).toEqual([]);
        }
        // Whoever wants no motion sees another theme at once, however deep the element.
        await page.goto('/@bob');
        await article(page, 'A post by bob').waitFor();
        await page.emulateMedia({ colorScheme: dark ? 'light' : 'dark' });
        const inks = await page.evaluate(() =>
          [document.documentElement, document.querySelector('article a[href="/@bob"]')].map(
            (element) => element && getComputedStyle(element).color,
          ),
        );
        expect(inks[1]).toBe(inks[0]);
        expect(faults).toEqual([]);
      } finally {
        await server.close();
      }
    },
  );

  test('somebody who uses the keyboard alone can read, like and write', { timeout: 60_000 }, async () => {
    const server = await openTestServer();
    try {
      const { page } = await browser.open(server.origin);
      await signUpInBrowser(page, 'alice');
      const bob = await signUp(server, 'bob');
      await bob.api('POST', '/api/v1/statuses', { status: 'first by bob' });
      await bob.api('POST', '/api/v1/statuses', { status: 'second by bob' });
      await page.goto('/local');
      await article(page, 'second by bob').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      expect(await page.evaluate(() => document.activeElement?.closest('article')?.textContent)).toContain(
        'first by bob',
      );
      await page.keyboard.press('l');
      await article(page, 'first by bob').getByRole('button', { name: /^Like/, pressed: true }).waitFor();
      await page.keyboard.press('n');
      await page.getByRole('dialog').getByRole('textbox').first().waitFor();
      await page.keyboard.type('written by keyboard');
      await page.keyboard.press('Control+Enter');
      await article(page, 'written by keyboard').waitFor();
    } finally {
      await server.close();
    }
  });

  test('nothing typed is lost: a draft survives a reload and a server that is away', { timeout: 60_000 }, async () => {
    const server = await openTestServer();
    const { page } = await browser.open(server.origin);
    try {
      await signUpInBrowser(page, 'alice');
      await (await composer(page)).fill('half a thought');
      await page.reload();
      const box = await composer(page);
      await until(async () => (await box.inputValue()) === 'half a thought');
      await page.route('**/api/v1/statuses', (route) => route.abort());
      await page.getByRole('button', { name: 'Post', exact: true }).first().click();
      await page
        .getByText(/could not be reached/)
        .first()
        .waitFor();
      expect(await box.inputValue()).toBe('half a thought');
      await page.unroute('**/api/v1/statuses');
      await page.getByRole('button', { name: 'Post', exact: true }).first().click();
      await article(page, 'half a thought').waitFor();
    } finally {
      await server.close();
    }
  });
});
