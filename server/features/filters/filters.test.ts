// Stories of filters as settings: made, changed line by line, limited, and nobody else's business.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
const now = new Date();
let made = 0;
beforeAll(async () => {
  server = await openTestServer({ idle: true, clock: () => now });
});
afterAll(() => server.close());

const person = (): Promise<Person> => signUp(server, `p${(made += 1)}`);
const makeFilter = (ann: Person, more: object = {}): Promise<Answer> =>
  ann.api('POST', '/api/v2/filters', { title: 'Spoilers', context: ['home', 'public'], ...more });
const keywordsOf = ({ body }: Answer): string[] => body.keywords.map(({ keyword }: { keyword: string }) => keyword);

describe('a filter', () => {
  it('is made, shown, listed, changed in part and removed', async () => {
    const ann = await person();
    const made = await makeFilter(ann, {
      filter_action: 'blur',
      expires_in: 60,
      keywords_attributes: [{ keyword: ' The End ', whole_word: false }, { keyword: 'dies' }],
    });
    expect(made).toMatchObject({ status: 200 });
    expect(made.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      title: 'Spoilers',
      context: ['home', 'public'],
      expires_at: new Date(now.getTime() + 60_000).toISOString(),
      filter_action: 'blur',
      keywords: [
        { id: expect.any(String), keyword: 'The End', whole_word: false },
        { id: expect.any(String), keyword: 'dies', whole_word: true },
      ],
      statuses: [],
    });
    const path = `/api/v2/filters/${made.body.id}`;
    expect((await ann.api('GET', path)).body).toEqual(made.body);
    expect((await ann.api('GET', '/api/v2/filters')).body).toEqual([made.body]);
    expect((await ann.api('PUT', path, { title: 'Plots' })).body).toEqual({ ...made.body, title: 'Plots' });
    const [first, second] = made.body.keywords;
    const changed = await ann.api('PATCH', path, {
      context: ['thread'],
      filter_action: 'hide',
      keywords_attributes: [
        { id: first.id, _destroy: true },
        { id: second.id, whole_word: false },
        { keyword: 'lives' },
      ],
    });
    expect(changed.body).toMatchObject({
      context: ['thread'],
      filter_action: 'hide',
      expires_at: made.body.expires_at,
    });
    expect(keywordsOf(changed)).toEqual(['dies', 'lives']);
    expect(changed.body.keywords[0].whole_word).toBe(false);
    for (const never of [{ expires_in: null }, { expires_in: '' }]) {
      expect((await ann.api('PUT', path, { expires_in: 5 })).body.expires_at).not.toBeNull();
      expect((await ann.api('PUT', path, never)).body.expires_at).toBeNull();
    }
    expect((await ann.api('DELETE', path)).body).toEqual({});
    expect((await ann.api('GET', path)).status).toBe(404);
  });

  it.each([
    [{ title: ' ' }, /Title can't be blank/],
    [{ context: [] }, /Context/],
    [{ context: ['home', 'nowhere'] }, /Context is one or more of home/],
    [{ filter_action: 'burn' }, /warn, hide, blur/],
    [{ expires_in: 'soon' }, /seconds/],
    [{ expires_in: 1e12 }, /seconds/],
    [{ keywords_attributes: [{ keyword: 'ok' }, { keyword: ' ' }] }, /Keyword can't be blank/],
    [{ keywords_attributes: [{ keyword: 'x'.repeat(201) }] }, /200 characters/],
    [
      { keywords_attributes: Array.from({ length: 1000 }, () => ({ keyword: 'a' })).concat({ keyword: 'b' }) },
      /1000|fewer/,
    ],
  ])('is not made of %j', async (more, words) => {
    const ann = await person();
    const { status, body } = await makeFilter(ann, more);
    expect(status).toBe(422);
    expect(body.error).toMatch(words);
    expect((await ann.api('GET', '/api/v2/filters')).body).toEqual([]);
  });

  it('is changed wholly or not at all', async () => {
    const ann = await person();
    const { body } = await makeFilter(ann, { keywords_attributes: [{ keyword: 'one' }] });
    const other = (await makeFilter(ann, { keywords_attributes: [{ keyword: 'else' }] })).body;
    const refused = await ann.api('PUT', `/api/v2/filters/${body.id}`, {
      title: 'changed',
      keywords_attributes: [{ keyword: 'two' }, { id: other.keywords[0].id, _destroy: true }],
    });
    expect(refused).toMatchObject({ status: 404, body: { error: 'Record not found' } });
    expect((await ann.api('GET', '/api/v2/filters')).body).toEqual([body, other]);
  });

  it('has keywords that are added, shown, changed and removed one by one', async () => {
    const ann = await person();
    const { id } = (await makeFilter(ann)).body;
    const word = await ann.api('POST', `/api/v2/filters/${id}/keywords`, { keyword: 'one', whole_word: false });
    expect(word.body).toEqual({ id: expect.any(String), keyword: 'one', whole_word: false });
    const path = `/api/v2/filters/keywords/${word.body.id}`;
    expect((await ann.api('PUT', path, { keyword: 'two' })).body).toEqual({ ...word.body, keyword: 'two' });
    expect((await ann.api('GET', path)).body.keyword).toBe('two');
    expect((await ann.api('GET', `/api/v2/filters/${id}/keywords`)).body).toHaveLength(1);
    expect((await ann.api('DELETE', path)).body).toEqual({});
    expect((await ann.api('GET', `/api/v2/filters/${id}/keywords`)).body).toEqual([]);
  });

  it('does not exist for anybody else', async () => {
    const [ann, eve] = [await person(), await person()];
    const { id, keywords } = (await makeFilter(ann, { keywords_attributes: [{ keyword: 'one' }] })).body;
    const post = (await ann.api('POST', '/api/v1/statuses', { status: 'hello' })).body.id;
    const entry = (await ann.api('POST', `/api/v2/filters/${id}/statuses`, { status_id: post })).body.id;
    for (const [method, path, body] of [
      ['GET', `/api/v2/filters/${id}`],
      ['PUT', `/api/v2/filters/${id}`, { title: 'x' }],
      ['DELETE', `/api/v2/filters/${id}`],
      ['POST', `/api/v2/filters/${id}/keywords`, { keyword: 'x' }],
      ['POST', `/api/v2/filters/${id}/statuses`, { status_id: post }],
      ['GET', `/api/v2/filters/${id}/statuses`],
      ['GET', `/api/v2/filters/keywords/${keywords[0].id}`],
      ['PUT', `/api/v2/filters/keywords/${keywords[0].id}`, { keyword: 'x' }],
      ['DELETE', `/api/v2/filters/keywords/${keywords[0].id}`],
      ['GET', `/api/v2/filters/statuses/${entry}`],
      ['DELETE', `/api/v2/filters/statuses/${entry}`],
      ['GET', `/api/v1/filters/${keywords[0].id}`],
      ['PUT', `/api/v1/filters/${keywords[0].id}`, { phrase: 'x' }],
      ['DELETE', `/api/v1/filters/${keywords[0].id}`],
    ] as const)
      expect(await eve.api(method, path, body), `${method} ${path}`).toMatchObject({ status: 404 });
    const secret = (await eve.api('POST', '/api/v1/statuses', { status: 'psst', visibility: 'direct' })).body.id;
    expect((await ann.api('POST', `/api/v2/filters/${id}/statuses`, { status_id: secret })).status).toBe(404);
    expect((await ann.api('GET', `/api/v2/filters/${id}`)).body).toMatchObject({
      title: 'Spoilers',
      keywords,
      statuses: [{ id: entry, status_id: post }],
    });
  });
});

describe('the first version of the API', () => {
  it('shows each keyword as a filter', async () => {
    const ann = await person();
    const old = await ann.api('POST', '/api/v1/filters', { phrase: 'one', context: ['home'], irreversible: true });
    expect(old.body).toEqual({
      id: expect.any(String),
      phrase: 'one',
      context: ['home'],
      whole_word: true,
      expires_at: null,
      irreversible: true,
    });
    const path = `/api/v1/filters/${old.body.id}`;
    const changed = await ann.api('PUT', path, {
      phrase: 'two',
      context: ['public'],
      irreversible: false,
      expires_in: 9,
    });
    expect(changed.body).toMatchObject({ phrase: 'two', context: ['public'], irreversible: false });
    expect(changed.body.expires_at).not.toBeNull();
    const [filter] = (await ann.api('GET', '/api/v2/filters')).body;
    expect(filter).toMatchObject({ title: 'one', filter_action: 'warn' });
    await ann.api('POST', `/api/v2/filters/${filter.id}/keywords`, { keyword: 'three' });
    expect((await ann.api('GET', '/api/v1/filters')).body).toHaveLength(2);
    expect(await ann.api('PUT', path, { context: ['home'] })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('several keywords') },
    });
    expect((await ann.api('PUT', path, { phrase: 'four', context: ['public'] })).body.phrase).toBe('four');
    expect((await ann.api('DELETE', path)).body).toEqual({});
    expect((await ann.api('GET', '/api/v2/filters')).body).toHaveLength(1);
    const [last] = (await ann.api('GET', '/api/v1/filters')).body;
    await ann.api('DELETE', `/api/v1/filters/${last.id}`);
    expect((await ann.api('GET', '/api/v2/filters')).body).toEqual([]);
  });
});
