// Stories of one post: written, read, edited, deleted, liked, boosted, kept.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  alice = await signUp(server, 'alice');
  bob = await signUp(server, 'bob');
});
afterAll(() => server.close());

const write = (person: Person, body: object, headers?: Record<string, string>): Promise<Answer> =>
  person.api('POST', '/api/v1/statuses', body, headers);

describe('writing', () => {
  it('renders mentions, hashtags and links, and gives them beside the text', async () => {
    const { status, body } = await write(alice, {
      status: 'Hi @bob, see https://example.org/a #Birds and #birds\n\nbye @nobody',
      language: 'en',
    });
    expect(status).toBe(200);
    expect(body.mentions).toEqual([{ id: bob.accountId, username: 'bob', acct: 'bob', url: `${server.origin}/@bob` }]);
    expect(body.tags).toEqual([{ id: expect.any(String), name: 'birds', url: `${server.origin}/tags/birds` }]);
    expect(body.content).toContain(`<a href="${server.origin}/@bob" class="u-url mention">@<span>bob</span></a>`);
    expect(body.content).toContain('<p>bye @nobody</p>');
    expect(body).toMatchObject({
      visibility: 'public',
      language: 'en',
      spoiler_text: '',
      sensitive: false,
      reblog: null,
      in_reply_to_id: null,
    });
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body.uri).toBe(`${server.origin}/ap/posts/${body.id}`);
    expect(body.url).toBe(`${server.origin}/@alice/${body.id}`);
    expect(body.account.acct).toBe('alice');
  });

  it('takes a content warning, which marks the post as sensitive', async () => {
    const { body } = await write(alice, { status: 'the end', spoiler_text: 'film' });
    expect(body).toMatchObject({ spoiler_text: 'film', sensitive: true });
  });

  it('takes a form, with the parameters in the query', async () => {
    const form = await alice.api(
      'POST',
      '/api/v1/statuses?visibility=unlisted',
      new URLSearchParams({ status: 'from a form', sensitive: '1' }) as never,
    );
    expect(form.body).toMatchObject({ visibility: 'unlisted', sensitive: true });
  });

  it('places an answer in its thread and counts it', async () => {
    const parent = (await write(alice, { status: 'question' })).body;
    const reply = (await write(bob, { status: 'answer', in_reply_to_id: parent.id })).body;
    expect(reply).toMatchObject({ in_reply_to_id: parent.id, in_reply_to_account_id: alice.accountId });
    expect((await bob.api('GET', `/api/v1/statuses/${parent.id}`)).body.replies_count).toBe(1);
    await write(bob, { status: 'whispered', in_reply_to_id: parent.id, visibility: 'private' });
    expect((await bob.api('GET', `/api/v1/statuses/${parent.id}`)).body.replies_count).toBe(1);
  });

  it('counts a link as 23 characters and a mention without its domain', async () => {
    const link = `https://example.org/${'a'.repeat(900)}`;
    const long = 'x'.repeat(5000 - 23 - 1);
    expect((await write(alice, { status: `${long} ${link}` })).status).toBe(200);
    const tooLong = await write(alice, { status: `${long}x ${link}` });
    expect(tooLong.status).toBe(422);
    expect(tooLong.body.error).toBe('Validation failed: Text character limit of 5000 exceeded');
    expect((await write(alice, { status: 'x'.repeat(4000), spoiler_text: 'y'.repeat(1001) })).status).toBe(422);
  });
});

describe('a repeated request', () => {
  const key = (name: string): Record<string, string> => ({ 'idempotency-key': name });

  it('gives the first post again', async () => {
    const first = await write(alice, { status: 'once' }, key('k1'));
    const again = await write(alice, { status: 'once' }, key('k1'));
    expect(again.body.id).toBe(first.body.id);
  });

  it('with other content is refused', async () => {
    await write(alice, { status: 'one' }, key('k2'));
    const other = await write(alice, { status: 'two' }, key('k2'));
    expect(other.status).toBe(422);
    expect(other.body.error).toContain('idempotency key');
  });

  it('of another person is a post of their own', async () => {
    const mine = await write(alice, { status: 'same' }, key('k3'));
    const theirs = await write(bob, { status: 'same' }, key('k3'));
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('at the same moment makes one post', async () => {
    const before = (await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses?limit=40`)).body.length;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => write(alice, { status: 'all at once' }, key('k4'))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses?limit=40`)).body.length).toBe(
      before + 1,
    );
  });
});

