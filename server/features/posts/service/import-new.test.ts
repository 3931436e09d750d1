// Posts that come at one moment are all there afterwards, also when their ids meet: many servers write no more than the second.
import { afterEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { importPosts } from './import-new.ts';
import type { ImportedPost } from './import.ts';

let opened: TestContext | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

const author = { id: '7', uri: 'https://far.example/users/ada' };
const publishedAt = new Date('2026-01-02T03:04:05Z');

function imported(name: string): ImportedPost {
  return {
    uri: `https://far.example/notes/${name}`,
    url: null,
    accountId: author.id,
    authorUri: author.uri,
    visibility: 'public',
    silentIds: [],
    inReplyToUri: null,
    groupId: null,
    publishedAt,
    updatedAt: null,
    html: `<p>${name}</p>`,
    summary: '',
    sensitive: false,
    language: null,
    emojis: [],
    tags: [{ name: 'morning', display: 'morning' }],
    poll: null,
    mentionedIds: [],
    files: [],
    quote: null,
    quotePolicy: 'nobody',
    quoteAsking: 'nobody',
    counts: { likes: null, boosts: null, replies: null },
    interactionRules: null,
    approvalUri: null,
  };
}

test('posts that are given the same id are given others, and none is lost', async () => {
  opened = await openTestContext();
  const { ctx } = opened;
  await sql`insert into accounts (id, username, domain, uri, inbox_url, created_at, updated_at, fetched_at)
    values (${author.id}, 'ada', 'far.example', ${author.uri}, 'https://far.example/inbox', now(), now(), now())`.execute(
    ctx.database.read,
  );
  // The first three meet; of the second attempts one meets what is there, and the other is free.
  const drawn = ['100', '100', '100', '100', '101', '102'];
  const ids = await importPosts({ ...ctx, newId: () => drawn.shift() ?? ctx.newId() }, ['a', 'b', 'c'].map(imported));
  expect(ids).toEqual(['100', '102', '101']);
  const { rows } = await sql<{ uri: string; tags: number; events: number }>`
    select p.uri, (select count(*)::int from post_tags t where t.post_id = p.id) as tags,
      (select count(*)::int from outbox_events e where e.payload ->> 'postId' = p.id::text) as events
    from posts p where p.account_id = ${author.id} order by p.id`.execute(ctx.database.read);
  expect(rows.map(({ uri }) => uri.at(-1)).toSorted()).toEqual(['a', 'b', 'c']);
  expect(rows.every(({ tags, events }) => tags === 1 && events === 1)).toBe(true);
});
