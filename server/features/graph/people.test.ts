// Stories of blocked servers, people shown on profiles, private notes, whom one knows, and who wants to be found.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '#server/features/graph/service/follow.ts';
import { tellOfPost } from '#server/features/notifications/subscribers.ts';
import { call, crowd, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const relation = async (person: Person, id: string) =>
  (await person.api('GET', `/api/v1/accounts/relationships?id[]=${id}`)).body[0];
const ids = (rows: Array<{ id: string }>): string[] => rows.map(({ id }) => id);

/** Makes an account one of another server. */
async function moveTo(person: Person, domain: string): Promise<void> {
  await server.ctx.database.read
    .updateTable('accounts')
    .set({ domain, inbox_url: `http://127.0.0.1:9/${person.username}`, shared_inbox_url: null })
    .where('id', '=', person.accountId)
    .execute();
}

describe('a blocked server', () => {
  it('is listed, named in relationships, and unblocked; nonsense is refused in words', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    await moveTo(ben, 'far.example');
    expect((await ann.api('POST', '/api/v1/domain_blocks', { domain: ' Far.Example ' })).body).toEqual({});
    await ann.api('POST', '/api/v1/domain_blocks', { domain: 'far.example' });
    await ann.api('POST', '/api/v1/domain_blocks?domain=täst.example');
    expect((await ann.api('GET', '/api/v1/domain_blocks')).body).toEqual(['xn--tst-qla.example', 'far.example']);
    expect(await relation(ann, ben.accountId)).toMatchObject({ domain_blocking: true, blocking: false });
    const page = await ann.api('GET', '/api/v1/domain_blocks?limit=1');
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect((await ann.api('GET', next)).body).toEqual(['far.example']);
    await ann.api('DELETE', '/api/v1/domain_blocks', { domain: 'far.example' });
    await ann.api('DELETE', '/api/v1/domain_blocks?domain=t%C3%A4st.example');
    expect((await ann.api('GET', '/api/v1/domain_blocks')).body).toEqual([]);
    for (const domain of ['', 'nodots', 'a b.example', 'x/y.example', new URL(server.origin).host])
      expect([domain, (await ann.api('POST', '/api/v1/domain_blocks', { domain })).status]).toEqual([domain, 422]);
  });

  it('takes its people, their posts and their news away, and ends follows both ways', async () => {
    const [ann, ben, cid, dan] = (await crowd(server, 4)) as [Person, Person, Person, Person];
    const { ctx } = server;
    for (const pair of [
      [ann, ben],
      [ben, ann],
      [ann, cid],
    ] as const)
      await follow(ctx, { followerId: pair[0].accountId, followeeId: pair[1].accountId });
    const postId = (await ben.api('POST', '/api/v1/statuses', { status: `hello @${ann.username}` })).body.id;
    const other = (await dan.api('POST', '/api/v1/statuses', { status: 'news' })).body.id;
    const boost = (await cid.api('POST', `/api/v1/statuses/${other}/reblog`)).body.id;
    await server.settle();
    for (const person of [ben, dan]) await moveTo(person, 'far.example');
    const home = async (): Promise<string[]> => ids((await ann.api('GET', '/api/v1/timelines/home')).body);
    const told = async () => (await ann.api('GET', '/api/v1/notifications?types[]=mention')).body;
    expect(await home()).toEqual(expect.arrayContaining([postId, boost]));
    expect(await told()).toHaveLength(1);
    await ann.api('POST', '/api/v1/domain_blocks', { domain: 'far.example' });
    expect(await home()).toEqual([]);
    expect(await told()).toEqual([]);
    await server.settle();
    expect(await relation(ann, ben.accountId)).toMatchObject({ following: false, followed_by: false });
    expect((await ann.api('GET', `/api/v1/statuses/${postId}`)).status).toBe(404);
    expect((await cid.api('GET', `/api/v1/statuses/${postId}`)).status).toBe(200);
    expect((await ann.api('POST', `/api/v1/accounts/${ben.accountId}/follow`)).status).toBe(403);
    await tellOfPost(ctx, { postId, accountId: ben.accountId });
    expect(await told()).toEqual([]);
    await ann.api('DELETE', '/api/v1/domain_blocks', { domain: 'far.example' });
    expect((await ann.api('GET', `/api/v1/statuses/${postId}`)).status).toBe(200);
  });
});

