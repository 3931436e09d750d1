// Stories of searching posts: what one finds by words and operators, and what nobody finds who may not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block } from '#server/features/graph/service/block.ts';
import { follow } from '#server/features/graph/service/follow.ts';
import { mute } from '#server/features/graph/service/mute.ts';
import { call, signUp, write, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

/** People with fresh names, who let everybody find their public posts. */
const crowd = async (count: number): Promise<Person[]> => {
  const people = await Promise.all(Array.from({ length: count }, () => signUp(server, `p${(made += 1)}`)));
  for (const person of people) await person.api('PATCH', '/api/v1/accounts/update_credentials', { indexable: true });
  return people;
};
const find = async (person: Person, q: string, more: Record<string, string> = {}): Promise<string[]> => {
  const query = new URLSearchParams({ q, type: 'statuses', ...more }).toString();
  const { status, body } = await person.api('GET', `/api/v2/search?${query}`);
  expect(status).toBe(200);
  return body.statuses.map(({ id }: { id: string }) => id);
};

describe('one finds', () => {
  it('public posts of those who let everybody find them, newest first, page by page', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const ids = [await write(ben, 'a Kingfisher <b>'), await write(ben, 'x', { spoiler_text: 'kingfisher & co' })];
    await write(ben, 'nothing');
    expect(await find(ann, 'KINGFISHER')).toEqual(ids.toReversed());
    expect(await find(ann, 'kingfisher', { limit: '1' })).toEqual([ids[1]]);
    expect(await find(ann, 'kingfisher', { limit: '1', offset: '1' })).toEqual([ids[0]]);
    expect(await find(ann, 'kingfisher', { max_id: ids[1] ?? '' })).toEqual([ids[0]]);
    expect(await find(ann, 'kingfisher', { min_id: ids[0] ?? '' })).toEqual([ids[1]]);
    expect(await find(ann, 'kingfisher', { account_id: ann.accountId })).toEqual([]);
    expect(await find(ann, 'kingfisher', { account_id: ben.accountId })).toHaveLength(2);
    expect(await find(ann, 'kingfisher', { account_id: 'x' })).toEqual([]);
    const { body } = await call(server.origin, 'GET', '/api/v2/search?q=kingfisher');
    expect(body.statuses).toEqual([]);
  });

  it('one’s own posts of every kind, and those that one kept, liked, boosted or is named in', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    await ben.api('PATCH', '/api/v1/accounts/update_credentials', { indexable: false });
    const own = await write(ann, 'heron', { visibility: 'private' });
    const named = await write(ben, `heron @${ann.username}`, { visibility: 'direct' });
    const [kept, liked, boosted] = [await write(ben, 'heron'), await write(ben, 'heron'), await write(ben, 'heron')];
    await write(ben, 'heron, not to be found');
    await ann.api('POST', `/api/v1/statuses/${kept}/bookmark`);
    await ann.api('POST', `/api/v1/statuses/${liked}/favourite`);
    await ann.api('POST', `/api/v1/statuses/${boosted}/reblog`);
    const all = [boosted, liked, kept, named, own];
    expect(await find(ann, 'heron')).toEqual(all);
    expect(await find(ann, 'heron in:library')).toEqual(all);
    expect(await find(ann, 'in:library')).toEqual(all);
    expect(await find(ann, 'heron in:public')).toEqual([]);
    expect(await find(cid, 'heron')).toEqual([]);
  });

  it('nothing that one may not see or does not want to see', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    await follow(server.ctx, { followerId: ann.accountId, followeeId: ben.accountId });
    await write(ben, 'bittern', { visibility: 'private' });
    await write(ben, 'bittern', { visibility: 'unlisted' });
    await write(ben, `bittern @${dan.username}`, { visibility: 'direct' });
    const once = await write(cid, 'bittern');
    await ann.api('POST', `/api/v1/statuses/${once}/bookmark`);
    expect(await find(ann, 'bittern')).toEqual([once]);
    await mute(server.ctx, { muterId: ann.accountId, mutedId: cid.accountId });
    expect(await find(ann, 'bittern')).toEqual([]);
    await block(server.ctx, { blockerId: cid.accountId, blockedId: dan.accountId });
    expect(await find(dan, 'bittern from:' + cid.username)).toEqual([]);
  });

  it('by phrases, exclusions and operators', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const host = new URL(server.origin).host;
    const question = await write(ann, 'grey crane', { language: 'en' });
    const reply = await write(ben, 'crane grey', { in_reply_to_id: question, language: 'de' });
    const link = await write(ben, 'crane https://cranes.example/1', { sensitive: true });
    const tagged = await write(ben, `crane #birds @${ann.username}`);
    const poll = await write(ben, 'crane?', { poll: { options: ['yes', 'no'], expires_in: 600 } });
    expect(await find(ann, '"grey crane"')).toEqual([question]);
    expect(await find(ann, 'crane -grey')).toEqual([poll, tagged, link]);
    expect(await find(ann, 'crane from:me')).toEqual([question]);
    expect(await find(ann, 'from:me')).toEqual([question]);
    for (const handle of [ben.username, `@${ben.username}`, `${ben.username}@${host}`])
      expect(await find(ann, `crane from:${handle}`)).toEqual([poll, tagged, link, reply]);
    expect(await find(ann, `crane -from:${ben.username}`)).toEqual([question]);
    expect(await find(ann, 'crane from:nobody@nowhere.example')).toEqual([]);
    expect(await find(ann, 'crane has:link')).toEqual([link]);
    expect(await find(ann, 'crane has:poll')).toEqual([poll]);
    expect(await find(ann, 'crane is:reply')).toEqual([reply]);
    expect(await find(ann, 'crane is:sensitive')).toEqual([link]);
    expect(await find(ann, 'crane -is:sensitive -is:reply -has:poll')).toEqual([tagged, question]);
    expect(await find(ann, 'crane language:de')).toEqual([reply]);
    const today = new Date().toISOString().slice(0, 10);
    expect(await find(ann, `crane during:${today}`)).toHaveLength(5);
    for (const span of [`after:${today}`, `before:${today}`, 'during:2001-01-01'])
      expect(await find(ann, `crane ${span}`)).toEqual([]);
  });

  it('pictures, by their descriptions too, and follows edits of these', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const picture = async (description: string) => makeUpload(server.ctx, ben.accountId, { description });
    const dipper = await picture('A dipper on a stone');
    const shown = await write(ben, 'look', { media_ids: [dipper, await picture('and its nest')] });
    const words = await write(ben, 'a dipper');
    expect(await find(ann, 'dipper')).toEqual([words, shown]);
    expect(await find(ann, 'dipper has:media')).toEqual([shown]);
    expect(await find(ann, 'dipper has:image nest')).toEqual([shown]);
    expect(await find(ann, 'dipper -has:media')).toEqual([words]);
    expect(await find(ann, `has:media from:${ben.username}`)).toEqual([shown]);
    const attributes = [{ id: dipper, description: 'A stone, and nobody on it' }];
    await ben.api('PUT', `/api/v1/statuses/${shown}`, { media_attributes: attributes });
    expect(await find(ann, 'dipper')).toEqual([words]);
    expect(await find(ann, 'nobody has:media')).toEqual([shown]);
    await ben.api('PUT', `/api/v1/statuses/${shown}`, { media_ids: [] });
    expect(await find(ann, 'nobody')).toEqual([]);
    expect(await find(ann, `has:media from:${ben.username}`)).toEqual([]);
  });

  it('what was edited by its new words', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const id = await write(ann, 'dunlin');
    await ann.api('PUT', `/api/v1/statuses/${id}`, { status: 'curlew' });
    expect(await find(ann, 'dunlin')).toEqual([]);
    expect(await find(ann, 'curlew')).toEqual([id]);
  });

  it.each(["' or 1=1 --", '"', '-', '!:*&|()', "from:'x'", 'from:me@', 'in:public', '\\', ':*', 'a & | b <->'])(
    'something or nothing, but never a fault: %s',
    async (q) => {
      const [ann] = (await crowd(1)) as [Person];
      expect(await find(ann, q)).toEqual(expect.any(Array));
    },
  );
});

it('old apps get hashtags by their names', async () => {
  const [ann] = (await crowd(1)) as [Person];
  const id = await write(ann, 'oldapp #oldapp');
  const { body } = await ann.api('GET', '/api/v1/search?q=oldapp');
  expect(body).toMatchObject({ hashtags: ['oldapp'], statuses: [{ id }], accounts: [] });
});

it('a search for posts costs one statement, two with names in it', async () => {
  const [ann] = (await crowd(1)) as [Person];
  for (let index = 0; index < 5; index += 1) await write(ann, 'avocet');
  const cost = (q: string): Promise<number> => statementsOf(server.ctx, () => find(ann, q));
  await find(ann, 'avocet');
  expect(await cost('avocet')).toBe(1);
  expect(await cost(`avocet from:${ann.username}`)).toBe(2);
});
