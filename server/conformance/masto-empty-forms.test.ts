// What masto makes of features that are not ours yet: lists that are empty, and refusals that it can read.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let person: Person;
let alice: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  person = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken: person.token, log: 'error' });
});
afterAll(() => server.close());

describe('lists are empty', () => {
  const lists: Record<string, () => PromiseLike<unknown>> = {
    'trending tags': () => alice.v1.trends.tags.list({ limit: 5 }),
    'trending posts': () => alice.v1.trends.statuses.list({ limit: 5 }),
    'trending links': () => alice.v1.trends.links.list({ limit: 5 }),
    suggestions: () => alice.v1.suggestions.list({ limit: 5 }),
    'suggestions with reasons': () => alice.v2.suggestions.list({ limit: 5 }),
    announcements: () => alice.v1.announcements.list(),
    'emoji of the server': () => alice.v1.customEmojis.list(),
    'proofs of identity': () => alice.v1.accounts.$select(person.accountId).identityProofs.list(),
  };

  test.each(Object.entries(lists))('%s', async (_name, list) => {
    expect(await list()).toEqual([]);
  });

  test('collections, in their wrapper', async () => {
    const select = alice.v1.accounts.$select(person.accountId);
    expect(await select.collections.list({ limit: 5 })).toEqual({ collections: [] });
    expect(await select.inCollections.list({ limit: 5 })).toEqual({ collections: [] });
  });

  test('annual reports', async () => {
    const nothing = { annualReports: [], accounts: [], statuses: [] };
    expect(await alice.v1.annualReports.list()).toEqual(nothing);
    expect(await alice.v1.annualReports.$select('2026').fetch()).toEqual(nothing);
    expect(await alice.v1.annualReports.$select('2026').state.fetch()).toEqual({ state: 'ineligible' });
  });

  test('nobody is suggested again, since nobody was', async () => {
    const one = alice.v1.suggestions.$select(person.accountId);
    expect(await one.remove(person.accountId)).toEqual({});
  });
});

describe('what would have to do something refuses in words', () => {
  const missing = { statusCode: 404, message: 'Record not found' };
  const writes: Record<string, [() => PromiseLike<unknown>, object]> = {
    'making a collection': [
      () => alice.v1.collections.create({ name: 'Birds', description: '', sensitive: false, discoverable: true }),
      { statusCode: 422, message: 'This server has no collections yet' },
    ],
    'reading a collection': [() => alice.v1.collections.$select('1').fetch(), missing],
    'changing a collection': [() => alice.v1.collections.$select('1').update({ name: 'Bees' }), missing],
    'deleting a collection': [() => alice.v1.collections.$select('1').remove(), missing],
    'adding somebody to a collection': [
      () => alice.v1.collections.$select('1').items.create({ accountId: person.accountId }),
      missing,
    ],
    'taking somebody out of a collection': [
      () => alice.v1.collections.$select('1').items.$select('1').remove(),
      missing,
    ],
    'leaving a collection': [() => alice.v1.collections.$select('1').items.$select('1').revoke(), missing],
    'reacting to an announcement': [
      () => alice.v1.announcements.$select('1').reactions.$select('👍').update(),
      missing,
    ],
    'taking that back': [() => alice.v1.announcements.$select('1').reactions.$select('👍').remove(), missing],
    'reading a report of the year': [() => alice.v1.annualReports.$select('2026').read(), missing],
    'dismissing an announcement': [() => alice.v1.announcements.$select('1').dismiss(), missing],
    'a report of the year': [
      () => alice.v1.annualReports.$select('2026').generate(),
      { statusCode: 422, message: 'This server makes no annual reports' },
    ],
    'a translation': [
      () => alice.v1.statuses.$select('1').translate({ lang: 'de' }),
      { statusCode: 422, message: 'Translation is not available on this server' },
    ],
  };

  test.each(Object.entries(writes))('%s', async (_name, [write, refusal]) => {
    await expect(Promise.resolve(write())).rejects.toMatchObject(refusal);
  });

  test('mail about somebody’s posts', async () => {
    const door = `/api/v1/accounts/${person.accountId}/email_subscriptions`;
    expect(await call(server.origin, 'POST', door, { body: { email: 'a@b.example' } })).toMatchObject({ status: 422 });
    expect(await call(server.origin, 'POST', door.replace(person.accountId, '1'))).toMatchObject({ status: 404 });
  });
});

describe('documents of the instance', () => {
  test('languages have names in their own tongue', async () => {
    const { body } = await call(server.origin, 'GET', '/api/v1/instance/languages');
    expect(body).toEqual(
      expect.arrayContaining([
        { code: 'en', name: 'English' },
        { code: 'de', name: 'Deutsch' },
      ]),
    );
    expect(await alice.v1.instance.translationLanguages.list()).toEqual({});
  });

  test('servers are found by the beginning of their name', async () => {
    await server.ctx.database.write((tx) =>
      tx.sql
        .insertInto('remote_hosts')
        .values(['rooks.example', 'rookery.example', 'ravens.example'].map((host) => ({ host })))
        .execute(),
    );
    const search = async (q: string): Promise<string[]> =>
      (await call(server.origin, 'GET', `/api/v1/peers/search?q=${encodeURIComponent(q)}`)).body;
    expect(await search('ROOK')).toEqual(['rookery.example', 'rooks.example']);
    expect(await search('ro%')).toEqual([]);
    expect(await search('')).toEqual([]);
  });

  test('limits are also told by the names that other software gave them', async () => {
    const { body } = await call(server.origin, 'GET', '/api/v1/instance');
    const { polls } = body.configuration;
    expect(body).toMatchObject({
      max_toot_chars: body.configuration.statuses.max_characters,
      poll_limits: { max_options: polls.max_options, max_expiration: polls.max_expiration },
      upload_limit: expect.any(Number),
    });
  });
});
