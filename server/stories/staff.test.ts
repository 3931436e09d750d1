// What the staff does in the web app: block servers, take over lists, undo it, look after emoji, relays and deliveries.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openSite } from '#server/testing/site.ts';
import { openStranger } from '#server/testing/stranger.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { expectNoFaultsAnywhere, openWindow } from './acts.ts';

describe.skipIf(!hasBrowser())('the staff in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let admin: Person;
  let page: Page;
  let faults: string[];
  /** Where a list of blocks lies. */
  let shelf: Server;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await openTestServer();
    admin = await signUp(server, 'root', { role: 'admin' });
    ({ page, faults } = await openWindow(browser, server, admin));
    shelf = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/csv' }).end('#domain,#severity\nfrom-list.example,suspend\n'),
    );
    await new Promise<void>((resolve) => shelf.listen(0, '127.0.0.1', resolve));
  }, 120_000);
  afterAll(async () => {
    shelf?.close();
    await browser.close();
    await server.close();
    expect(faults).toEqual([]);
  });

  const row = (text: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: text });
  const blocked = async (): Promise<Record<string, string>> => {
    const { body } = await admin.api('GET', '/api/v1/admin/domain_blocks');
    return Object.fromEntries(
      body.map(({ domain, severity }: Record<string, string>) => [domain, severity]).toSorted(),
    );
  };

  test('a server is blocked by keyboard, found, limited instead, and free again', { timeout: 90_000 }, async () => {
    await page.goto('/settings/server');
    await page.getByRole('link', { name: 'Other servers' }).press('Enter');
    await page.getByText('No server is blocked').waitFor();
    await page.getByRole('button', { name: 'Block a server' }).press('Enter');
    await page.keyboard.type('not a name');
    await page.keyboard.press('Enter');
    await page.getByText('Domain is not a valid domain name').waitFor();
    await page.getByLabel('Name of the server').fill('Evil.example');
    await page.getByLabel('Reason', { exact: true }).fill('harassment');
    await page.getByLabel('Note', { exact: true }).fill('three reports');
    await expectNoFaultsAnywhere(page);
    await page.getByRole('button', { name: 'Block', exact: true }).press('Enter');
    await row('evil.example').getByText('harassment').waitFor();
    await expectNoFaultsAnywhere(page);
    expect(await blocked()).toEqual({ 'evil.example': 'suspend' });
    await page.getByLabel('Find a server').fill('kind');
    await page.getByText('No blocked server is called so').waitFor();
    await page.getByLabel('Find a server').fill('evil');
    await row('evil.example').getByRole('button', { name: 'Change the block of evil.example' }).click();
    await page.getByRole('radio', { name: 'Limited' }).check();
    await page.getByRole('switch', { name: 'Do not take its reports' }).check();
    await page.getByRole('button', { name: 'Save block' }).click();
    await row('evil.example').getByText('Limited · No reports').waitFor();
    await page.getByRole('button', { name: 'End block of evil.example' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End block' }).click();
    await row('evil.example').waitFor({ state: 'detached' });
    expect(await blocked()).toEqual({});
  });

  test('a file and a list are looked at, taken over, and taken back', { timeout: 90_000 }, async () => {
    await page.goto('/settings/server/blocks/lists');
    const csv = 'one.example\ntwo.example\nnot a name\n';
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file' }).press('Enter');
    await (await chooser).setFiles({ name: 'blocks.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByText('2 servers are blocked').click();
    await row('one.example: Suspended').waitFor();
    await page.getByText('1 line is not used').waitFor();
    await expectNoFaultsAnywhere(page);
    expect(await blocked()).toEqual({});
    await page.getByRole('button', { name: 'Take over 2 changes' }).click();
    await page.getByText('2 servers are changed.').first().waitFor();
    expect(await blocked()).toEqual({ 'one.example': 'suspend', 'two.example': 'suspend' });

    const { port } = shelf.address() as AddressInfo;
    await page.getByLabel('Address of a list').fill(`http://127.0.0.1:${port}/list.csv`);
    await page.keyboard.press('Enter');
    await page.getByText('1 server is blocked').waitFor();
    await page.getByRole('button', { name: 'Follow this list' }).press('Enter');
    const list = row(`127.0.0.1:${port}/list.csv`);
    await list.getByText('1 name · 1 block').waitFor();
    await list.getByRole('button', { name: /^Stop following/ }).click();
    await page.getByRole('button', { name: 'Keep its blocks' }).click();
    await list.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'History' }).click();
    const taken = row('From a file');
    await taken.getByText('@root').waitFor();
    await expectNoFaultsAnywhere(page);
    await taken.getByRole('button', { name: /^Undo what was done/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Taken back for 2 servers.').first().waitFor();
    await taken.getByText('Undone').waitFor();
    expect(await blocked()).toEqual({ 'from-list.example': 'suspend' });
  });

  test('a server is put on the list of those that count, and taken off again', { timeout: 60_000 }, async () => {
    const allowed = async (): Promise<string[]> =>
      (await admin.api('GET', '/api/v1/admin/domain_allows')).body.map(({ domain }: { domain: string }) => domain);
    await page.goto('/settings/server/blocks');
    await page.getByRole('link', { name: 'Allowed', exact: true }).click();
    await page.getByText('This list counts once FEDERATION is set to allow-list').waitFor();
    await page.getByText('No server is on the list').waitFor();
    await page.getByLabel('Name of the server').fill('not a name');
    await page.keyboard.press('Enter');
    await page.getByText('Domain is not a valid domain name').waitFor();
    await page.getByLabel('Name of the server').fill('Friend.example');
    await page.keyboard.press('Enter');
    await row('friend.example').waitFor();
    await expectNoFaultsAnywhere(page);
    expect(await allowed()).toEqual(['friend.example']);
    await page.getByRole('button', { name: 'Take off the list: friend.example' }).press('Enter');
    await row('friend.example').waitFor({ state: 'detached' });
    expect(await allowed()).toEqual([]);
  });

  test('an emoji is added, switched off and on, moved and deleted', { timeout: 90_000 }, async () => {
    await page.goto('/settings/server/emojis');
    await page.getByText('No emoji yet').waitFor();
    await page.getByRole('button', { name: 'Add an emoji' }).press('Enter');
    const picture = sharp({ create: { width: 64, height: 64, channels: 4, background: '#c33' } });
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a picture' }).press('Enter');
    const buffer = await picture.png().toBuffer();
    await (await chooser).setFiles({ name: 'Red Rook.png', mimeType: 'image/png', buffer });
    expect(await page.getByLabel('Shortcode').inputValue()).toBe('Red_Rook');
    await page.getByLabel('Shortcode').fill('red rook');
    await page.getByRole('button', { name: 'Add emoji' }).press('Enter');
    await page.getByText('the shortcode must be 2 to 50 letters').waitFor();
    await page.getByLabel('Shortcode').fill('red_rook');
    await expectNoFaultsAnywhere(page);
    await page.getByRole('button', { name: 'Add emoji' }).press('Enter');
    await row(':red_rook:').waitFor();
    await expectNoFaultsAnywhere(page);
    const usable = async () => (await admin.api('GET', '/api/v1/custom_emojis')).body.length;
    await page.getByRole('button', { name: 'Switch off :red_rook:' }).press('Enter');
    await row(':red_rook:').getByText('Switched off').waitFor();
    expect(await usable()).toBe(0);
    await page.getByRole('button', { name: 'Switch on :red_rook:' }).press('Enter');
    await page.getByRole('button', { name: 'Change :red_rook:' }).click();
    await page.getByLabel('Heading').fill('Birds');
    await page.getByRole('switch', { name: 'Offer it in pickers' }).uncheck();
    await page.getByRole('button', { name: 'Save emoji' }).click();
    await row(':red_rook:').getByText('Birds · Not offered').waitFor();
    await page.getByRole('button', { name: 'Delete :red_rook:' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No emoji yet').waitFor();
    expect(await usable()).toBe(0);
  });

  test('an emoji of another server is found by a post that shows it, and taken over', { timeout: 90_000 }, async () => {
    const there = await openStranger();
    const pictures = await openSite();
    const body = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#3c3' } })
      .png()
      .toBuffer();
    pictures.show('/rook.png', { headers: { 'content-type': 'image/png' }, body });
    const eve = await there.person('eve');
    const id = `${eve.uri}/notes/1`;
    const icon = { type: 'Image', mediaType: 'image/png', url: pictures.at('/rook.png', 'localhost') };
    there.show(new URL(id).pathname, {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id,
      type: 'Note',
      attributedTo: eve.uri,
      content: '<p>:rook:</p>',
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      tag: [{ type: 'Emoji', name: ':rook:', icon }],
    });
    await page.goto('/settings/server/emojis');
    await page.getByRole('button', { name: 'Copy from a post' }).press('Enter');
    await page.keyboard.type(`${there.origin}/nothing`);
    await page.keyboard.press('Enter');
    await page.getByText('No emoji of another server is found there').waitFor();
    await page.getByLabel('Address of a post').fill(id);
    await page.keyboard.press('Enter');
    const found = page.getByRole('button', { name: ':rook:' });
    await found.waitFor();
    await expectNoFaultsAnywhere(page);
    await found.press('Enter');
    expect(await page.getByLabel('Shortcode').inputValue()).toBe('rook');
    await page.getByLabel('Shortcode').fill('green_rook');
    await page.getByRole('button', { name: 'Add emoji' }).press('Enter');
    await row(':green_rook:').waitFor();
    expect((await admin.api('GET', '/api/v1/custom_emojis')).body).toMatchObject([{ shortcode: 'green_rook' }]);
    await Promise.all([there.close(), pictures.close()]);
  });

  test('a relay is asked, its answer appears, and it is left', { timeout: 90_000 }, async () => {
    await page.goto('/settings/server/relays');
    await page.getByText('No relays yet').waitFor();
    await page.getByLabel('Address of a relay').fill('no address');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'A relay is named by the https address' }).waitFor();
    await page.getByLabel('Address of a relay').fill('https://relay.example/inbox');
    await page.keyboard.press('Enter');
    const relay = row('https://relay.example/inbox');
    await relay.getByText('Has not answered yet').waitFor();
    await expectNoFaultsAnywhere(page);
    await server.ctx.database.pool.query(`update relays set state = 'accepted', answered_at = now()`);
    await relay.getByText('In use').waitFor();
    await relay.getByRole('button', { name: 'Pause https://relay.example/inbox' }).press('Enter');
    await relay.getByText('Paused').waitFor();
    await relay.getByRole('button', { name: 'Ask again: https://relay.example/inbox' }).press('Enter');
    await relay.getByText('Has not answered yet').waitFor();
    await relay.getByRole('button', { name: 'Leave https://relay.example/inbox' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByText('No relays yet').waitFor();
    expect((await admin.api('GET', '/api/admin/relays')).body).toEqual([]);
  });

  test('servers that do not answer are shown, and tried again', { timeout: 90_000 }, async () => {
    await server.ctx.database.pool.query(
      `insert into remote_hosts (host, failures, failures_since, closed_until) values
        ('closed.example', 6, now(), now() + interval '20 minutes'), ('well.example', 0, null, null)`,
    );
    await page.goto('/settings/server/hosts');
    await row('closed.example').getByText('Asked once in half an hour').waitFor();
    expect(await row('well.example').count()).toBe(0);
    await expectNoFaultsAnywhere(page);
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'All servers' });
    await row('well.example').getByText('Takes what is sent').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'All that do not answer' });
    await page.getByRole('button', { name: 'Try again now: closed.example' }).press('Enter');
    await page.getByText('closed.example is tried again.').first().waitFor();
    await row('closed.example').waitFor({ state: 'detached' });
  });

  test(
    'a moderator reads what is blocked and lets people in, and changes nothing else',
    { timeout: 60_000 },
    async () => {
      await admin.api('POST', '/api/v1/admin/domain_blocks', { domain: 'known.example', severity: 'silence' });
      const moderator = await signUp(server, 'mod', { role: 'moderator' });
      const theirs = await openWindow(browser, server, moderator, { width: 360, dark: true });
      await theirs.page.goto('/settings/server');
      await theirs.page.getByText('Nobody is waiting.').waitFor();
      expect(await theirs.page.getByRole('link', { name: 'Relays' }).count()).toBe(0);
      await theirs.page.getByRole('link', { name: 'Other servers' }).click();
      await theirs.page.getByRole('listitem').filter({ hasText: 'known.example' }).waitFor();
      expect(await theirs.page.getByRole('button', { name: /block/i }).count()).toBe(0);
      await theirs.page.goto('/settings/server/relays');
      await theirs.page.getByText('These settings are for those who run this server.').waitFor();
      expect(theirs.faults).toEqual([]);
    },
  );
});