describe('somebody on one’s profile', () => {
  it('is one whom one follows, for all to see, and no longer when one stops', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    const shown = async (): Promise<string[]> => ids((await ann.api('GET', '/api/v1/endorsements')).body);
    const refused = await ann.api('POST', `/api/v1/accounts/${ben.accountId}/endorse`);
    expect([refused.status, refused.body.error]).toEqual([422, expect.stringContaining('You must be following')]);
    for (const person of [ben, cid]) await ann.api('POST', `/api/v1/accounts/${person.accountId}/follow`);
    expect((await ann.api('POST', `/api/v1/accounts/${ben.accountId}/endorse`)).body.endorsed).toBe(true);
    expect((await ann.api('POST', `/api/v1/accounts/${cid.accountId}/pin`)).body.endorsed).toBe(true);
    await ann.api('POST', `/api/v1/accounts/${cid.accountId}/pin`);
    expect(await shown()).toEqual([cid.accountId, ben.accountId]);
    const open = await call(server.origin, 'GET', `/api/v1/accounts/${ann.accountId}/endorsements`);
    expect(ids(open.body)).toEqual([cid.accountId, ben.accountId]);
    expect((await ann.api('POST', `/api/v1/accounts/${cid.accountId}/unpin`)).body.endorsed).toBe(false);
    await ann.api('POST', `/api/v1/accounts/${ben.accountId}/unfollow`);
    expect(await shown()).toEqual([]);
  });
});

describe('a private note', () => {
  it('is seen by the one who wrote it only, changes and goes', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const path = `/api/v1/accounts/${ben.accountId}/note`;
    expect((await ann.api('POST', path, { comment: 'met in Lisbon' })).body.note).toBe('met in Lisbon');
    expect((await ann.api('POST', path, { comment: 'met in Porto' })).body.note).toBe('met in Porto');
    expect((await relation(ann, ben.accountId)).note).toBe('met in Porto');
    expect((await relation(ben, ann.accountId)).note).toBe('');
    expect((await ann.api('POST', path)).body.note).toBe('');
    expect((await ann.api('POST', path, { comment: 'x'.repeat(2001) })).status).toBe(422);
    expect((await ann.api('POST', '/api/v1/accounts/1/note', { comment: 'x' })).status).toBe(404);
  });
});

describe('relationships', () => {
  it('with oneself are all false; unknown ids are passed over', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const query = [ben.accountId, '12345', 'x', ann.accountId].map((id) => `id[]=${id}`).join('&');
    const { body } = await ann.api('GET', `/api/v1/accounts/relationships?${query}`);
    expect(ids(body)).toEqual([ben.accountId, ann.accountId]);
    const { id: _id, note, languages, muting_expires_at: ends, ...flags } = body[1];
    expect([note, languages, ends]).toEqual(['', null, null]);
    expect(Object.values(flags)).toEqual(Array.from({ length: 12 }, () => false));
  });
});

describe('familiar followers', () => {
  it('are those whom one follows, without people who hide it', async () => {
    const [ann, ben, cid, dan, eve] = (await crowd(server, 5)) as [Person, Person, Person, Person, Person];
    for (const person of [ben, cid, dan]) await person.api('POST', `/api/v1/accounts/${eve.accountId}/follow`);
    for (const person of [ben, cid]) await ann.api('POST', `/api/v1/accounts/${person.accountId}/follow`);
    const familiar = async (...people: Person[]) => {
      const query = people.map(({ accountId }) => `id[]=${accountId}`).join('&');
      const { body } = await ann.api('GET', `/api/v1/accounts/familiar_followers?${query}`);
      return body.map((one: { id: string; accounts: Array<{ id: string }> }) => [one.id, ids(one.accounts)]);
    };
    expect(await familiar(eve, ben)).toEqual([
      [eve.accountId, [cid.accountId, ben.accountId]],
      [ben.accountId, []],
    ]);
    await cid.api('PATCH', '/api/v1/accounts/update_credentials', { hide_collections: true });
    expect(await familiar(eve)).toEqual([[eve.accountId, [ben.accountId]]]);
    await eve.api('PATCH', '/api/v1/accounts/update_credentials', { hide_collections: true });
    expect(await familiar(eve)).toEqual([[eve.accountId, []]]);
    const path = `/api/v1/accounts/familiar_followers?id[]=${eve.accountId}&id[]=${ben.accountId}`;
    expect(await statementsOf(server.ctx, () => ann.api('GET', path))).toBeLessThanOrEqual(2);
  });
});

