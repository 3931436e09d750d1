// What people do in the web app, for stories: by the names that everybody hears and sees.
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import type { Person } from '#server/testing/people.ts';
import type { TestServer } from '#server/testing/server.ts';
import { signInOnWeb } from '#server/testing/web-session.ts';

const password = 'a long enough password';

/** Where windows are opened. */
type Windows = Pick<TestBrowser, 'open'>;

/** Stories in a browser, where this machine has one: it is open while they are told. */
export function describeInBrowser(name: string, tell: (browser: Windows) => void): void {
  describe.skipIf(!hasBrowser())(name, () => {
    let opened: TestBrowser | null = null;
    beforeAll(async () => {
      opened = await openBrowser();
    }, 120_000);
    afterAll(() => opened?.close());
    tell({
      async open(...given) {
        if (opened === null) throw new Error('no browser is open yet');
        return opened.open(...given);
      },
    });
  });
}

/** Fills in the sign-up page that `path` leads to and waits until the person is in. */
export async function signUpInBrowser(page: Page, username: string, path = '/sign-up'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@mail.example`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'New post' }).first().waitFor();
}

/** A window in which somebody is signed in already: quicker than the sign-in page, for stories about other things. */
export async function openWindow(
  browser: Windows,
  server: TestServer,
  person: Person,
  look: { width?: number; height?: number; dark?: boolean } = {},
): Promise<{ page: Page; faults: string[] }> {
  const session = await signInOnWeb(server, person);
  const { page, context, faults } = await browser.open(server.origin, look);
  const [name = '', ...value] = session.cookie().split('=');
  await context.addCookies([{ name, value: value.join('='), url: server.origin }]);
  await context.addInitScript((token) => localStorage.setItem('rookery:token', token), session.token);
  return { page, faults };
}

/** Where a new post is written: in place where there is room, else in the dialog behind "New post". */
export async function composer(page: Page): Promise<Locator> {
  const box = page.getByRole('textbox', { name: 'What’s on your mind?' });
  if ((await box.count()) === 0) await page.getByRole('button', { name: 'New post' }).first().click();
  return box.first();
}

export async function writePost(page: Page, text: string): Promise<void> {
  await (await composer(page)).fill(text);
  await page.getByRole('button', { name: 'Post', exact: true }).first().click();
}

/** The newest post on the page with that text. */
export const article = (page: Page, text: string): Locator =>
  page.getByRole('article').filter({ hasText: text }).first();

/** Nothing scrolls sideways, and nobody who hears the page or uses the keyboard is left out. */
export async function expectNoFaults(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wider, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** The same on a phone in the dark and on a wide screen in the light; the window stays wide and light. */
export async function expectNoFaultsAnywhere(page: Page): Promise<void> {
  for (const { width, colorScheme } of [
    { width: 360, colorScheme: 'dark' },
    { width: 1440, colorScheme: 'light' },
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await expectNoFaults(page);
  }
}
