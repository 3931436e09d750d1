// Somebody guards their login in the web app: an authenticator app, a passkey of the browser, a new password, apps and sessions.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#server/features/auth/service/grant-token.ts';
import { registerApp } from '#server/features/auth/service/register-app.ts';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openTotpApp, type TotpApp } from '#server/testing/web-session.ts';
import { expectNoFaults } from './acts.ts';

/** A key in the browser that is always there and always unlocked, in place of a fingerprint reader. */
async function plugInKey(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

async function signIn(page: Page, person: Person, password = person.password): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Username or e-mail').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

const isIn = (page: Page): Promise<void> => page.getByRole('button', { name: 'New post' }).first().waitFor();

describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let now = Date.now();

  beforeAll(async () => {
    browser = await openBrowser();
    server = await openTestServer({ clock: () => new Date(now) });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  let met = 0;
  /** A story that is told again is about somebody else. */
  const newcomer = (name: string): Promise<Person> => signUp(server, `${name}${++met}`);

  /** Types what the app shows; the next code is another half minute's. */
  async function typeCode(page: Page, app: TotpApp): Promise<void> {
    await page.getByLabel('Code', { exact: true }).fill(app.code());
    await page.keyboard.press('Enter');
    now += 30_000;
  }

  test('an authenticator app is set up by keyboard on a small screen, and asked for', { timeout: 90_000 }, async () => {
    const alice = await newcomer('alice');
    const { page, faults } = await browser.open(server.origin, { width: 360, height: 800, dark: true });
    await signIn(page, alice);
    await isIn(page);
    await page.goto('/settings/security');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    await expectNoFaults(page);
    const secret = (await dialog.locator('code').innerText()).replaceAll(' ', '');
    const app = openTotpApp(server, secret);
    await typeCode(page, app);
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const codes = await page.getByRole('dialog').getByRole('listitem').allInnerTexts();
    expect(codes).toHaveLength(10);
    await expectNoFaults(page);
    await page.getByRole('button', { name: 'I have kept them' }).press('Enter');
    await page.getByText('On: your password alone opens nothing.').waitFor();
    await expectNoFaults(page);

    const other = await browser.open(server.origin, { width: 360, height: 800 });
    await signIn(other.page, alice);
    await other.page.getByRole('heading', { name: 'One more step' }).waitFor();
    await expectNoFaults(other.page);
    await other.page.getByLabel('Code', { exact: true }).fill('000000');
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('alert').filter({ hasText: 'The code is wrong' }).waitFor();
    await typeCode(other.page, app);
    await isIn(other.page);

    const third = await browser.open(server.origin);
    await signIn(third.page, alice);
    await third.page.getByLabel('Code', { exact: true }).fill(codes[0] ?? '');
    await third.page.keyboard.press('Enter');
    await isIn(third.page);

    // Half an hour later the page asks once more before it takes the app away.
    now += 30 * 60_000;
    await page.getByRole('button', { name: 'Remove the authenticator app' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Is it you?' }).waitFor();
    await expectNoFaults(page);
    await page.getByRole('dialog').getByLabel('Password').fill(alice.password);
    await typeCode(page, app);
    await page.getByText('Off: whoever knows your password').waitFor();
    expect(faults).toEqual([]);
  });

  test('a passkey of the browser is the second factor, and the only one', { timeout: 90_000 }, async () => {
    const bob = await newcomer('bob');
    const { page, faults } = await browser.open(server.origin, { width: 360, height: 800 });
    await plugInKey(page);
    await signIn(page, bob);
    await isIn(page);
    await page.goto('/settings/security');
    await page.getByLabel('Name of the passkey').fill('My phone');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('listitem').filter({ hasText: 'My phone' }).waitFor();
    await expectNoFaults(page);
    const signOut = async (): Promise<void> => {
      await page.goto('/settings/account');
      await page.locator('#main').getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    };
    await signOut();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await isIn(page);
    await signOut();
    await signIn(page, bob);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await isIn(page);

    now += 30 * 60_000;
    await page.goto('/settings/security');
    await page.getByRole('button', { name: 'Remove My phone' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('Off: whoever knows your password').waitFor();
    expect(faults).toEqual([]);
  });

  test('apps and sessions are seen and ended, and a new password ends the rest', { timeout: 90_000 }, async () => {
    const carol = await newcomer('carol');
    const wish = { name: 'Rook Reader', redirectUris: ['https://reader.example/back'], scopes: 'read write:statuses' };
    const { app } = await registerApp(server.ctx, wish, '127.0.0.1');
    const grant = { appId: app.id, accountId: carol.accountId, scopes: app.scopes };
    const { accessToken: token } = await issueToken(server.ctx, grant);
    const { page, faults } = await browser.open(server.origin, { width: 360, height: 800 });
    await signIn(page, carol);
    await isIn(page);
    await page.goto('/settings/security');
    await page.getByText('This browser').waitFor();
    await page.getByText('What it may do').click();
    await page.getByText('Post, edit and delete in your name').waitFor();
    await expectNoFaults(page);
    await page.getByRole('button', { name: 'Take back access of Rook Reader' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByText('No app uses your account.').waitFor();
    expect((await call(server.origin, 'GET', '/api/v1/preferences', { token })).status).toBe(401);

    await page.getByLabel('Present password').fill('not my password');
    await page.getByLabel('New password').fill('another long pass phrase');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The present password is wrong').waitFor();
    await page.getByLabel('Present password').fill(carol.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed.').waitFor();
    await page.reload();
    await page.getByText('This browser').waitFor();
    const other = await browser.open(server.origin);
    await signIn(other.page, carol, 'another long pass phrase');
    await isIn(other.page);
    await page.reload();
    const signOut = page.getByRole('button', { name: /^Sign out (?!everywhere)/ });
    await signOut.click();
    await signOut.waitFor({ state: 'detached' });
    await other.page.goto('/notifications');
    await other.page.getByText('Your session has ended.').waitFor();
    expect(faults).toEqual([]);
  });

  test('the page is there in German', { timeout: 60_000 }, async () => {
    const dora = await newcomer('dora');
    const { page } = await browser.open(server.origin, { width: 360 });
    await signIn(page, dora);
    await isIn(page);
    await page.evaluate(() => localStorage.setItem('rookery:language', 'de'));
    await page.goto('/settings/security');
    await page.getByRole('heading', { name: 'Anmelden in zwei Schritten' }).waitFor();
    await page.getByRole('heading', { name: 'Apps mit Zugriff' }).waitFor();
    await expectNoFaults(page);
  });
});
