// What the fuzz test found once, as plain stories: each of these was a fault of ours.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;
let olga: Person;

beforeAll(async () => {
  server = await openTestServer();
  [alice, olga] = await Promise.all([signUp(server, 'alice'), signUp(server, 'olga', { role: 'owner' })]);
});
afterAll(() => server.close());

test.each([
  ['/api/auth/sign-in', { login: 'a\0b', password: 'x\0' }, 401],
  ['/api/auth/password-reset/request', { email: 'a\0b' }, 200],
  ['/api/auth/confirm/resend', { email: '\0' }, 200],
])('a text that no database can hold does not trouble %s', async (path, body, status) => {
  expect((await call(server.origin, 'POST', path, { body })).status).toBe(status);
});

test('nor does it trouble handles, searches and settings', async () => {
  expect((await alice.api('GET', '/api/v1/accounts/lookup?acct=a%00lice')).body).toMatchObject({ username: 'alice' });
  expect((await alice.api('GET', '/api/v1/accounts/search?q=%00')).body).toEqual([]);
  const changed = await olga.api('PATCH', '/api/admin/instance', { description: 'a\0b' });
  expect(changed.body).toMatchObject({ description: 'ab' });
});

test.each(['authorize', 'reject'])('a request to follow that has no id cannot be answered: %s', async (verb) => {
  const answer = await alice.api('POST', `/api/v1/follow_requests/%EF%BD%86/${verb}`);
  expect(answer).toMatchObject({ status: 404, body: { error: 'Record not found' } });
});

test.each(['favourite', 'bookmark', 'reblog'])(
  '%s does nothing to a post named by a boost that one may not see',
  async (deed) => {
    const brook = await signUp(server, `brook${deed}`);
    const { id } = (await alice.api('POST', '/api/v1/statuses', { status: `for ${deed}` })).body;
    const boost = (await brook.api('POST', `/api/v1/statuses/${id}/reblog`)).body.id;
    await alice.api('POST', `/api/v1/accounts/${brook.accountId}/block`);
    expect((await alice.api('POST', `/api/v1/statuses/${boost}/${deed}`)).status).toBe(404);
    const { body } = await alice.api('GET', `/api/v1/statuses/${id}`);
    expect(body).toMatchObject({ favourited: false, bookmarked: false, reblogged: false });
  },
);

test('a stream is not held open for a HEAD request', async () => {
  const headers = { authorization: `Bearer ${alice.token}` };
  const answer = await fetch(new URL('/api/v1/streaming/user', server.origin), { method: 'HEAD', headers });
  expect(answer.status).toBe(400);
});

test('links lead to us, whatever host the request line names', async () => {
  await alice.api('POST', '/api/v1/statuses', { status: 'hello' });
  const { hostname, port } = new URL(server.origin);
  const path = 'http://elsewhere.example/api/v1/timelines/public';
  const link = await new Promise<unknown>((resolve, reject) => {
    request({ host: hostname, port, path, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.headers['link']));
    })
      .on('error', reject)
      .end();
  });
  expect(link).toMatch(new RegExp(`^<${server.origin}/api/v1/timelines/public\\?max_id=\\d+>`));
});
