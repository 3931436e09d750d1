// Pages of others show posts of ours: the public ones, harmless, and nothing else.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;
const embed = (url: string, more = ''): Promise<Answer> =>
  call(server.origin, 'GET', `/api/oembed?url=${encodeURIComponent(url)}${more}`);

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  alice = await signUp(server, 'alice');
});
afterAll(() => server.close());

test('a public post is a quotation with its author, by either of its addresses', async () => {
  await alice.api('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Alice <script>"' });
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: '<b>hello</b> & good morning' });
  const { status, body } = await embed(post.url, '&maxwidth=300');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    type: 'rich',
    version: '1.0',
    author_url: `${server.origin}/@alice`,
    provider_url: `${server.origin}/`,
    width: 300,
    height: null,
  });
  expect(body.html).toMatch(/^<blockquote cite="http/);
  expect(body.html).toContain('&lt;b&gt;hello&lt;/b&gt; &amp; good morning');
  expect(body.html).not.toMatch(/<script|<iframe/);
  expect((await embed(post.uri)).body.html).toBe(body.html);
});

test('behind a warning the warning is shown alone', async () => {
  const wish = { status: 'the butler did it', spoiler_text: 'the <end>' };
  const { body: post } = await alice.api('POST', '/api/v1/statuses', wish);
  const { html } = (await embed(post.url)).body;
  expect(html).toContain('the &lt;end&gt;');
  expect(html).not.toContain('butler');
});

test('what it shows stands there in words', async () => {
  const picture = (description: string) => makeUpload(server.ctx, alice.accountId, { description });
  const { body: shown } = await alice.api('POST', '/api/v1/statuses', { media_ids: [await picture('A <rook>')] });
  expect((await embed(shown.url)).body.html).toContain(`<p><a href="${shown.url}">Picture: A &lt;rook&gt;</a></p>`);
  const media_ids = [await picture('secret'), await picture('')];
  const { body: hidden } = await alice.api('POST', '/api/v1/statuses', { media_ids, spoiler_text: 'spoiler' });
  const { html } = (await embed(hidden.url)).body;
  expect(html).toContain('>2 pictures</a>');
  expect(html).not.toContain('secret');
});

test('what not everybody may see is as absent as what never was', async () => {
  const answers: Answer[] = [];
  for (const visibility of ['private', 'direct']) {
    const { body } = await alice.api('POST', '/api/v1/statuses', { status: 'psst', visibility });
    answers.push(await embed(body.url), await embed(body.uri));
  }
  answers.push(await embed(`${server.origin}/@alice/1`), await embed('https://elsewhere.example/@alice/1'));
  answers.push(await embed('no address'), await embed(`${server.origin}/@alice/99999999999999999999999`));
  for (const { status, body } of answers)
    expect({ status, body }).toEqual({ status: 404, body: { error: 'Record not found' } });
});
