// Every door that can be read, also those that are added tomorrow, for ten readers and posts of four visibilities: nobody
// finds in any answer what they may not see.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameOf, openServerWithDoors, type Door } from './doors.ts';
import { readers, setMatrix, words, type Matrix, type Post, type Reader, type Word } from './matrix-scene.ts';

const { server, doors } = await openServerWithDoors({ rateLimit: 1_000_000 });
let matrix: Matrix;
beforeAll(async () => {
  matrix = await setMatrix(server);
});
afterAll(async () => {
  await Promise.all([server.close(), matrix?.close()]);
});

/** Answers that never end, and files that are the same for everybody. */
const isEndless = ({ path }: Door): boolean => /^\/api\/(v1\/streaming|docs|openapi)|^\/assets\//.test(path);
const readable = doors.filter((door) => door.method === 'GET' && !door.path.includes('*') && !isEndless(door));
const aboutPost = (path: string): boolean => /\/(statuses|posts|polls)\/:id/.test(path);

/** Addresses behind the wildcards of the route table. */
const behindWildcards = [
  '/ap/users/:id',
  '/ap/users/:id/outbox',
  '/ap/users/:id/outbox?page=true',
  '/ap/users/:id/featured',
  '/ap/users/:id/followers',
  '/@alice',
  '/tags/matrix',
];
const pagesOfPosts = ['/ap/posts/:id', '/@alice/:id'];

interface Got {
  status: number;
  text: string;
}

async function get(reader: Reader, path: string): Promise<Got> {
  const url = new URL(path, server.origin);
  const accept = path.startsWith('/ap/')
    ? 'application/activity+json'
    : path.startsWith('/api')
      ? 'application/json'
      : 'text/html';
  const response = await fetch(url, { redirect: 'manual', headers: matrix.headersOf(reader, url, accept) });
  return { status: response.status, text: await response.text() };
}

/** The addresses of a door, with what the reader has in their own hands where it asks for that. */
function addressesOf({ path }: Door, reader: Reader): string[] {
  const query = queryOf(path);
  const fill = (id: string): string =>
    path
      .replace(':list_id', matrix.lists.get(reader) ?? '1')
      .replace(/:id|:account_id/, id)
      .replace(/:hashtag|:name/, 'matrix') + query;
  if (path.includes('/notifications')) {
    const own = matrix.notifications.get(reader) ?? [];
    if (/:id|:group_key/.test(path))
      return own.map(({ id, group_key: key }) => path.replace(':id', id).replace(':group_key', key));
    return [path + query];
  }
  if (path.includes('/lists/:id')) return [fill(matrix.lists.get(reader) ?? '1')];
  const address = fill(matrix.alice.accountId);
  return hasMediaPage.test(path) ? [address, `${address}?only_media=true`] : [address];
}

/** Doors with pages of pictures alone. */
const hasMediaPage = /\/timelines\/(?:public|tag|list)\b|\/accounts\/:id\/statuses$/;

function queryOf(path: string): string {
  const posts = Object.values(matrix.posts);
  const queries: Record<string, string> = {
    '/api/v1/statuses': `?${posts.map(({ id }) => `id[]=${id}`).join('&')}`,
    '/api/v1/accounts': `?id[]=${matrix.alice.accountId}`,
    '/api/v1/accounts/lookup': '?acct=alice',
    '/api/v1/accounts/search': '?q=alice',
    '/api/v1/accounts/relationships': `?id[]=${matrix.alice.accountId}`,
    '/api/v1/accounts/familiar_followers': `?id[]=${matrix.alice.accountId}`,
    '/api/v2/search': '?q=mark',
    '/api/v1/timelines/link': '?url=https://birds.example/matrix',
    '/api/v1/notifications': '?include_filtered=true',
    '/api/v2/notifications': '?include_filtered=true',
    '/.well-known/webfinger': `?resource=acct:alice@${server.ctx.config.handleDomain}`,
  };
  return queries[path] ?? '';
}

/** Documents and plain pages know nobody by a token: a signature alone tells who asks for them. */
function maySee(reader: Reader, word: Word, path: string): boolean {
  const isKnown = path.startsWith('/api/') || reader === 'remote signed';
  const allowed: readonly Word[] = readers[isKnown ? reader : 'anonymous'];
  return allowed.includes(word) && (reader !== 'remote signed' || path.startsWith('/ap/') || word !== 'private');
}