describe('bad input', () => {
  it.each([
    ['nothing', {}, 422],
    ['blanks', { status: ' \n\t ' }, 422],
    ['characters that nobody sees', { status: '\u200b\u2060\u3164' }, 422],
    ['a NUL alone', { status: '\u0000' }, 422],
    ['a language that is none', { status: 'x', language: 'klingon!' }, 422],
    ['a visibility that is none', { status: 'x', visibility: 'everyone' }, 422],
    ['an answer to nothing', { status: 'x', in_reply_to_id: '12345' }, 404],
    ['an answer to no id', { status: 'x', in_reply_to_id: "1' or 1=1" }, 404],
    ['an answer to a number too large', { status: 'x', in_reply_to_id: '9'.repeat(40) }, 404],
    ['a text that is a list', { status: ['a', 'b'] }, 422],
    ['a flag that is none', { status: 'x', sensitive: 'maybe' }, 422],
    ['a picture that nobody uploaded', { status: 'x', media_ids: ['1'] }, 422],
    ['a poll with one option', { poll: { options: ['a'], expires_in: 300 }, status: 'x' }, 422],
    ['a date that is too soon', { status: 'x', scheduled_at: '2026-01-01T00:00:00.000Z' }, 422],
    ['a key longer than keys are', { status: 'x' }, 422, { 'idempotency-key': 'k'.repeat(300) }],
  ] as Array<[string, object, number, Record<string, string>?]>)(
    'is answered with a text: %s',
    async (_what, body, status, headers) => {
      const answer = await write(alice, body, headers);
      expect(answer.status).toBe(status);
      expect(answer.body.error.length).toBeGreaterThan(8);
    },
  );

  it('leaves out what it cannot store and keeps the rest', async () => {
    const { body } = await write(alice, {
      status: 'a\u0000b \ud800c',
      media_ids: null,
      poll: null,
      in_reply_to_id: null,
      unknown: 1,
    });
    expect(body.content).toBe('<p>ab \ufffdc</p>');
  });

  it.each(['abc', '0', '99999999999999999999', '1%00', "'"])('finds no post with the id %s', async (id) => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/context'],
      ['GET', '/source'],
      ['GET', '/history'],
      ['GET', '/favourited_by'],
      ['GET', '/reblogged_by'],
      ['DELETE', ''],
      ['PUT', ''],
      ['POST', '/favourite'],
      ['POST', '/unfavourite'],
      ['POST', '/reblog'],
      ['POST', '/unreblog'],
      ['POST', '/bookmark'],
      ['POST', '/unbookmark'],
    ] as const) {
      const answer = await alice.api(
        method,
        `/api/v1/statuses/${encodeURIComponent(id)}${path}`,
        method === 'PUT' ? { status: 'x' } : undefined,
      );
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      expect(answer.body.error).toMatch(/not found/i);
    }
  });

  it('needs somebody who is signed in, with the scope', async () => {
    expect((await call(server.origin, 'POST', '/api/v1/statuses', { body: { status: 'x' } })).status).toBe(401);
    const reader = await signUp(server, 'reader', { scopes: 'read' });
    const refused = await write(reader, { status: 'x' });
    expect(refused.status).toBe(403);
    expect(refused.body.error).toBe('This action is outside the authorized scopes');
  });
});

