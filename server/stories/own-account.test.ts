// What people do about what they write and who they are: quote, post later, keep drafts, filter, take their archive, move.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, write } from '#server/testing/people.ts';
import { hasFfmpeg } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { article, composer, describeInBrowser, expectNoFaults, openWindow } from './acts.ts';
import { attach, film, photo } from './media-scene.ts';

const sizes = [
  { width: 360, height: 800, dark: true },
  { width: 1440, height: 900, dark: false },
] as const;
const [narrow, wide] = sizes;

describeInBrowser('in a browser', (browser) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());

  const menuOf = async (page: Page, text: string, item: string) => {
    await article(page, text).getByRole('button', { name: 'More' }).click();
    return page.getByRole('menuitem', { name: item });
  };

  test('a post is quoted as far as its author lets them, and taken out of there', { timeout: 90_000 }, async () => {
    const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
    await write(bob, 'Rooks remember faces');
    await write(bob, 'Keep this here', { quote_approval_policy: 'nobody' });
    const { page, faults } = await openWindow(browser, server, ann, narrow);
    await page.goto('/local');
    const refused = await menuOf(page, 'Keep this here', 'Quote');
    expect(await refused.getAttribute('aria-disabled')).toBe('true');
    expect(await refused.innerText()).toContain('Its author lets nobody quote it.');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    await (await menuOf(page, 'Rooks remember', 'Quote')).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Quote' });
    await dialog.getByRole('blockquote').getByText('Rooks remember faces').waitFor();
    await page.keyboard.type('So true');
    await dialog.getByRole('button', { name: 'More for this post' }).press('Enter');
    await page.getByRole('menuitemradio', { name: 'Nobody may quote it' }).press('Enter');
    await expectNoFaults(page);
    await page.keyboard.press('Escape');
    await (await menuOf(page, 'Rooks remember', 'Quote')).press('Enter');
    expect(await dialog.getByRole('textbox').inputValue()).toBe('So true');
    await dialog.getByRole('button', { name: 'Post', exact: true }).click();
    const quoting = article(page, 'So true');
    await quoting.getByRole('blockquote', { name: 'Quoted post by bob' }).waitFor();
    const { body } = await bob.api('GET', `/api/v1/accounts/${ann.accountId}/statuses`);
    expect(body[0].quote_approval.automatic).toEqual([]);

    const his = await openWindow(browser, server, bob, wide);
    await his.page.goto('/local');
    await (await menuOf(his.page, 'So true', 'Take my post out of it')).click();
    await his.page.getByRole('button', { name: 'Take my post out of it' }).click();
    await article(his.page, 'So true')
      .getByText('taken back')
      .or(his.page.getByText('not shown there'))
      .first()
      .waitFor();
    expect([...faults, ...his.faults]).toEqual([]);
  });

  test(
    'a post waits for its time, is moved, rewritten and cancelled; a draft is gone on with',
    { timeout: 90_000 },
    async () => {
      const cleo = await signUp(server, 'cleo');
      const { page, faults } = await openWindow(browser, server, cleo, narrow);
      await page.goto('/');
      await (await composer(page)).fill('Good morning from the past');
      const dialog = page.getByRole('dialog');
      const more = async (item: string) => {
        await dialog.getByRole('button', { name: 'More for this post' }).click();
        await page.getByRole('menuitem', { name: item }).click();
      };
      await more('Post later');
      const time = dialog.getByLabel('Goes out at');
      await time.fill('2020-01-01T10:00');
      await dialog.getByText('at least five minutes from now').waitFor();
      expect(await dialog.getByRole('button', { name: 'Schedule', exact: true }).isDisabled()).toBe(true);
      await time.fill('2099-01-01T10:00');
      await expectNoFaults(page);
      await time.fill('2030-01-01T10:00');
      await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
      await page.getByText('It goes out at').first().waitFor();

      await page.goto('/drafts/scheduled');
      const row = page.getByRole('listitem').filter({ hasText: 'Good morning from the past' });
      await row.getByText('1 Jan 2030').waitFor();
      await expectNoFaults(page);
      await row.getByRole('button', { name: 'Change time' }).click();
      await time.fill('2031-02-03T11:00');
      await page.getByRole('button', { name: 'Save time' }).click();
      await row.getByText('3 Feb 2031').waitFor();
      await row.getByRole('button', { name: 'Edit' }).click();
      expect(await time.inputValue()).toBe('2031-02-03T11:00');
      await dialog.getByRole('textbox').first().fill('Good evening instead');
      await more('Keep as a draft');
      await page.getByText('It is among your drafts').first().waitFor();
      await page.getByText('Nothing is scheduled').waitFor();

      await page.goto('/drafts');
      const kept = page.getByRole('listitem').filter({ hasText: 'Good evening instead' });
      await kept.waitFor();
      await expectNoFaults(page);
      await kept.getByRole('button', { name: 'Go on writing' }).press('Enter');
      expect(await time.inputValue()).toBe('2031-02-03T11:00');
      await more('Post at once');
      await dialog.getByRole('button', { name: 'Post', exact: true }).click();
      await page.getByText('No drafts').waitFor();
      const { body } = await cleo.api('GET', `/api/v1/accounts/${cleo.accountId}/statuses`);
      expect(body.map(({ content }: { content: string }) => content)).toEqual(['<p>Good evening instead</p>']);
      expect(faults).toEqual([]);
    },
  );

  test('a filter is made by keyboard, hides, is changed and removed', { timeout: 90_000 }, async () => {
    const [dora, emil] = [await signUp(server, 'dora'), await signUp(server, 'emil')];
    await write(emil, 'It was the butler');
    await write(emil, 'Nothing to see');
    const { page, faults } = await openWindow(browser, server, dora, wide);
    await page.goto('/settings/filters');
    await page.getByRole('button', { name: 'New filter' }).press('Enter');
    await page.keyboard.type('Finale');
    await page.getByRole('textbox', { name: 'Word 1' }).focus();
    await page.keyboard.type('murderer');
    await page.keyboard.press('Enter');
    await page.keyboard.type('butle');
    await page.getByRole('radio', { name: 'Hide it altogether' }).check();
    await page.getByRole('combobox', { name: 'How long' }).selectOption({ label: 'For 7 days' });
    await expectNoFaults(page);
    await page.getByRole('button', { name: 'Save filter' }).press('Enter');
    await page.getByRole('heading', { name: 'Finale' }).waitFor();
    await expectNoFaults(page);
    await page.goto('/local');
    await article(page, 'It was the butler').waitFor();

    await page.goto('/settings/filters');
    await page.getByRole('button', { name: 'Change Finale' }).click();
    await page.getByRole('button', { name: 'Remove murderer' }).click();
    await page.getByRole('textbox', { name: 'Word 1' }).fill('butler');
    await page.getByRole('button', { name: 'Save filter' }).click();
    await page.getByText('Filter saved.').first().waitFor();
    const { body } = await dora.api('GET', '/api/v2/filters');
    expect(body).toMatchObject([{ filter_action: 'hide', keywords: [{ keyword: 'butler', whole_word: true }] }]);
    await page.goto('/local');
    await article(page, 'Nothing to see').waitFor();
    expect(await page.getByText('It was the butler').count()).toBe(0);

    await page.goto('/settings/filters');
    await page.getByRole('button', { name: 'Remove Finale' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No filters').waitFor();
    expect(faults).toEqual([]);
  });

  test(
    'the archive is asked for and fetched, the letters change their language, a list its title',
    { timeout: 90_000 },
    async () => {
      const fred = await signUp(server, 'fred');
      const { page, faults } = await openWindow(browser, server, fred, narrow);
      await page.goto('/settings/account');
      await page.getByRole('button', { name: 'Ask for an archive' }).click();
      await server.settle();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download' }).click();
      expect((await download).suggestedFilename()).toMatch(/^archive-.*\.zip$/);
      await page.getByRole('combobox', { name: 'Language of letters' }).selectOption({ label: 'Deutsch' });
      await page.getByText('The server writes to you in this language').first().waitFor();
      await expectNoFaults(page);
      expect((await fred.api('GET', '/api/preferences/language')).body.language).toBe('de');

      const { body: list } = await fred.api('POST', '/api/v1/lists', { title: 'Brids' });
      await page.goto(`/lists/${list.id}`);
      await page.getByRole('button', { name: 'More about this list' }).click();
      await page.getByRole('menuitem', { name: 'Rename list' }).click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('Birds');
      await expectNoFaults(page);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Birds' }).waitFor();
      expect(faults).toEqual([]);
    },
  );

  test('somebody goes on under another account, and is told what that does first', { timeout: 90_000 }, async () => {
    const [old, young] = [await signUp(server, 'gina'), await signUp(server, 'gina_new')];
    const { page, faults } = await openWindow(browser, server, old, narrow);
    await page.goto('/settings/moving');
    const go = async () => {
      await page.getByLabel('New account').fill('gina_new');
      await page.getByRole('button', { name: 'Move', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Move', exact: true }).click();
    };
    await go();
    await page.getByRole('alert').filter({ hasText: 'alias' }).waitFor();
    const other = await openWindow(browser, server, young, wide);
    await other.page.goto('/settings/moving');
    await other.page.getByLabel('Old account').fill('gina');
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('listitem').filter({ hasText: '@gina' }).waitFor();
    await expectNoFaults(other.page);
    await go();
    await page.getByText('This account points to @gina_new.').waitFor();
    await expectNoFaults(page);
    expect([...faults, ...other.faults]).toEqual([]);
  });

  test.skipIf(!hasFfmpeg)('a film gets the cover that its owner chose', { timeout: 120_000 }, async () => {
    const jana = await signUp(server, 'jana');
    const { page, faults } = await openWindow(browser, server, jana, narrow);
    await page.goto('/local');
    await (await composer(page)).fill('They fly');
    await attach(page, [await film('flight.mp4', 1)]);
    await page
      .getByRole('list', { name: 'Attached files' })
      .getByRole('button', { name: /^Describe/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Describe' });
    const choose = dialog.getByRole('button', { name: 'Choose a cover' });
    await choose.waitFor({ timeout: 60_000 });
    const chooser = page.waitForEvent('filechooser');
    await choose.press('Enter');
    await (await chooser).setFiles(await photo('cover.jpg', 320, 240));
    await page.getByText('The cover is set.').first().waitFor();
    await dialog.getByRole('textbox').fill('Rooks in flight');
    await expectNoFaults(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('button', { name: 'Post', exact: true }).click();
    await article(page, 'They fly').waitFor();
    const { body } = await jana.api('GET', `/api/v1/accounts/${jana.accountId}/statuses`);
    expect(body[0].media_attachments[0].preview_url).toContain('thumbnail');
    expect(faults).toEqual([]);
  });

  test('a thread says that more is looked for, and takes it in', { timeout: 60_000 }, async () => {
    const [hana, ivo] = [await signUp(server, 'hana'), await signUp(server, 'ivo')];
    const id = await write(ivo, 'Who has seen a rook today?');
    const { page } = await openWindow(browser, server, hana, narrow);
    // Another server's answers take their time: the header and the search's end are told here when the story wants it.
    let status = 'running';
    await page.route('**/context', async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'mastodon-async-refresh': 'id="x", retry=1, result_count=0' };
      await route.fulfill({ response, headers });
    });
    await page.route('**/async_refreshes/x', (route) =>
      route.fulfill({ json: { async_refresh: { id: 'x', status, result_count: status === 'running' ? 0 : 1 } } }),
    );
    await page.goto(`/@ivo/${id}`);
    await page.getByText('Looking for more replies…').waitFor();
    await write(ivo, 'I have', { in_reply_to_id: id });
    status = 'finished';
    await article(page, 'I have').waitFor();
    await page.getByText('Looking for more replies…').waitFor({ state: 'detached' });
  });
});