/** Which of the posts an answer holds, by their words or by their ids. */
const held = (text: string): Word[] =>
  words.filter((word) => {
    const { id, mark } = matrix.posts[word];
    return text.includes(mark) || text.includes(`"id":"${id}"`);
  });

const names = Object.keys(readers) as Reader[];
const shown = new Map<string, Set<string>>();
const note = (door: string, reader: Reader, seen: Word[]): void => {
  const known = shown.get(door) ?? new Set();
  for (const word of seen) known.add(`${reader}: ${word}`);
  shown.set(door, known);
};

describe.each(names)('%s', (reader) => {
  test.each(readable.filter(({ path }) => !aboutPost(path)).map((door): [string, Door] => [nameOf(door), door]))(
    '%s',
    async (name, door) => {
      for (const address of addressesOf(door, reader)) {
        const { status, text } = await get(reader, address);
        expect(status).toBeLessThan(500);
        const seen = held(text);
        note(name, reader, seen);
        if (address.endsWith('?only_media=true')) note(`${name} of media alone`, reader, seen);
        expect({ address, leaked: seen.filter((word) => !maySee(reader, word, door.path)) }).toEqual({
          address,
          leaked: [],
        });
      }
    },
  );

  test.each(behindWildcards)('%s', async (path) => {
    const { status, text } = await get(reader, path.replace(':id', matrix.alice.accountId));
    expect(status).toBeLessThan(500);
    expect(held(text).filter((word) => !maySee(reader, word, path))).toEqual([]);
  });

  const doorsOfPosts = [
    ...readable.filter(({ path }) => aboutPost(path)).map((door): [string, string] => [nameOf(door), door.path]),
    ...pagesOfPosts.map((path): [string, string] => [path, path]),
  ];
  test.each(doorsOfPosts)('%s', async (name, path) => {
    for (const word of words) {
      const post: Post = matrix.posts[word];
      const { status, text } = await get(reader, path.replace(':id', post.id));
      const seen = held(text);
      note(name, reader, seen);
      expect({ word, leaked: seen.filter((one) => !maySee(reader, one, path)) }).toEqual({ word, leaked: [] });
      if (maySee(reader, word, path)) expect(status).toBeLessThan(500);
      else await expectAbsence(reader, path, post, { status, text });
    }
  });
});

/** What may not be seen looks just like what is not there. */
async function expectAbsence(reader: Reader, path: string, post: Post, got: Got): Promise<void> {
  const missingId = String(BigInt(post.id) - 1n);
  const missing = await get(reader, path.replace(':id', missingId));
  const plain = ({ status, text }: Got, id: string): Got => ({ status, text: text.replaceAll(id, '…') });
  expect(plain(got, post.id)).toEqual(plain(missing, missingId));
}

test('the doors that show posts did show them to those who may see them', () => {
  const seesPrivate = (door: string): boolean => shown.get(door)?.has('follower: private') ?? false;
  const mustShow = [
    'GET /api/v1/statuses',
    'GET /api/v1/statuses/:id',
    'GET /api/v1/accounts/:id/statuses',
    'GET /api/v1/accounts/:id/statuses of media alone',
    'GET /api/v1/timelines/home',
    'GET /api/v1/timelines/list/:list_id of media alone',
    'GET /api/v1/timelines/list/:list_id',
    'GET /api/v1/favourites',
    'GET /api/v1/bookmarks',
    'GET /api/posts/:id',
  ];
  expect(mustShow.filter((door) => !seesPrivate(door))).toEqual([]);
  expect(shown.get('GET /api/v1/notifications')).toContain('mentioned: direct');
  expect(shown.get('/ap/posts/:id')).toContain('remote signed: private');
  expect(shown.get('GET /api/v1/timelines/public')).toContain('anonymous: public');
  expect(shown.get('GET /api/v1/timelines/public of media alone')).toContain('anonymous: public');
  expect(shown.get('GET /api/v1/timelines/tag/:hashtag of media alone')).toContain('anonymous: public');
  expect(shown.get('GET /api/v1/timelines/tag/:hashtag')).toContain('anonymous: public');
});
