// Three Rookeries as processes of their own, over TLS with names and a proxy in front, one of them with handles of another
// domain: all that people do, in both directions, and one conversation across all three.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserToken, call, type Answer, type Person } from '#server/testing/people.ts';
import { photo } from '#server/testing/pictures.ts';
import { copyOf, find, handleOf, openThree, type Place, type Three } from './three.ts';

let three: Three;
beforeAll(async () => {
  three = await openThree();
});
afterAll(() => three?.close());

const write = async (person: Person, status: string, more: object = {}): Promise<Answer['body']> => {
  const { status: code, body } = await person.api('POST', '/api/v1/statuses', { status, ...more });
  expect(code, JSON.stringify(body)).toBe(200);
  return body;
};
const get = async (person: Person, path: string): Promise<Answer['body']> => (await person.api('GET', path)).body;
const relation = async (person: Person, id: string): Promise<Answer['body']> =>
  (await get(person, `/api/v1/accounts/relationships?id[]=${id}`))[0];
const text = ({ content }: Answer['body']): string => content.replaceAll(/<[^>]+>/g, '');

it('each is known by its handle, also where that is of another domain than its address', async () => {
  const { first, second, third } = three;
  const [ada, bea, cleo] = await Promise.all([first.signUp('ada'), second.signUp('bea'), third.signUp('cleo')]);
  const seen = await find(ada, handleOf(second, 'bea'));
  expect(seen).toMatchObject({ acct: handleOf(second, 'bea'), url: `${second.process.origin}/@bea` });
  expect(seen.acct).toMatch(/^bea@birds\.test:\d+$/);
  expect(seen.uri).toBe(`${second.process.origin}/ap/users/${bea.accountId}`);
  expect((await find(bea, handleOf(third, 'cleo'))).uri).toContain(`${third.process.origin}/ap/users/`);
  expect((await find(cleo, `bea@${new URL(second.process.origin).host}`)).acct).toBe(handleOf(second, 'bea'));
  const { rows } = await first.ctx.database.pool.query<{ inbox_url: string }>(
    'select inbox_url from accounts where domain is not null',
  );
  expect(rows.every(({ inbox_url }) => inbox_url.startsWith('https://'))).toBe(true);
});

const directions = [
  { from: 'first', to: 'second' },
  { from: 'second', to: 'first' },
] as const;

