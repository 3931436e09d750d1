// What stands before, above and inside posts in the web app: the reader's filters, pins, quotes; and the quiet of a muted conversation.
import { expect, test } from 'vitest';
import { signUp, write } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, describeInBrowser, expectNoFaults, signUpInBrowser, writePost } from './acts.ts';

const sizes = [
  { width: 360, dark: false },
  { width: 1440, dark: true },
];

describeInBrowser('reading in a browser', (browser) => {
  test.each(sizes)(
    'filters warn or hide where they apply, at $width px',
    { timeout: 90_000 },
    async ({ width, dark }) => {
      const server = await openTestServer();
      try {
        const { page } = await browser.open(server.origin, { width, height: 800, dark });
        await signUpInBrowser(page, 'alice');
        const bob = await signUp(server, 'bob');
        const own = (method: string, path: string, body: object) =>
          page.evaluate(
            async ([verb, address, text]) => {
              const headers = {
                authorization: `Bearer ${localStorage.getItem('rookery:token')}`,
                'content-type': 'application/json',
              };
              return (await fetch(address, { method: verb, headers, body: text })).status;
            },
            [method, path, JSON.stringify(body)] as const,
          );
        const filter = (title: string, word: string, action: string) =>
          own('POST', '/api/v2/filters', {
            title,
            context: ['public'],
            filter_action: action,
            keywords_attributes: [{ keyword: word }],
          });
        expect(await filter('Finale', 'butler', 'warn')).toBe(200);
        expect(await filter('Enough', 'weather', 'hide')).toBe(200);
        await write(bob, 'It was the butler');
        await write(bob, 'Nice weather');
        await write(bob, 'Good morning');
        await page.goto('/local');
        await article(page, 'Good morning').waitFor();
        const covered = page.getByRole('article', { name: 'Filtered: Finale' });
        await covered.waitFor();
        expect(await page.getByText('butler').count()).toBe(0);
        expect(await page.getByText('weather').count()).toBe(0);
        await expectNoFaults(page);
        await covered.getByRole('button', { name: 'Show anyway' }).press('Enter');
        await article(page, 'It was the butler').waitFor();
        expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
        await page.goto('/@bob');
        await article(page, 'Nice weather').waitFor();
        await article(page, 'It was the butler').waitFor();
      } finally {
        await server.close();
      }
    },
  );

  test(
    'a post is pinned to one’s profile and taken down, and a conversation falls silent',
    { timeout: 90_000 },
    async () => {
      const server = await openTestServer();
      try {
        const { page } = await browser.open(server.origin);
        await signUpInBrowser(page, 'alice');
        await writePost(page, 'Read this first');
        await article(page, 'Read this first').waitFor();
        await page.goto('/@alice');
        const choose = async (item: string) => {
          await article(page, 'Read this first').getByRole('button', { name: 'More' }).click();
          await page.getByRole('menuitem', { name: item }).click();
        };
        await choose('Pin to profile');
        const pinned = page.getByRole('region', { name: 'Pinned posts' });
        await pinned.getByText('Pinned', { exact: true }).waitFor();
        await expectNoFaults(page);
        await page.reload();
        await pinned.getByText('Read this first').waitFor();
        await choose('Mute conversation');
        await page.getByText('You get no more notifications from this conversation.').first().waitFor();
        await choose('Unmute conversation');
        await page.getByText('You get notifications from this conversation again.').first().waitFor();
        await choose('Unpin from profile');
        await pinned.waitFor({ state: 'detached' });
        await article(page, 'Read this first').waitFor();
      } finally {
        await server.close();
      }
    },
  );

  test.each(sizes)(
    'a quoted post is a card that leads to it, at $width px',
    { timeout: 90_000 },
    async ({ width, dark }) => {
      const server = await openTestServer();
      try {
        const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
        await signUpInBrowser(page, 'alice');
        const [bob, carol] = [await signUp(server, 'bob'), await signUp(server, 'carol')];
        const quoted = await write(bob, 'Rooks remember faces');
        const quoting = await write(carol, 'So true', { quoted_status_id: quoted });
        await write(bob, 'Thank you', { quoted_status_id: quoting });
        await page.goto('/local');
        const card = page.getByRole('blockquote', { name: 'Quoted post by bob' });
        await card.getByText('Rooks remember faces').waitFor();
        const outer = article(page, 'Thank you');
        await outer.getByText('This post quotes another one.').waitFor();
        await expectNoFaults(page);
        await outer.getByText('So true').click();
        await until(() => page.url().endsWith(`/@carol/${quoting}`));
        await bob.api('DELETE', `/api/v1/statuses/${quoted}`);
        await server.settle();
        await page.goto('/local');
        await page.getByText('The quoted post was deleted.').waitFor();
        expect(faults).toEqual([]);
      } finally {
        await server.close();
      }
    },
  );
});
