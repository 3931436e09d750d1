// Alice's four posts and ten readers of them, each of whom once could see more, or did all they could to find them again.
import { block } from '#server/features/graph/service/block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { mute } from '#server/features/graph/service/mute.ts';
import { signRequest } from '#server/platform/fediverse/signatures/sign.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import type { TestServer } from '#server/testing/server.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';

export const words = ['public', 'unlisted', 'private', 'direct'] as const;
export type Word = (typeof words)[number];

/** What each reader may see. */
export const readers = {
  anonymous: ['public', 'unlisted'],
  stranger: ['public', 'unlisted'],
  follower: ['public', 'unlisted', 'private'],
  'ex-follower': ['public', 'unlisted'],
  blocked: [],
  muted: ['public', 'unlisted'],
  mentioned: words,
  moderator: ['public', 'unlisted'],
  'remote signed': ['public', 'unlisted', 'private'],
  'remote unsigned': ['public', 'unlisted'],
} satisfies Record<string, readonly Word[]>;
export type Reader = keyof typeof readers;

export interface Post {
  id: string;
  /** Stands in the post's text and in the description of its picture, and nowhere else. */
  mark: string;
}

export interface Matrix {
  alice: Person;
  people: Map<Reader, Person>;
  posts: Record<Word, Post>;
  /** The list that each has, with Alice in it. */
  lists: Map<Reader, string>;
  /** The notifications that each has. */
  notifications: Map<Reader, Array<{ id: string; group_key: string }>>;
  /** What a reader brings along to ask for that type: a token or a signature. */
  headersOf(reader: Reader, url: URL, accept: string): Record<string, string>;
  close(): Promise<void>;
}

const local = ['stranger', 'follower', 'ex-follower', 'blocked', 'muted', 'mentioned', 'moderator'] as const;

/** Sets the scene by the doors, then lets friendships end. */
export async function setMatrix(server: TestServer): Promise<Matrix> {
  const there = await openStranger();
  const alice = await signUp(server, 'alice');
  const people = new Map<Reader, Person>();
  for (const reader of local)
    people.set(
      reader,
      await signUp(server, reader.replace('-', ''), reader === 'moderator' ? { role: 'moderator' } : {}),
    );
  for (const reader of ['follower', 'ex-follower', 'blocked'] as const)
    await ok(people.get(reader), 'POST', `/api/v1/accounts/${alice.accountId}/follow`);
  const faraway = await followFromAfar(server, there, alice);
  const lists = await makeLists(people, alice);
  const posts = await writePosts(server, alice);
  await server.settle();
  await touch(people, posts);
  await server.settle();
  await part(server, people, alice);
  await server.settle();
  const notifications: Matrix['notifications'] = new Map();
  for (const [reader, person] of people)
    notifications.set(reader, await ok(person, 'GET', '/api/v1/notifications?include_filtered=true'));
  return {
    alice,
    people,
    posts,
    lists,
    notifications,
    headersOf(reader, url, accept): Record<string, string> {
      const person = people.get(reader);
      if (person !== undefined) return { accept, authorization: `Bearer ${person.token}` };
      return reader === 'remote signed' ? { accept, ...signed(faraway, url, accept) } : { accept };
    },
    close: () => there.close(),
  };
}

async function ok(person: Person | undefined, method: string, path: string, body?: unknown): Promise<Answer['body']> {
  if (person === undefined) throw new Error('nobody does this');
  const answer = await person.api(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function followFromAfar(server: TestServer, there: StrangeServer, alice: Person): Promise<Stranger> {
  const faraway = await there.person('faraway');
  const [found] = await ok(alice, 'GET', `/api/v1/accounts/search?q=faraway@${there.host}&resolve=true`);
  await follow(server.ctx, { followerId: found.id, followeeId: alice.accountId });
  return faraway;
}

async function makeLists(people: Map<Reader, Person>, alice: Person): Promise<Map<Reader, string>> {
  const lists = new Map<Reader, string>();
  for (const [reader, person] of people) {
    const { id } = await ok(person, 'POST', '/api/v1/lists', { title: 'Watched' });
    await ok(person, 'POST', `/api/v1/lists/${id}/accounts`, { account_ids: [alice.accountId] });
    await person.api('POST', '/api/v1/tags/matrix/follow');
    lists.set(reader, id);
  }
  return lists;
}

async function writePosts({ ctx }: TestServer, alice: Person): Promise<Record<Word, Post>> {
  const entries: Array<[Word, Post]> = [];
  for (const word of words) {
    const mark = `mark${word}${Math.random().toString(36).slice(2, 10)}`;
    const status = `${mark} @mentioned #matrix https://birds.example/matrix`;
    // Its picture is described by the same mark, so that it is found wherever the picture is.
    const picture = await makeUpload(ctx, alice.accountId, { description: mark });
    const { id } = await ok(alice, 'POST', '/api/v1/statuses', { status, visibility: word, media_ids: [picture] });
    if (word !== 'direct') await ok(alice, 'POST', `/api/v1/statuses/${id}/pin`);
    entries.push([word, { id, mark }]);
  }
  // Safe: one entry for each word.
  return Object.fromEntries(entries) as Record<Word, Post>;
}

/** Whoever sees a post now takes hold of it in every way that may bring it back later. */
async function touch(people: Map<Reader, Person>, posts: Record<Word, Post>): Promise<void> {
  for (const person of people.values()) {
    for (const { id } of Object.values(posts)) {
      if ((await person.api('GET', `/api/v1/statuses/${id}`)).status !== 200) continue;
      await ok(person, 'POST', `/api/v1/statuses/${id}/favourite`);
      await ok(person, 'POST', `/api/v1/statuses/${id}/bookmark`);
      await person.api('POST', `/api/v1/statuses/${id}/reblog`);
    }
  }
}

/** Friendships end, and everything that was held before must let go. */
async function part({ ctx }: TestServer, people: Map<Reader, Person>, alice: Person): Promise<void> {
  const idOf = (reader: Reader): string => people.get(reader)?.accountId ?? '';
  await unfollow(ctx, { followerId: idOf('ex-follower'), followeeId: alice.accountId });
  await block(ctx, { blockerId: alice.accountId, blockedId: idOf('blocked') });
  await mute(ctx, { muterId: alice.accountId, mutedId: idOf('muted') });
}

function signed(stranger: Stranger, url: URL, accept: string): Record<string, string> {
  const { host: _host, ...headers } = signRequest({
    method: 'GET',
    url,
    headers: { accept },
    keyId: stranger.keyId,
    privateKey: stranger.privateKey,
    scheme: 'cavage',
    date: new Date(),
  });
  return headers;
}