describe.each(directions)('from the $from to the $to', ({ from, to }) => {
  let here: Place;
  let there: Place;
  /** Writes here; reads there. */
  let author: Person;
  let reader: Person;
  let authorThere: string;
  let readerHere: string;

  beforeAll(async () => {
    [here, there] = [three[from], three[to]];
    [author, reader] = await Promise.all([here.signUp(`author_${to}`), there.signUp(`reader_${from}`)]);
    authorThere = (await find(reader, handleOf(here, author.username))).id;
    readerHere = (await find(author, handleOf(there, reader.username))).id;
  });

  const arrived = async (post: Answer['body']): Promise<Answer['body']> => {
    await three.settle();
    const copy = await copyOf(reader, post.uri);
    expect(copy, `${post.uri} did not arrive\n${there.process.said()}`).toBeDefined();
    return copy;
  };

  it('follows', async () => {
    await reader.api('POST', `/api/v1/accounts/${authorThere}/follow`);
    await author.api('POST', `/api/v1/accounts/${readerHere}/follow`);
    await three.settle();
    expect(await relation(reader, authorThere)).toMatchObject({ following: true, followed_by: true });
    expect(await relation(author, readerHere)).toMatchObject({ following: true, followed_by: true });
  });

  it('a post with a mention, and the reply, the like and the boost that come back and are taken back', async () => {
    const post = await write(author, `@${handleOf(there, reader.username)} hello #rooks`, { language: 'en' });
    const copy = await arrived(post);
    expect(copy).toMatchObject({ language: 'en', account: { id: authorThere }, tags: [{ name: 'rooks' }] });
    expect(copy.mentions).toMatchObject([{ id: reader.accountId, acct: reader.username }]);
    const said = `@${handleOf(here, author.username)} and hello`;
    const reply = await write(reader, said, { in_reply_to_id: copy.id });
    await reader.api('POST', `/api/v1/statuses/${copy.id}/favourite`);
    await reader.api('POST', `/api/v1/statuses/${copy.id}/reblog`);
    await three.settle();
    const own = (): Promise<Answer['body']> => get(author, `/api/v1/statuses/${post.id}`);
    expect(await own()).toMatchObject({ favourites_count: 1, reblogs_count: 1, replies_count: 1 });
    const told = await get(author, '/api/v1/notifications?include_filtered=true');
    expect(told.map(({ type }: Answer['body']) => type)).toEqual(
      expect.arrayContaining(['favourite', 'reblog', 'mention', 'follow']),
    );
    const { descendants } = await get(author, `/api/v1/statuses/${post.id}/context`);
    expect(descendants).toMatchObject([{ uri: reply.uri, in_reply_to_id: post.id }]);
    await reader.api('POST', `/api/v1/statuses/${copy.id}/unfavourite`);
    await reader.api('POST', `/api/v1/statuses/${copy.id}/unreblog`);
    await three.settle();
    expect(await own()).toMatchObject({ favourites_count: 0, reblogs_count: 0 });
  });

  it('an edit with its history, and a deletion', async () => {
    const post = await write(author, 'first words');
    const copy = await arrived(post);
    await author.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'second words', spoiler_text: 'mild' });
    const edited = await arrived(post);
    expect([text(edited), edited.spoiler_text]).toEqual(['second words', 'mild']);
    const history = await get(reader, `/api/v1/statuses/${copy.id}/history`);
    expect(history.map(text)).toEqual(['first words', 'second words']);
    await author.api('DELETE', `/api/v1/statuses/${post.id}`);
    await three.settle();
    expect((await reader.api('GET', `/api/v1/statuses/${copy.id}`)).status).toBe(404);
  });

  it('a picture, shown to readers by their own server', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await photo())], { type: 'image/jpeg' }), 'photo.jpg');
    form.set('description', 'Grey, mostly');
    const { body: upload } = await author.api('POST', '/api/v2/media', form);
    const copy = await arrived(await write(author, 'look', { media_ids: [upload.id] }));
    const [picture] = copy.media_attachments;
    expect(picture).toMatchObject({ type: 'image', description: 'Grey, mostly', blurhash: upload.blurhash });
    expect([new URL(picture.url).origin, new URL(picture.remote_url).origin]).toEqual([
      there.process.origin,
      here.process.origin,
    ]);
    const shown = await fetch(new URL(new URL(picture.preview_url).pathname, there.process.address));
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)]);
    expect((await shown.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  it('a poll with votes, counted on both sides', async () => {
    const poll = { options: ['rooks', 'ravens'], expires_in: 86_400 };
    const post = await write(author, 'which?', { poll });
    const copy = await arrived(post);
    await reader.api('POST', `/api/v1/polls/${copy.poll.id}/votes`, { choices: [1] });
    await three.settle();
    const counts = (body: Answer['body']): number[] =>
      body.options.map(({ votes_count }: { votes_count: number }) => votes_count);
    const own = await get(author, `/api/v1/polls/${post.poll.id}`);
    expect([counts(own), own.voters_count]).toEqual([[0, 1], 1]);
    await author.api('POST', `/api/v1/polls/${post.poll.id}/votes`, { choices: [0] });
    const neighbour = await here.signUp(`voter_${to}`);
    expect((await neighbour.api('POST', `/api/v1/polls/${post.poll.id}/votes`, { choices: [0] })).status).toBe(200);
    await three.wait(61_000);
    expect(counts(await get(reader, `/api/v1/polls/${copy.poll.id}`))).toEqual([1, 1]);
  });

  it('a quote that its author’s server allowed, and takes back', async () => {
    const post = await write(author, 'quote me');
    const copy = await arrived(post);
    const quote = await write(reader, 'as they say', { quoted_status_id: copy.id });
    expect(quote.quote.state).toBe('pending');
    await three.settle();
    const state = async (): Promise<string> => (await get(reader, `/api/v1/statuses/${quote.id}`)).quote.state;
    expect(await state()).toBe('accepted');
    const [seen] = await get(author, `/api/v1/statuses/${post.id}/quotes`);
    expect(seen.uri).toBe(quote.uri);
    await author.api('POST', `/api/v1/statuses/${post.id}/quotes/${seen.id}/revoke`);
    await three.settle();
    expect(await state()).toBe('revoked');
  });

  it('direct posts and posts for followers, and nobody else has them', async () => {
    const other = await there.signUp(`other_${from}`);
    const direct = await write(author, `@${handleOf(there, other.username)} psst`, { visibility: 'direct' });
    const friends = await write(author, 'among friends', { visibility: 'private' });
    const copy = await arrived(friends);
    expect(copy.visibility).toBe('private');
    expect((await other.api('GET', `/api/v1/statuses/${copy.id}`)).status).toBe(404);
    const [told] = await get(other, '/api/v1/notifications?include_filtered=true');
    expect(told.status).toMatchObject({ uri: direct.uri, visibility: 'direct' });
    expect((await reader.api('GET', `/api/v1/statuses/${told.status.id}`)).status).toBe(404);
    expect(await copyOf(reader, direct.uri)).toBeUndefined();
  });

  it('a report, told without the name of the one who made it', async () => {
    const post = await write(author, 'rude words');
    const copy = await arrived(post);
    const report = { account_id: authorThere, status_ids: [copy.id], comment: 'rude', forward: true };
    expect((await reader.api('POST', '/api/v1/reports', report)).status).toBe(200);
    await three.settle();
    const { rows } = await here.ctx.database.pool.query(
      `select r.comment, r.post_ids, a.uri from reports r join accounts a on a.id = r.reporter_id where r.target_id = $1`,
      [author.accountId],
    );
    expect(rows).toEqual([
      { comment: 'rude', post_ids: [post.id], uri: expect.stringMatching(`^${there.process.origin}/ap/instance`) },
    ]);
  });

  it('a move takes followers along', async () => {
    const [old, next, fan] = await Promise.all([
      here.signUp(`old_${to}`),
      there.signUp(`next_${from}`),
      there.signUp(`fan_${from}`),
    ]);
    await fan.api('POST', `/api/v1/accounts/${(await find(fan, handleOf(here, old.username))).id}/follow`);
    await three.settle();
    await next.api('POST', '/api/move/aliases', { account: handleOf(here, old.username) });
    const moved = await call(here.process.address, 'POST', '/api/move', {
      token: await browserToken(here, old),
      body: { to: handleOf(there, next.username) },
    });
    expect(moved, JSON.stringify(moved.body)).toMatchObject({ status: 200 });
    await three.settle();
    const followed = await get(fan, `/api/v1/accounts/${fan.accountId}/following`);
    expect(followed.map(({ acct }: Answer['body']) => acct)).toEqual([next.username]);
  });

  it('a block ends both follows, and what the blocked write is not taken', async () => {
    await author.api('POST', `/api/v1/accounts/${readerHere}/block`);
    await three.settle();
    expect(await relation(reader, authorThere)).toMatchObject({ following: false, blocked_by: true });
    expect(await relation(author, readerHere)).toMatchObject({ blocking: true, followed_by: false });
    const post = await write(reader, `@${handleOf(here, author.username)} why?`);
    await three.settle();
    const { rows } = await here.ctx.database.pool.query('select from posts where uri = $1', [post.uri]);
    expect(rows).toHaveLength(0);
  });
});

