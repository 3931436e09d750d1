// Polls in the web app: asked in the composer, answered by mouse and keyboard, followed live, and free of accessibility faults.
import { expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { article, composer, describeInBrowser, expectNoFaults, signUpInBrowser } from './acts.ts';

const question = { options: ['Rook', 'Jackdaw', 'Magpie'], expires_in: 3600 };

describeInBrowser('polls in a browser', (browser) => {
  test.each([
    { width: 360, dark: false },
    { width: 1440, dark: true },
  ])('somebody asks and others vote, at $width px (dark: $dark)', { timeout: 120_000 }, async ({ width, dark }) => {
    const server = await openTestServer();
    try {
      const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
      await signUpInBrowser(page, 'alice');
      const bob = await signUp(server, 'bob');
      await bob.api('POST', '/api/v1/statuses', { status: 'Which bird?', poll: question });
      await bob.api('POST', '/api/v1/statuses', { status: 'Which birds?', poll: { ...question, multiple: true } });

      await (await composer(page)).fill('Where do you nest?');
      const post = page.getByRole('button', { name: 'Post', exact: true }).first();
      await page.getByRole('button', { name: 'Poll', exact: true }).click();
      expect(await post.isDisabled()).toBe(true);
      await page.getByRole('textbox', { name: 'Answer 1' }).fill('In a tree');
      await page.keyboard.press('Enter');
      await page.keyboard.type('On a roof');
      await page.keyboard.press('Enter');
      await page.keyboard.type('On a roof');
      await page.getByText('Two answers are the same.').last().waitFor();
      await page.keyboard.type('top');
      await page.getByRole('combobox', { name: 'Open for' }).selectOption({ label: '3 days' });
      await expectNoFaults(page);
      await post.click();
      const own = article(page, 'Where do you nest?');
      await own.getByText('No votes yet · 3 days left').waitFor();
      expect(await own.getByRole('listitem').allTextContents()).toEqual([
        '0%In a tree0 votes',
        '0%On a roof0 votes',
        '0%On a rooftop0 votes',
      ]);

      await page.goto('/local');
      const one = article(page, 'Which bird?');
      await one.getByRole('radio', { name: 'Jackdaw' }).waitFor();
      await expectNoFaults(page);
      await one.getByRole('radio', { name: 'Rook' }).focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await one.getByText('1 person voted').waitFor();
      expect(await one.getByRole('listitem').filter({ hasText: 'Your vote' }).textContent()).toContain('Jackdaw');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Poll');

      const several = article(page, 'Which birds?');
      await several.getByRole('checkbox', { name: 'Rook' }).check();
      await several.getByRole('checkbox', { name: 'Magpie' }).check();
      await several.getByRole('button', { name: 'Vote' }).click();
      await several.getByText('1 person voted').waitFor();
      expect(await several.getByRole('listitem').filter({ hasText: '100%' }).count()).toBe(2);
      await expectNoFaults(page);
      expect(faults).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test(
    'a poll that is being written outlives a reload, and one that is switched off comes back',
    { timeout: 60_000 },
    async () => {
      const server = await openTestServer();
      try {
        const { page } = await browser.open(server.origin);
        await signUpInBrowser(page, 'alice');
        await (await composer(page)).fill('Tea?');
        await page.getByRole('button', { name: 'Poll', exact: true }).click();
        await page.getByRole('textbox', { name: 'Answer 1' }).fill('Yes');
        await page.getByRole('textbox', { name: 'Answer 2' }).fill('No');
        await page.reload();
        const first = page.getByRole('textbox', { name: 'Answer 1' });
        await until(async () => (await first.inputValue()) === 'Yes');
        await page.getByRole('button', { name: 'Poll', exact: true }).click();
        await first.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Poll', exact: true }).click();
        expect(await page.getByRole('textbox', { name: 'Answer 2' }).inputValue()).toBe('No');
      } finally {
        await server.close();
      }
    },
  );

  test(
    'counts and the end reach a page that stays open, and results that are kept back appear',
    { timeout: 90_000 },
    async () => {
      let moved = 0;
      const server = await openTestServer({ clock: () => new Date(Date.now() + moved) });
      try {
        const { page } = await browser.open(server.origin);
        await signUpInBrowser(page, 'alice');
        const [bob, carol] = [await signUp(server, 'bob'), await signUp(server, 'carol')];
        const { body } = await bob.api('POST', '/api/v1/statuses', {
          status: 'Which bird?',
          poll: { ...question, hide_totals: true },
        });
        await page.goto('/local');
        const asked = article(page, 'Which bird?');
        await asked.getByText('Results are shown when the poll ends').waitFor();
        await asked.getByRole('radio', { name: 'Rook' }).check();
        await asked.getByRole('button', { name: 'Vote' }).click();
        await asked.getByText('1 person voted').waitFor();
        await carol.api('POST', `/api/v1/polls/${body.id}/votes`, { choices: [0] });
        moved = 61_000;
        await server.settle();
        await asked.getByText('2 people voted').waitFor();
        expect(await asked.getByRole('listitem').filter({ hasText: 'Your vote' }).textContent()).not.toContain('%');
        moved = 3_601_000;
        await server.settle();
        await asked.getByText('Ended').waitFor();
        expect(await asked.getByRole('listitem').filter({ hasText: 'Your vote' }).textContent()).toBe(
          '100%RookYour vote2 votes',
        );
      } finally {
        await server.close();
      }
    },
  );
});
