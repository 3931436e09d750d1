// A real browser for stories that people live in the web app.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { programPath } from './programs.ts';

const run = promisify(execFile);

export interface TestBrowser {
  /** A person's own window: nothing is shared with other windows. Fails the test on uncaught errors of the page. */
  open(
    origin: string,
    options?: { width?: number; height?: number; dark?: boolean },
  ): Promise<{ page: Page; context: BrowserContext; faults: string[] }>;
  close(): Promise<void>;
}

/** True when this machine has a Chromium; bin/test installs it where it may. */
export const hasBrowser = (): boolean => programPath('chromium') !== null;

/** Builds the web app if its sources changed. */
export async function buildWebApp(): Promise<void> {
  await run(process.execPath, ['bin/build-web.ts'], { cwd: new URL('../..', import.meta.url).pathname });
}

/** Builds the web app and starts Chromium without any traffic of its own. */
export async function openBrowser(): Promise<TestBrowser> {
  await buildWebApp();
  const browser: Browser = await chromium.launch({
    executablePath: programPath('chromium') ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
  return {
    async open(origin, { width = 1440, height = 900, dark = false } = {}) {
      const context = await browser.newContext({
        baseURL: origin,
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
      });
      return { page, context, faults };
    },
    close: () => browser.close(),
  };
}
