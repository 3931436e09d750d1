// Stories of lists: making them, filling them, and that they are nobody else's business.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { listLimits } from './policy.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `p${(made += 1)}`)));
const makeList = async (person: Person, title: string, more: object = {}): Promise<string> =>
  (await person.api('POST', '/api/v1/lists', { title, ...more })).body.id;
const idsOf = (answer: Answer): string[] => answer.body.map(({ id }: { id: string }) => id);

describe('a list', () => {
  it('is made, shown, changed in part, listed by title and removed', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const created = await ann.api('POST', '/api/v1/lists', { title: ' Zebras ', replies_policy: 'none' });
    expect(created).toMatchObject({ status: 200 });
    expect(created.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      title: 'Zebras',
      replies_policy: 'none',
      exclusive: false,
    });
    const other = await makeList(ann, 'ants');
    const path = `/api/v1/lists/${created.body.id}`;
    const changed = await ann.api('PUT', path, { exclusive: true });
    expect(changed.body).toEqual({ ...created.body, exclusive: true });
    expect((await ann.api('PATCH', path, { title: 'Yaks', replies_policy: 'followed' })).body).toMatchObject({
      title: 'Yaks',
      replies_policy: 'followed',
      exclusive: true,
    });
    expect(idsOf(await ann.api('GET', '/api/v1/lists'))).toEqual([other, created.body.id]);
    expect((await ann.api('DELETE', path)).body).toEqual({});
    expect((await ann.api('GET', path)).status).toBe(404);
    expect(idsOf(await ann.api('GET', '/api/v1/lists'))).toEqual([other]);
  });

  it.each([
    [{}, /title/],
    [{ title: '  ' }, /blank/],
    [{ title: 'x'.repeat(listLimits.titleLength + 1) }, /longer than/],
    [{ title: 'x', replies_policy: 'some' }, /followed, list, none/],
  ])('is not made of %j', async (body, words) => {
    const [ann] = (await crowd(1)) as [Person];
    const { status, body: answer } = await ann.api('POST', '/api/v1/lists', body);
    expect(status).toBe(422);
    expect(answer.error).toMatch(words);
    expect((await ann.api('GET', '/api/v1/lists')).body).toEqual([]);
  });

  it('does not exist for anybody else', async () => {
    const [ann, eve] = (await crowd(2)) as [Person, Person];
    const id = await makeList(ann, 'mine');
    for (const [method, path, body] of [
      ['GET', ''],
      ['PUT', '', { title: 'yours' }],
      ['DELETE', ''],
      ['GET', '/accounts'],
      ['POST', '/accounts', { account_ids: [eve.accountId] }],
      ['DELETE', '/accounts', { account_ids: [eve.accountId] }],
    ] as const)
      expect(await eve.api(method, `/api/v1/lists/${id}${path}`, body)).toMatchObject({
        status: 404,
        body: { error: 'Record not found' },
      });
    for (const method of ['GET', 'POST', 'DELETE'])
      expect(
        (await eve.api(method, `/api/lists/${id}/tags`, method === 'GET' ? undefined : { tags: ['a'] })).status,
      ).toBe(404);
    expect((await eve.api('GET', `/api/v1/timelines/list/${id}`)).status).toBe(404);
    expect((await ann.api('GET', `/api/v1/lists/${id}`)).body.title).toBe('mine');
    expect((await call(server.origin, 'GET', `/api/v1/lists/${id}`)).status).toBe(401);
  });

  it('is one of at most a hundred', async () => {
    const [ann] = (await crowd(1)) as [Person];
    for (let index = 0; index < listLimits.lists; index += 1) await makeList(ann, `${index}`);
    expect(await ann.api('POST', '/api/v1/lists', { title: 'one more' })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('100 lists') },
    });
  });
});

describe('members', () => {
  it('are added without being followed, once each, and taken out by a body or a query', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    const id = await makeList(ann, 'friends');
    const path = `/api/v1/lists/${id}/accounts`;
    expect(await ann.api('POST', path, { account_ids: [ben.accountId, cid.accountId] })).toMatchObject({ body: {} });
    expect(
      (await ann.api('POST', `${path}?account_ids[]=${ben.accountId}&account_ids[]=${dan.accountId}`)).status,
    ).toBe(200);
    expect(idsOf(await ann.api('GET', path))).toEqual([dan, cid, ben].map(({ accountId }) => accountId));
    expect(idsOf(await ann.api('GET', `/api/v1/accounts/${ben.accountId}/lists`))).toEqual([id]);
    expect((await ben.api('GET', `/api/v1/accounts/${ben.accountId}/lists`)).body).toEqual([]);
    expect((await ann.api('DELETE', path, { account_ids: [ben.accountId] })).body).toEqual({});
    expect((await ann.api('DELETE', `${path}?account_ids[]=${cid.accountId}`)).body).toEqual({});
    expect(idsOf(await ann.api('GET', path))).toEqual([dan.accountId]);
  });

  it('are all added or none', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const id = await makeList(ann, 'friends');
    for (const stranger of ['1', 'x', '99999999999999999999'])
      expect(
        await ann.api('POST', `/api/v1/lists/${id}/accounts`, { account_ids: [ben.accountId, stranger] }),
      ).toMatchObject({ status: 404, body: { error: 'Record not found' } });
    expect((await ann.api('GET', `/api/v1/lists/${id}/accounts`)).body).toEqual([]);
    expect((await ann.api('POST', `/api/v1/lists/${id}/accounts`, {})).status).toBe(422);
  });

  it('are paged, clamped to eighty, and given whole for limit=0', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const people = await crowd(83);
    const id = await makeList(ann, 'crowd');
    const path = `/api/v1/lists/${id}/accounts`;
    const wanted = people.map(({ accountId }) => accountId);
    await ann.api('POST', path, { account_ids: wanted });
    expect(idsOf(await ann.api('GET', `${path}?limit=0`))).toEqual(wanted.toReversed());
    expect(idsOf(await ann.api('GET', `${path}?limit=1000`))).toHaveLength(80);
    const first = await ann.api('GET', path);
    expect(idsOf(first)).toHaveLength(40);
    expect(first.headers.get('link')).toMatch(/max_id=\d+>; rel="next"/);
  });
});

describe('hashtags of a list', () => {
  it('are put in by any spelling, listed folded, and taken out', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const path = `/api/lists/${await makeList(ann, 'topics')}/tags`;
    expect((await ann.api('POST', path, { tags: ['#Birds', 'bees', 'BIRDS'] })).body).toEqual({
      tags: ['bees', 'birds'],
    });
    expect((await ann.api('DELETE', path, { tags: ['Bees', 'never'] })).body).toEqual({ tags: ['birds'] });
    expect((await ann.api('GET', path)).body).toEqual({ tags: ['birds'] });
    expect(await ann.api('POST', path, { tags: ['wasps', 'two words'] })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('two words') },
    });
    expect((await ann.api('GET', path)).body).toEqual({ tags: ['birds'] });
  });
});
