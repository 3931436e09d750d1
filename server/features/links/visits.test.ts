// Visits to pages that are broken, slow, huge, deceitful or dangerous: none of them harms, and what can be shown is shown.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSafeFetch } from '#server/platform/fetch.ts';
import { sql } from '#server/platform/database.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { leadHere, openSite, type ShownPage, type Site } from '#server/testing/site.ts';
import { visitPage } from './service/visit.ts';

const MiB = 1024 * 1024;
let server: TestServer;
let site: Site;
let ann: Person;
let ahead = 0;
let made = 0;
let stop: () => Promise<void>;
const players = 'tube.example';

beforeAll(async () => {
  site = await openSite();
  server = await openTestServer({
    clock: () => new Date(Date.now() + ahead),
    playerHosts: [`${players}:${site.port}`],
  });
  stop = leadHere(server.ctx);
  ann = await signUp(server, 'ann');
});
afterAll(async () => {
  await server.close();
  await stop();
  await site.close();
});
let path = '';
beforeEach(() => (path = `/page-${(made += 1)}`));

const title = (text: string): string => `<title>${text}</title>`;
const page = (head: string): string => `<html><head>${head}</head><body></body></html>`;

async function share(address: string) {
  const { body } = await ann.api('POST', '/api/v1/statuses', { status: address });
  await server.settle();
  return (await ann.api('GET', `/api/v1/statuses/${body.id}`)).body.card;
}
async function stateOf(address: string) {
  const { rows } = await sql<{ state: string; failure: string | null; wanted_at: Date | null; attempts: number }>`
    select state, failure, wanted_at, attempts from link_previews where url = ${address}`.execute(
    server.ctx.database.read,
  );
  return rows[0];
}

