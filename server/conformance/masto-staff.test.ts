// The npm client masto, unmodified, as the app of the staff: servers and e-mail providers that are blocked, servers on the list.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let admin: mastodon.rest.v1.AdminResource;
let alice: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  const [olga, somebody] = await Promise.all([signUp(server, 'olga', { role: 'admin' }), signUp(server, 'alice')]);
  const clientOf = ({ token }: Person) => createRestAPIClient({ url: server.origin, accessToken: token, log: 'error' });
  [admin, alice] = [clientOf(olga).v1.admin, clientOf(somebody)];
});
afterAll(() => server.close());

const missing = { statusCode: 404, message: 'Record not found' };

test('a server is blocked, looked at, changed, told to people, and free again', async () => {
  const made = await admin.domainBlocks.create({
    domain: 'evil.example',
    severity: 'suspend',
    rejectMedia: true,
    publicComment: 'spam',
    obfuscate: true,
  });
  expect(made).toEqual({
    id: expect.stringMatching(/^\d+$/),
    domain: 'evil.example',
    digest: expect.stringMatching(/^[\da-f]{64}$/),
    createdAt: expect.stringMatching(/Z$/),
    severity: 'suspend',
    rejectMedia: true,
    rejectReports: false,
    privateComment: null,
    publicComment: 'spam',
    obfuscate: true,
    listId: null,
  });
  const one = admin.domainBlocks.$select(made.id);
  expect(await one.fetch()).toEqual(made);
  const changed = await one.update({ severity: 'silence', privateComment: 'look again' });
  expect(changed).toEqual({ ...made, severity: 'silence', privateComment: 'look again' });
  expect(await admin.domainBlocks.list({ limit: 1 })).toEqual([changed]);
  expect(await alice.v1.instance.domainBlocks.fetch()).toEqual([
    { domain: 'evi*.****ple', digest: made.digest, severity: 'silence', comment: 'spam' },
  ]);
  await expect(admin.domainBlocks.create({ domain: 'EVIL.example' })).rejects.toMatchObject({
    statusCode: 422,
    details: { domain: [{ error: 'ERR_TAKEN' }] },
  });
  expect(await one.remove()).toEqual({});
  await expect(one.fetch()).rejects.toMatchObject(missing);
});

test('a server is put on the list of those with whom this one talks, and taken off', async () => {
  const made = await admin.domainAllows.create({ domain: 'kind.example' });
  expect(made).toMatchObject({ domain: 'kind.example', createdAt: expect.stringMatching(/Z$/) });
  const one = admin.domainAllows.$select(made.id);
  expect(await one.fetch()).toEqual(made);
  expect(await admin.domainAllows.list({ limit: 5 })).toEqual([made]);
  await one.remove();
  expect(await admin.domainAllows.list()).toEqual([]);
});

test('an e-mail provider is blocked, listed page by page, and free again', async () => {
  const made = await admin.emailDomainBlocks.create({ domain: 'throwaway.example' });
  expect(made).toMatchObject({ domain: 'throwaway.example', createdAt: expect.stringMatching(/Z$/) });
  expect(made.history).toHaveLength(7);
  expect(made.history[0]).toEqual({ day: expect.stringMatching(/^\d{10}$/), accounts: '0', uses: '0' });
  await admin.emailDomainBlocks.create({ domain: 'junk.example' });
  const pages: string[][] = [];
  for await (const page of admin.emailDomainBlocks.list({ limit: 1 })) pages.push(page.map(({ domain }) => domain));
  expect(pages.flat()).toEqual(['junk.example', 'throwaway.example']);
  const one = admin.emailDomainBlocks.$select(made.id);
  expect(await one.fetch()).toEqual(made);
  await one.remove();
  await expect(one.fetch()).rejects.toMatchObject(missing);
});

test('nobody else has these doors', async () => {
  const refused = { statusCode: 403, message: 'This action is outside the authorized scopes' };
  const theirs = alice.v1.admin;
  for (const knock of [
    () => theirs.domainBlocks.list(),
    () => theirs.domainBlocks.create({ domain: 'evil.example' }),
    () => theirs.domainAllows.list(),
    () => theirs.emailDomainBlocks.list(),
    () => theirs.emailDomainBlocks.create({ domain: 'junk.example' }),
  ])
    await expect(Promise.resolve(knock())).rejects.toMatchObject(refused);
});
