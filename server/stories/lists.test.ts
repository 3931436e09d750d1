// Lists in the web app: made, filled from a profile, read live, emptied and removed.
import { expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { article, describeInBrowser, expectNoFaults, signUpInBrowser } from './acts.ts';

describeInBrowser('lists in a browser', (browser) => {
  test.each([
    { width: 360, dark: false },
    { width: 1440, dark: true },
  ])('a list is made, filled, read and removed, at $width px', { timeout: 90_000 }, async ({ width, dark }) => {
    const server = await openTestServer();
    try {
      const { page, faults } = await browser.open(server.origin, { width, height: 800, dark });
      await signUpInBrowser(page, 'alice');
      const bob = await signUp(server, 'bob');
      await bob.api('POST', '/api/v1/statuses', { status: 'Morning chorus' });
      await page.goto('/lists');
      await page.getByText('No lists yet.').waitFor();
      await expectNoFaults(page);
      await page.getByLabel('Name of a new list').fill('Birds');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Birds' }).waitFor();

      await page.goto('/@bob');
      await page.getByRole('button', { name: 'More about this person' }).click();
      await page.getByRole('menuitem', { name: 'Add to lists' }).click();
      const dialog = page.getByRole('dialog', { name: 'Lists with @bob' });
      await dialog.getByRole('switch', { name: 'Birds' }).waitFor();
      await expectNoFaults(page);
      const added = page.waitForResponse((answer) => answer.url().endsWith('/accounts') && answer.ok());
      await dialog.getByRole('switch', { name: 'Birds' }).check();
      await added;
      await page.keyboard.press('Escape');

      await page.goto('/lists');
      await page.getByRole('link', { name: 'Birds' }).click();
      await article(page, 'Morning chorus').waitFor();
      await expectNoFaults(page);
      await bob.api('POST', '/api/v1/statuses', { status: 'Evening chorus' });
      await article(page, 'Evening chorus').waitFor();
      await page.getByRole('link', { name: 'People', exact: true }).click();
      await expectNoFaults(page);
      await page.getByRole('button', { name: 'Take out @bob' }).click();
      await page.getByText('Nobody is in this list yet.').waitFor();
      await page.getByRole('button', { name: 'More about this list' }).click();
      await page.getByRole('menuitem', { name: 'Remove list' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove list' }).click();
      await page.getByText('No lists yet.').waitFor();
      expect(faults).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