it('a conversation across all three is whole on each, also where nobody follows who answered', async () => {
  const { first, second, third } = three;
  const [root, answer, last] = await Promise.all([
    first.signUp('starter'),
    second.signUp('answerer'),
    third.signUp('onlooker'),
  ]);
  const starterOnSecond = await find(answer, handleOf(first, 'starter'));
  const starterOnThird = await find(last, handleOf(first, 'starter'));
  await answer.api('POST', `/api/v1/accounts/${starterOnSecond.id}/follow`);
  await last.api('POST', `/api/v1/accounts/${starterOnThird.id}/follow`);
  await three.settle();
  const post = await write(root, 'who has seen a rook?');
  await three.settle();
  const onSecond = await copyOf(answer, post.uri);
  const reply = await write(answer, `@${handleOf(first, 'starter')} I have`, { in_reply_to_id: onSecond.id });
  await write(answer, 'two, even', { in_reply_to_id: reply.id });
  await three.settle();
  const onThird = await copyOf(last, post.uri);
  await get(last, `/api/v1/statuses/${onThird.id}/context`);
  await three.settle();
  const { descendants } = await get(last, `/api/v1/statuses/${onThird.id}/context`);
  expect(descendants.map(text)).toEqual([expect.stringMatching(/I have$/), 'two, even']);
  const [found] = descendants;
  await write(last, `@${found.account.acct} where?`, { in_reply_to_id: found.id });
  await last.api('POST', `/api/v1/statuses/${found.id}/favourite`);
  await last.api('POST', `/api/v1/statuses/${onThird.id}/reblog`);
  await three.settle();
  expect((await get(answer, `/api/v1/statuses/${reply.id}`)).favourites_count).toBe(1);
  expect((await get(root, `/api/v1/statuses/${post.id}`)).reblogs_count).toBe(1);
  const { descendants: all } = await get(answer, `/api/v1/statuses/${reply.id}/context`);
  expect(all.map(text)).toEqual(expect.arrayContaining(['two, even', expect.stringMatching(/where\?$/)]));
});
