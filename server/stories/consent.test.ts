// A person lets an app in, in a real browser: from the app, through signing in and the consent page, back to the app.
import { createServer, type Server } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser, type TestBrowser } from '#server/testing/browser.ts';
import { form } from '#server/testing/oauth-scene.ts';
import { call, signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let client: Server;
  /** The queries with which the browser came back to the app. */
  const visits: URLSearchParams[] = [];
  let callback: string;

  beforeAll(async () => {
    browser = await openBrowser();
    server = await openTestServer();
    client = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://app.example');
      if (url.pathname === '/back') visits.push(url.searchParams);
      response.end('<!doctype html><title>App</title>');
    });
    await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
    const address = client.address();
    callback = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/back`;
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
    client.close();
  });

  test('the app gets its code, and the page is free of accessibility faults', { timeout: 60_000 }, async () => {
    const alice = await signUp(server, 'alice');
    const app = (
      await call(server.origin, 'POST', '/api/v1/apps', {
        body: { client_name: 'Rook Reader', redirect_uris: callback, scopes: 'read write' },
      })
    ).body;
    const query = form({
      response_type: 'code',
      client_id: app.client_id,
      redirect_uri: callback,
      scope: 'read write',
      state: 'mine',
    });
    const { page, faults } = await browser.open(server.origin, { width: 360, dark: true });
    await page.goto(`/oauth/authorize?${query.toString()}`);
    await page
      .getByLabel(/name|e-?mail/i)
      .first()
      .fill('alice');
    await page
      .getByLabel(/^password/i)
      .first()
      .fill(alice.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Allow Rook Reader to use your account?' }).waitFor();
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.map((violation) => `${violation.id}: ${violation.help}`)).toEqual([]);
    await page.getByRole('button', { name: 'Allow' }).click();
    await until(() => visits.length === 1);
    expect(visits[0]?.get('state')).toBe('mine');
    const fields = {
      grant_type: 'authorization_code',
      client_id: app.client_id,
      client_secret: app.client_secret,
      redirect_uri: callback,
    };
    const token = await call(server.origin, 'POST', '/oauth/token', {
      body: form({ ...fields, code: visits[0]?.get('code') ?? '' }),
    });
    expect(token.body.scope).toBe('read write');
    expect(faults).toEqual([]);
  });

  test('without JavaScript the page works as well', { timeout: 60_000 }, async () => {
    const { page, context } = await browser.open(server.origin);
    const bob = await signUp(server, 'bob');
    const signedIn = await call(server.origin, 'POST', '/api/auth/sign-in', {
      body: { login: 'bob', password: bob.password },
    });
    const [name = '', value = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';')[0]?.split('=') ?? [];
    await context.addCookies([{ name, value, url: server.origin }]);
    await page.route('**/*.js', (route) => route.abort());
    const app = (
      await call(server.origin, 'POST', '/api/v1/apps', { body: { client_name: 'Plain', redirect_uris: callback } })
    ).body;
    const before = visits.length;
    await page.goto(
      `/oauth/authorize?${form({ response_type: 'code', client_id: app.client_id, redirect_uri: callback }).toString()}`,
    );
    await page.getByRole('button', { name: 'Deny' }).click();
    await until(() => visits.length > before);
    expect(visits.at(-1)?.get('error')).toBe('access_denied');
  });
});