describe('editing', () => {
  it('changes the text, keeps the former version, and leaves out what stays', async () => {
    const { body: post } = await write(alice, { status: 'frist #a', spoiler_text: 'w', language: 'en' });
    const edited = await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'first #b @bob' });
    expect(edited.body).toMatchObject({ id: post.id, spoiler_text: 'w', language: 'en', created_at: post.created_at });
    expect(edited.body.edited_at).toMatch(/\.\d{3}Z$/);
    expect(edited.body.tags.map(({ name }: { name: string }) => name)).toEqual(['b']);
    const { body: history } = await bob.api('GET', `/api/v1/statuses/${post.id}/history`);
    expect(history.map(({ content }: { content: string }) => content.replaceAll(/<[^>]+>/g, ''))).toEqual([
      'frist #a',
      'first #b @bob',
    ]);
    expect(history[0].created_at).toBe(post.created_at);
    expect(history[1].created_at).toBe(edited.body.edited_at);
    expect((await alice.api('GET', `/api/v1/statuses/${post.id}/source`)).body).toEqual({
      id: post.id,
      text: 'first #b @bob',
      spoiler_text: 'w',
    });
    expect((await bob.api('GET', `/api/v1/statuses/${post.id}/source`)).status).toBe(404);
  });

  it('works with PATCH, and an edit that changes nothing leaves no trace', async () => {
    const { body: post } = await write(alice, { status: 'same' });
    const same = await alice.api('PATCH', `/api/v1/statuses/${post.id}`, { status: 'same' });
    expect(same.body.edited_at).toBeNull();
    expect((await alice.api('GET', `/api/v1/statuses/${post.id}/history`)).body).toHaveLength(1);
  });

  it('is for the author alone', async () => {
    const { body: post } = await write(alice, { status: 'mine' });
    expect((await bob.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'yours' })).status).toBe(404);
    expect((await bob.api('DELETE', `/api/v1/statuses/${post.id}`)).status).toBe(404);
    expect((await alice.api('GET', `/api/v1/statuses/${post.id}`)).body.content).toBe('<p>mine</p>');
  });

  it('lets whom it no longer mentions still see, without showing them', async () => {
    const { body: post } = await write(alice, { status: 'psst @bob', visibility: 'direct' });
    const edited = await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'psst' });
    expect(edited.body.mentions).toEqual([]);
    expect((await bob.api('GET', `/api/v1/statuses/${post.id}`)).status).toBe(200);
  });
});

describe('deleting', () => {
  it('gives the source back and takes the post away everywhere', async () => {
    const { body: post } = await write(alice, { status: 'short-lived *text*' });
    await bob.api('POST', `/api/v1/statuses/${post.id}/bookmark`);
    const boost = (await bob.api('POST', `/api/v1/statuses/${post.id}/reblog`)).body;
    const reply = (await write(bob, { status: 'to it', in_reply_to_id: post.id })).body;
    const before = (await alice.api('GET', `/api/v1/accounts/${bob.accountId}/statuses?limit=1`)).body[0].account
      .statuses_count;
    const deleted = await alice.api('DELETE', `/api/v1/statuses/${post.id}`);
    expect(deleted.body).toMatchObject({ id: post.id, text: 'short-lived *text*' });
    expect((await bob.api('GET', `/api/v1/statuses/${post.id}`)).status).toBe(404);
    expect((await bob.api('GET', `/api/v1/statuses/${boost.id}`)).status).toBe(404);
    expect((await bob.api('GET', '/api/v1/bookmarks')).body).toEqual([]);
    const left = (await bob.api('GET', `/api/v1/statuses/${reply.id}`)).body;
    expect(left).toMatchObject({ in_reply_to_id: null, in_reply_to_account_id: alice.accountId });
    expect(left.account.statuses_count).toBe(before - 1);
    expect((await alice.api('DELETE', `/api/v1/statuses/${post.id}`)).status).toBe(404);
  });

  it('is limited, since each deletion goes out to many servers', async () => {
    const eager = await signUp(server, 'eager');
    const answers: number[] = [];
    for (let turn = 0; turn < 31; turn += 1) {
      const { body: post } = await write(eager, { status: `number ${turn}` });
      answers.push((await eager.api('DELETE', `/api/v1/statuses/${post.id}`)).status);
    }
    expect(answers.filter((status) => status === 200)).toHaveLength(30);
    expect(answers.at(-1)).toBe(429);
  });
});

