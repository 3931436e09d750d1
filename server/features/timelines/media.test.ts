// Pages of posts that show pictures, films or sounds, and nothing else: of everybody, with a hashtag, of a list, of one account.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { makeUpload } from '#server/testing/uploads.ts';

let server: TestServer;
let author: Person;
let reader: Person;
let made = 0;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());
beforeEach(async () => {
  made += 1;
  [author, reader] = [await signUp(server, `author${made}`), await signUp(server, `reader${made}`)];
});

const write = async (status: string, more: object = {}, person = author): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const show = async (status = '', more: object = {}, person = author): Promise<string> =>
  write(status, { media_ids: [await makeUpload(server.ctx, person.accountId)], ...more }, person);
const idsOf = ({ body }: Answer): string[] => body.map(({ id }: { id: string }) => id);
const read = async (path: string, person: Person | null = reader): Promise<string[]> =>
  idsOf(person === null ? await call(server.origin, 'GET', path) : await person.api('GET', path));

/** All ids of a list, page by page along its links. */
async function walk(path: string): Promise<string[]> {
  const found: string[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await reader.api('GET', next);
    found.push(...idsOf(answer));
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    if (next !== undefined) expect(next).toContain('only_media=true');
  }
  return found;
}

describe('of everybody', () => {
  const path = '/api/v1/timelines/public?only_media=true';

  it('come public posts alone, without answers and boosts, to anybody', async () => {
    const picture = await show();
    const words = await write('words');
    const quiet = await show('quiet', { visibility: 'unlisted' });
    const answer = await show('answer', { in_reply_to_id: words }, reader);
    const boost = (await reader.api('POST', `/api/v1/statuses/${picture}/reblog`)).body.id;
    for (const person of [reader, null])
      for (const query of ['', '&local=true']) {
        const shown = await read(path + query, person);
        expect(shown[0]).toBe(picture);
        for (const other of [words, quiet, answer, boost]) expect(shown).not.toContain(other);
      }
    expect(await read(`${path}&remote=true`)).toEqual([]);
  });

  it('follow edits: a picture that comes and goes', async () => {
    const id = await write('words at first');
    expect(await read(path)).not.toContain(id);
    const media = await makeUpload(server.ctx, author.accountId);
    await author.api('PUT', `/api/v1/statuses/${id}`, { media_ids: [media] });
    expect(await read(path)).toContain(id);
    await author.api('PUT', `/api/v1/statuses/${id}`, { media_ids: [] });
    expect(await read(path)).not.toContain(id);
  });

  it('leave out whom one mutes and blocks', async () => {
    const id = await show();
    await reader.api('POST', `/api/v1/accounts/${author.accountId}/mute`);
    expect(await read(path)).not.toContain(id);
    expect(await read(path, null)).toContain(id);
  });
});

describe('of one account', () => {
  const path = (query = '') => `/api/v1/accounts/${author.accountId}/statuses?only_media=true${query}`;

  it('come all that the reader may see, page by page and at its edges', async () => {
    const shown: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      shown.unshift(await show(`${i}`));
      await write('between');
    }
    const hidden = await show('friends', { visibility: 'private' });
    const other = await show('not theirs', {}, reader);
    await author.api('POST', `/api/v1/statuses/${other}/reblog`);
    expect(await walk(path('&limit=2'))).toEqual(shown);
    expect(await read(path(), author)).toEqual([hidden, ...shown]);
    expect(await read(path(`&min_id=${shown[3]}&limit=2`))).toEqual([shown[1], shown[2]]);
    expect(await read(path(`&since_id=${shown[3]}&limit=2`))).toEqual([shown[0], shown[1]]);
    expect(await read(path(`&max_id=${shown[3]}`))).toEqual([shown[4]]);
  });

  it('come with the other wishes', async () => {
    const tagged = await show('#Rooks');
    const question = await write('a question', {}, reader);
    const answer = await show('look', { in_reply_to_id: question });
    const pinnedWords = await write('pinned words');
    for (const id of [tagged, pinnedWords]) await author.api('POST', `/api/v1/statuses/${id}/pin`);
    expect(await read(path())).toEqual([answer, tagged]);
    expect(await read(path('&tagged=rooks'))).toEqual([tagged]);
    expect(await read(path('&exclude_replies=true'))).toEqual([tagged]);
    expect(await read(path('&pinned=true'))).toEqual([tagged]);
  });
});

it('with a hashtag come those that have it, by any, all and none', async () => {
  const [one, two] = [`one${made}`, `two${made}`];
  const both = await show(`#${one} #${two}`);
  const first = await show(`#${one}`);
  await write(`#${one} #${two} words`);
  const path = (query: string) => `/api/v1/timelines/tag/${query}`;
  expect(await read(path(`${one}?only_media=1`))).toEqual([first, both]);
  expect(await read(path(`${one}?only_media=1&all[]=${two}`))).toEqual([both]);
  expect(await read(path(`${one}?only_media=1&none[]=${two}`))).toEqual([first]);
  expect(await read(path(`${two}?only_media=1&any[]=${one}`), null)).toEqual([first, both]);
});

it('of a list come those of its members and hashtags', async () => {
  const other = await signUp(server, `other${made}`);
  const { body: list } = await reader.api('POST', '/api/v1/lists', { title: 'pictures' });
  await reader.api('POST', `/api/v1/lists/${list.id}/accounts`, { account_ids: [author.accountId] });
  await reader.api('POST', `/api/lists/${list.id}/tags`, { tags: [`tag${made}`] });
  const shown = [await show()];
  await write('words');
  shown.unshift(await show(`#tag${made}`, {}, other));
  await show('neither', {}, other);
  for (let i = 0; i < 4; i += 1) shown.unshift(await show(`${i}`));
  const path = `/api/v1/timelines/list/${list.id}?only_media=true`;
  expect(await walk(`${path}&limit=2`)).toEqual(shown);
  expect((await author.api('GET', path)).status).toBe(404);
});

it('costs a page what a page of all posts costs', async () => {
  const id = author.accountId;
  for (let i = 0; i < 3; i += 1) await show();
  for (const path of ['/api/v1/timelines/public', '/api/v1/timelines/tag/none', `/api/v1/accounts/${id}/statuses`]) {
    const page = (query: string) => () => reader.api('GET', `${path}${query}`);
    for (const query of ['', '?only_media=true']) await page(query)();
    expect(await statementsOf(server.ctx, page('?only_media=true'))).toBe(await statementsOf(server.ctx, page('')));
  }
});