describe('a page', () => {
  const japanese = Buffer.concat([
    Buffer.from('<title>'),
    Buffer.from([0x83, 0x4a, 0x83, 0x89, 0x83, 0x58]),
    Buffer.from('</title>'),
  ]);
  it.each<[string, ShownPage, string]>([
    ['in UTF-8', { body: page(title('Krähe 🐦')) }, 'Krähe 🐦'],
    ['in Shift_JIS', { headers: { 'content-type': 'text/html; charset=Shift_JIS' }, body: japanese }, 'カラス'],
    [
      'in ISO-8859-1',
      { headers: { 'content-type': 'text/html;charset=iso-8859-1' }, body: Buffer.from(title('Krähe'), 'latin1') },
      'Krähe',
    ],
    [
      'that says no charset',
      { headers: { 'content-type': 'text/html' }, body: Buffer.from(title('Krähe'), 'latin1') },
      'Krähe',
    ],
    ['of five megabytes', { body: page(title('Long')) + 'x'.repeat(5 * MiB) }, 'Long'],
    [
      'that is a bomb',
      {
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.concat([Buffer.from(title('Boom')), Buffer.alloc(100 * MiB, ' ')])),
      },
      'Boom',
    ],
    [
      'whose title holds markup',
      { body: page(title('<img src=x onerror=alert(1)> &lt;b&gt;')) },
      '<img src=x onerror=alert(1)> <b>',
    ],
    [
      'whose title turns the writing around',
      { body: page('<meta property="og:title" content="safe&#x202e;gpj.exe">') },
      'safegpj.exe',
    ],
    [
      'with meta nonsense',
      {
        body: page(
          `<meta><meta property><meta content="x"><meta property="og:title" content=""><meta name=__proto__ content=x>${title('Odd')}`,
        ),
      },
      'Odd',
    ],
    ['of XHTML', { headers: { 'content-type': 'application/xhtml+xml' }, body: page(title('Strict')) }, 'Strict'],
  ])('%s has its title', async (_what, shown, text) => {
    site.show(path, shown);
    expect((await share(site.at(path))).title).toBe(text);
  });

  it.each<[string, ShownPage]>([
    ['that is a PDF', { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7 <title>x</title>' }],
    ['that is a picture', { headers: { 'content-type': 'image/svg+xml' }, body: '<svg><title>x</title></svg>' }],
    ['that says no type', { headers: { 'content-type': '' }, body: title('x') }],
    ['without a title', { body: page('<meta property="og:image" content="/x.png">') }],
    ['that is empty', { body: '' }],
    ['that is gone', { status: 410, body: title('Gone') }],
    ['that one must sign in for', { status: 401, body: title('Sign in') }],
    ['in a coding that nobody knows', { headers: { 'content-encoding': 'zstd' }, body: title('x') }],
  ])('%s has no card, and is not asked for again today', async (_what, shown) => {
    site.show(path, shown);
    expect(await share(site.at(path))).toBeNull();
    expect(await share(site.at(path))).toBeNull();
    expect(site.asked.filter((asked) => asked === path)).toHaveLength(1);
    expect(await stateOf(site.at(path))).toMatchObject({ wanted_at: null });
  });

  it('is named by where it was found in the end, and with its site', async () => {
    site.show(path, { status: 302, headers: { location: site.at(`${path}-b`, 'other.example') } });
    site.show(`${path}-b`, title('Moved'));
    const host = `other.example:${site.port}`;
    expect(await share(`${site.at(path)}?utm_source=feed&x=1`)).toMatchObject({
      title: 'Moved',
      url: `http://${host}${path}-b`,
      provider_name: host,
      provider_url: `http://${host}/`,
    });
    expect(site.asked).toContain(`${path}?x=1`);
  });

  it('that leads back to this server shows nothing', async () => {
    site.show(path, { status: 302, headers: { location: `${server.origin}/about` } });
    expect(await share(site.at(path))).toBeNull();
  });

  it('that leads around in circles, or too far, is left alone', async () => {
    site.show(path, { status: 302, headers: { location: path } });
    expect(await share(site.at(path))).toBeNull();
    expect(site.asked.filter((asked) => asked === path)).toHaveLength(4);
    expect(await stateOf(site.at(path))).toMatchObject({ state: 'failed', failure: 'redirects' });
  });

  it('that is broken for the moment is asked for three more times, later and later, and keeps what was known', async () => {
    site.show(path, title('Well'));
    const address = site.at(path);
    await share(address);
    ahead += 25 * 3_600_000;
    site.show(path, { status: 503, body: title('Sorry') });
    for (const [attempts, minutes] of [10, 60, 360].entries()) {
      expect((await share(address)).title).toBe('Well');
      expect(await stateOf(address)).toMatchObject({ state: 'ready', failure: 'status 503', attempts: attempts + 1 });
      ahead += minutes * 60_000 + 1000;
      await server.settle();
    }
    expect(await stateOf(address)).toMatchObject({ state: 'ready', wanted_at: null, attempts: 0 });
    expect(site.asked.filter((asked) => asked === path)).toHaveLength(5);
  });

  it('that never ends is given up in time', async () => {
    const { fetch } = server.ctx.fetch;
    const hasty = {
      ...server.ctx,
      fetch: {
        ...server.ctx.fetch,
        fetch: (url: string | URL, options = {}) => fetch(url, { ...options, timeoutMs: 300 }),
      },
    };
    site.show(
      path,
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<title>'),
    );
    expect(await visitPage(hasty, site.at(path))).toEqual({ outcome: 'failed', reason: 'timeout', again: true });
  });

  it('cannot make the server look into its own network', async () => {
    const guarded = createSafeFetch({
      allowPrivateAddresses: false,
      userAgent: 'Rookery/test',
      resolve: async (name) => [{ address: name === 'news.example' ? '127.0.0.1' : '10.0.0.1', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.1', isAllowedPort: () => true },
    });
    const ctx = { ...server.ctx, fetch: guarded };
    site.show(path, `${title('Inside')}<meta property="og:image" content="http://10.0.0.7/secret.png">`);
    expect(await visitPage(ctx, site.at(path))).toMatchObject({
      outcome: 'page',
      page: { title: 'Inside', imageUrl: null },
    });
    expect(await visitPage(ctx, 'http://inside.example/')).toMatchObject({
      outcome: 'failed',
      reason: 'blocked_private',
      again: false,
    });
    await guarded.close(0);
  });
});

describe('a player', () => {
  const oembed = (more: object): ShownPage => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '1.0',
      type: 'video',
      title: 'A film',
      author_name: 'Dan',
      author_url: 'https://tube.example/dan',
      ...more,
    }),
  });
  const film = (description: string): string =>
    `${title('Film')}<link rel="alternate" type="application/json+oembed" href="${description}">`;
  const at = (name: string): string => site.at(name, players);

  it('of a server that the administrator trusts is shown in a frame of ours', async () => {
    site.show(path, film(`${path}-o`));
    site.show(
      `${path}-o`,
      oembed({
        html: `<script>steal()</script><iframe src="${at('/embed/1')}" onload="x()" width=9></iframe>`,
        width: 560,
        height: '315',
        thumbnail_url: at('/1.jpg'),
      }),
    );
    const card = await share(at(path));
    expect(card).toMatchObject({
      type: 'video',
      title: 'Film',
      author_name: 'Dan',
      width: 560,
      height: 315,
      embed_url: '',
    });
    expect(card.html).toBe(
      `<iframe src="${at('/embed/1')}" title="Film" width="560" height="315" sandbox="allow-scripts allow-same-origin allow-popups allow-presentation allow-forms" referrerpolicy="strict-origin-when-cross-origin" loading="lazy" allowfullscreen="true"></iframe>`,
    );
    expect(card.image).toBe(server.ctx.media.remote(at('/1.jpg'), 'preview'));
  });

  it.each([
    ['leads elsewhere', '<iframe src="https://evil.example/x"></iframe>'],
    ['is a script', '<iframe src="javascript:alert(1)"></iframe>'],
    ['is none', '<b>look</b>'],
    ['breaks out of its attribute', `<iframe src='https://tube.example"><script>'></iframe>`],
  ])('that %s is not shown', async (_what, html) => {
    site.show(path, film(`${path}-o`));
    site.show(`${path}-o`, oembed({ html }));
    expect(await share(at(path))).toMatchObject({ type: 'link', html: '' });
  });

  it('of anybody else is not even asked for', async () => {
    site.show(path, film(`${path}-o`));
    site.show(`${path}-o`, oembed({ html: `<iframe src="${site.at('/embed/1')}"></iframe>` }));
    expect(await share(site.at(path))).toMatchObject({ type: 'link', html: '', title: 'Film' });
    expect(site.asked).not.toContain(`${path}-o`);
  });

  it('whose server is silent leaves a plain card', async () => {
    site.show(path, film(`${path}-gone`));
    expect(await share(at(path))).toMatchObject({ type: 'link', html: '', title: 'Film' });
  });
});