describe('liking, boosting and keeping', () => {
  it('counts a like once and takes it back once', async () => {
    const { body: post } = await write(alice, { status: 'likeable' });
    const path = `/api/v1/statuses/${post.id}`;
    await Promise.all([1, 2, 3].map(() => bob.api('POST', `${path}/favourite`)));
    expect((await bob.api('GET', path)).body).toMatchObject({ favourites_count: 1, favourited: true });
    expect((await alice.api('GET', path)).body).toMatchObject({ favourites_count: 1, favourited: false });
    expect((await call(server.origin, 'GET', path)).body).not.toHaveProperty('favourited');
    expect((await alice.api('GET', `${path}/favourited_by`)).body.map(({ acct }: { acct: string }) => acct)).toEqual([
      'bob',
    ]);
    expect((await bob.api('GET', '/api/v1/favourites')).body[0].id).toBe(post.id);
    expect((await bob.api('POST', `${path}/unfavourite`)).body).toMatchObject({
      favourites_count: 0,
      favourited: false,
    });
    await bob.api('POST', `${path}/unfavourite`);
    expect((await bob.api('GET', path)).body.favourites_count).toBe(0);
  });

  it('boosts once, by the post or by a boost of it, and answers with the boost', async () => {
    const { body: post } = await write(alice, { status: 'boostable' });
    const { body: boost } = await bob.api('POST', `/api/v1/statuses/${post.id}/reblog`);
    expect(boost).toMatchObject({
      content: post.content,
      reblogged: true,
      reblog: { id: post.id, reblogs_count: 1, reblogged: true },
    });
    expect(boost.account.acct).toBe('bob');
    expect(boost.reblog.account.acct).toBe('alice');
    expect((await bob.api('POST', `/api/v1/statuses/${boost.id}/reblog`)).body.id).toBe(boost.id);
    const liked = await alice.api('POST', `/api/v1/statuses/${boost.id}/favourite`);
    expect(liked.body).toMatchObject({ id: boost.id, reblog: { favourited: true, favourites_count: 1 } });
    expect(
      (await alice.api('GET', `/api/v1/statuses/${post.id}/reblogged_by`)).body.map(
        ({ acct }: { acct: string }) => acct,
      ),
    ).toEqual(['bob']);
    const undone = await bob.api('POST', `/api/v1/statuses/${post.id}/unreblog`);
    expect(undone.body).toMatchObject({ id: post.id, reblogs_count: 0, reblogged: false });
    expect((await bob.api('GET', `/api/v1/statuses/${boost.id}`)).status).toBe(404);
  });

  it('boosts nothing that was not meant for everybody, except one’s own', async () => {
    const { body: post } = await write(alice, { status: 'for followers @bob', visibility: 'private' });
    expect((await bob.api('POST', `/api/v1/statuses/${post.id}/reblog`)).status).toBe(422);
    expect((await alice.api('POST', `/api/v1/statuses/${post.id}/reblog`)).body.visibility).toBe('private');
    const { body: direct } = await write(alice, { status: '@bob', visibility: 'direct' });
    expect((await alice.api('POST', `/api/v1/statuses/${direct.id}/reblog`)).status).toBe(422);
  });

  it('keeps posts in the order in which they were kept, page by page', async () => {
    const carol = await signUp(server, 'carol');
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.push((await write(alice, { status: name })).body.id);
    for (const id of [ids[1], ids[2], ids[0]])
      expect((await carol.api('POST', `/api/v1/statuses/${id}/bookmark`)).body.bookmarked).toBe(true);
    const first = await carol.api('GET', '/api/v1/bookmarks?limit=2');
    expect(first.body.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[2]]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(new URL(next).searchParams.get('limit')).toBe('2');
    expect((await carol.api('GET', next)).body.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
    await carol.api('POST', `/api/v1/statuses/${ids[0]}/unbookmark`);
    expect((await carol.api('GET', '/api/v1/bookmarks')).body).toHaveLength(2);
  });
});

describe('our own API', () => {
  it('writes, shows, lists, edits and deletes a post', async () => {
    const made = await alice.api('POST', '/api/posts', {
      content: 'plain #text',
      visibility: 'unlisted',
      content_warning: 'cw',
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/posts/${made.body.id}`);
    expect(made.body).toMatchObject({
      content: 'plain #text',
      visibility: 'unlisted',
      content_warning: 'cw',
      likes: 0,
      account: { id: alice.accountId, handle: 'alice' },
      tags: ['text'],
    });
    const edited = await alice.api('PUT', `/api/posts/${made.body.id}`, { content: 'plainer' });
    expect(edited.body).toMatchObject({ content: 'plainer', content_warning: 'cw' });
    expect((await call(server.origin, 'GET', `/api/posts/${made.body.id}`)).body.content_html).toBe('<p>plainer</p>');
    const { body: open } = await alice.api('POST', '/api/posts', { content: 'for all' });
    expect((await call(server.origin, 'GET', '/api/posts')).body[0].id).toBe(open.id);
    expect((await alice.api('DELETE', `/api/posts/${made.body.id}`)).body).toEqual({});
    expect((await alice.api('GET', `/api/posts/${made.body.id}`)).status).toBe(404);
  });

  it('answers what it cannot take with a text', async () => {
    expect((await alice.api('POST', '/api/posts', {})).body.error).toMatch(/can't be blank/);
    expect((await alice.api('POST', '/api/posts', { content: 'x', visibility: 'nobody' })).status).toBe(422);
    expect((await call(server.origin, 'POST', '/api/posts', { body: { content: 'x' } })).status).toBe(401);
    expect((await bob.api('DELETE', '/api/posts/1')).status).toBe(404);
  });
});