describe('hidden lists', () => {
  it('are seen by their owner, and by nobody else', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    await ann.api('POST', `/api/v1/accounts/${ben.accountId}/follow`);
    await ben.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    await ann.api('PATCH', '/api/v1/accounts/update_credentials', { hide_collections: true });
    for (const list of ['followers', 'following']) {
      const path = `/api/v1/accounts/${ann.accountId}/${list}`;
      expect(ids((await ann.api('GET', path)).body)).toEqual([ben.accountId]);
      expect((await ben.api('GET', path)).body).toEqual([]);
      expect((await call(server.origin, 'GET', path)).body).toEqual([]);
    }
  });
});

describe('the directory', () => {
  it('lists who wants to be found, the latest first, in pages', async () => {
    const [ann, ben, cid, dan] = (await crowd(server, 4)) as [Person, Person, Person, Person];
    await cid.api('PATCH', '/api/v1/accounts/update_credentials', { discoverable: false });
    await ann.api('POST', `/api/v1/accounts/${dan.accountId}/block`);
    for (const person of [ben, cid, dan, ann]) await person.api('POST', '/api/v1/statuses', { status: 'hi' });
    const list = async (query: string): Promise<string[]> =>
      ids((await ann.api('GET', `/api/v1/directory?${query}`)).body);
    expect((await list('local=true')).slice(0, 2)).toEqual([ann.accountId, ben.accountId]);
    const newest = [ann, ben]
      .map(({ accountId }) => BigInt(accountId))
      .toSorted((one, other) => (one < other ? 1 : -1));
    expect(await list('order=new&local=true&limit=2')).toEqual(newest.map(String));
    expect(await list('order=active&limit=1&offset=1')).toEqual([ben.accountId]);
    const page = await ann.api('GET', '/api/v1/directory?limit=1');
    expect(page.headers.get('link')).toContain('offset=1');
    const open = await call(server.origin, 'GET', '/api/v1/directory');
    expect(ids(open.body)).toContain(dan.accountId);
    expect(ids(open.body)).not.toContain(cid.accountId);
  });
});

describe('the profile', () => {
  it('is read as it was typed, and changed by halves', async () => {
    const [ann] = (await crowd(server, 1)) as [Person];
    await ann.api('PUT', '/api/v1/profile', { note: 'birds & <bees>', display_name: 'Ann', show_media: false });
    const { body } = await ann.api('PATCH', '/api/v1/profile', {
      attribution_domains: ['https://Ann.example/', 'b.example'],
      fields_attributes: [{ name: 'Web', value: 'https://ann.example' }],
    });
    expect(body).toMatchObject({
      id: ann.accountId,
      note: 'birds & <bees>',
      display_name: 'Ann',
      avatar: null,
      header: null,
      show_media: false,
      show_featured: true,
      attribution_domains: ['ann.example', 'b.example'],
      fields: [{ name: 'Web', value: 'https://ann.example', verified_at: null }],
      featured_tags: [],
    });
    expect((await ann.api('GET', '/api/v1/profile')).body).toEqual(body);
    expect((await ann.api('GET', `/api/v1/accounts/${ann.accountId}`)).body.show_media).toBe(false);
    const wrong = await ann.api('PATCH', '/api/v1/profile', { attribution_domains: ['no site'], note: 'lost' });
    expect(wrong.status).toBe(422);
    expect((await ann.api('GET', '/api/v1/profile')).body).toEqual(body);
    await ann.api('PATCH', '/api/v1/profile', { attribution_domains: [] });
    expect((await ann.api('GET', '/api/v1/profile')).body.attribution_domains).toEqual([]);
  });
});
