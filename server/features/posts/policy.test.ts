// The predicate and its SQL twin must agree on every graph that people can make.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { visibilities, type Visibility } from '#server/features/instance/entities.ts';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { replyPolicies, type ReplyPolicy } from './entities.ts';
import {
  boostVisibility,
  mayReply,
  maySee,
  repliableBy,
  visibleTo,
  visibleToReader,
  type JudgedPost,
  type PostFacts,
} from './policy.ts';

let server: TestContext;
beforeAll(async () => {
  server = await openTestContext();
});
afterAll(() => server.close());

const people = 4;
const person = fc.nat(people - 1);
/** Where each of them lives; null is here. */
const domains = [null, 'one.example', 'one.example', 'two.example'];

/** People by number; `boosts` names an earlier post. */
interface Graph {
  standings: Array<'active' | 'suspended' | 'deleted' | 'unopened'>;
  follows: Array<{ from: number; to: number; state: 'pending' | 'accepted' }>;
  blocks: Array<{ from: number; to: number }>;
  domainBlocks: Array<{ from: number; domain: string }>;
  posts: Array<{
    author: number;
    visibility: Visibility;
    mentions: Array<{ who: number; silent: boolean }>;
    boosts: number | null;
    replies: ReplyPolicy;
    awaits: number | null;
  }>;
}

const standing = fc.oneof(
  { weight: 9, arbitrary: fc.constant('active' as const) },
  { weight: 1, arbitrary: fc.constantFrom('suspended' as const, 'deleted' as const, 'unopened' as const) },
);
const graphs: fc.Arbitrary<Graph> = fc.record({
  standings: fc.array(standing, { minLength: people, maxLength: people }),
  follows: fc.uniqueArray(
    fc.record({ from: person, to: person, state: fc.constantFrom('pending' as const, 'accepted' as const) }),
    { maxLength: 8, selector: pair },
  ),
  blocks: fc.uniqueArray(fc.record({ from: person, to: person }), { maxLength: 2, selector: pair }),
  domainBlocks: fc.uniqueArray(
    fc.record({ from: person, domain: fc.constantFrom('one.example', 'two.example', 'three.example') }),
    { maxLength: 2, selector: ({ from, domain }) => `${from}>${domain}` },
  ),
  posts: fc.array(
    fc.record({
      author: person,
      visibility: fc.constantFrom(...visibilities),
      mentions: fc.uniqueArray(fc.record({ who: person, silent: fc.boolean() }), {
        maxLength: 2,
        selector: ({ who }) => who,
      }),
      boosts: fc.option(fc.nat(5)),
      replies: fc.constantFrom(...replyPolicies),
      awaits: fc.option(person, { freq: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

function pair({ from, to }: { from: number; to: number }): string {
  return `${from}>${to}`;
}

it('says the same as code and as SQL, for everybody and everything', { timeout: 120_000 }, async () => {
  let base = 1_000;
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      base += 100;
      const stored = await store(graph, base);
      const { rows } = await sql<{
        viewer: string | null;
        post: string;
        visible: boolean;
        onPages: boolean;
        repliable: boolean;
      }>`
        select viewer.id as viewer, p.id as post, coalesce(${visibleTo(sql.ref('viewer.id'), 'p')}, false) as visible,
          coalesce(${visibleToReader(sql.ref('viewer.id'), 'p')}, false) as "onPages",
          coalesce(${repliableBy(sql.ref('viewer.id'), 'p')}, false) as repliable
        from unnest(${[...stored.accountIds, null]}::bigint[]) as viewer (id) cross join posts p
        where p.id = any(${stored.posts.map(({ id }) => id)}::bigint[])`.execute(server.ctx.database.read);
      expect(rows.length).toBe(stored.posts.length * (people + 1));
      for (const { viewer, post, visible, onPages, repliable } of rows) {
        const judged = stored.judge(viewer, post);
        expect({ viewer, post, visible, onPages }).toEqual({ viewer, post, visible: judged, onPages: judged });
        if (viewer !== null)
          expect({ viewer, post, repliable }).toEqual({ viewer, post, repliable: stored.answers(viewer, post) });
      }
    }),
    { numRuns: 300 },
  );
});

it('lets only public and unlisted posts, and one’s own followers-only posts, be boosted', () => {
  const post = (visibility: Visibility): JudgedPost => ({ accountId: '1', visibility, awaitsId: null });
  expect(boostVisibility('2', post('public'), 'public')).toBe('public');
  expect(boostVisibility('2', post('unlisted'), 'followers')).toBe('followers');
  expect(boostVisibility('2', post('followers'), 'public')).toBeNull();
  expect(boostVisibility('1', post('followers'), 'public')).toBe('followers');
  expect(boostVisibility('1', post('direct'), 'public')).toBeNull();
  expect(boostVisibility('2', post('public'), 'direct')).toBeNull();
  expect(boostVisibility('1', { ...post('public'), awaitsId: '2' }, 'public')).toBeNull();
});

/** Writes a graph with ids from `base` on, and gives what the predicate says of it. */
async function store(graph: Graph, base: number) {
  const db = server.ctx.database.read;
  const at = new Date('2026-01-02T03:04:05.678Z');
  const idOf = (who: number): string => String(base + who);
  const accountIds = graph.standings.map((_, who) => idOf(who));
  await db
    .insertInto('accounts')
    .values(
      graph.standings.map((state, who) => ({
        id: idOf(who),
        username: `p${idOf(who)}`,
        domain: domains[who],
        uri: `http://localhost/${idOf(who)}`,
        inbox_url: 'http://localhost/inbox',
        created_at: at,
        updated_at: at,
        opened: state !== 'unopened',
        suspended_at: state === 'suspended' ? at : null,
        deleted_at: state === 'deleted' ? at : null,
      })),
    )
    .execute();
  const follows = graph.follows.filter(({ from, to }) => from !== to);
  const blocks = graph.blocks.filter(({ from, to }) => from !== to);
  if (follows.length > 0) {
    const values = follows.map(({ from, to, state }) => ({
      id: server.ctx.newId(),
      follower_id: idOf(from),
      followee_id: idOf(to),
      follower_is_remote: domains[from] != null,
      state,
      created_at: at,
    }));
    await db.insertInto('follows').values(values).execute();
  }
  if (blocks.length > 0) {
    const values = blocks.map(({ from, to }) => ({
      id: server.ctx.newId(),
      blocker_id: idOf(from),
      blocked_id: idOf(to),
      created_at: at,
    }));
    await db.insertInto('blocks').values(values).execute();
  }
  if (graph.domainBlocks.length > 0) {
    const values = graph.domainBlocks.map(({ from, domain }) => ({
      id: server.ctx.newId(),
      account_id: idOf(from),
      domain,
      created_at: at,
    }));
    await db.insertInto('domain_blocks').values(values).execute();
  }
  const posts = placePosts(graph, base);
  for (const post of posts) {
    await db
      .insertInto('posts')
      .values({
        id: post.id,
        account_id: idOf(post.author),
        uri: `http://localhost/posts/${post.id}`,
        local: true,
        visibility: post.visibility,
        conversation_id: post.id,
        boost_of_id: post.boostOf,
        reply_policy: post.replies,
        awaits_id: post.awaits === null ? null : idOf(post.awaits),
        created_at: at,
      })
      .execute();
  }
  const mentions = posts.flatMap((post) =>
    post.mentions.map(({ who, silent }) => ({ post_id: post.id, account_id: idOf(who), silent })),
  );
  if (mentions.length > 0) await db.insertInto('mentions').values(mentions).execute();

  const byId = new Map(posts.map((post) => [post.id, post]));
  const factsOf = (viewer: string | null, post: (typeof posts)[number]): PostFacts => ({
    authorGone: graph.standings[post.author] !== 'active',
    blocked:
      blocks.some(
        ({ from, to }) =>
          (idOf(from) === viewer && to === post.author) || (from === post.author && idOf(to) === viewer),
      ) ||
      graph.domainBlocks.some(
        ({ from, domain }) =>
          (idOf(from) === viewer && domain === domains[post.author]) ||
          (from === post.author && domain === domains[accountIds.indexOf(viewer ?? '')]),
      ),
    follows: follows.some(({ from, to, state }) => idOf(from) === viewer && to === post.author && state === 'accepted'),
    mentioned: post.mentions.some(({ who }) => idOf(who) === viewer),
  });
  const judgedOf = (post: (typeof posts)[number]): JudgedPost => ({
    accountId: idOf(post.author),
    visibility: post.visibility,
    awaitsId: post.awaits === null ? null : idOf(post.awaits),
  });
  const judge = (viewer: string | null, id: string): boolean => {
    const post = byId.get(id)!;
    const inner = post.boostOf === null ? null : byId.get(post.boostOf)!;
    return maySee(
      viewer,
      judgedOf(post),
      factsOf(viewer, post),
      inner && { post: judgedOf(inner), facts: factsOf(viewer, inner) },
    );
  };
  const answers = (viewer: string, id: string): boolean => {
    const post = byId.get(id)!;
    return mayReply(viewer, { ...judgedOf(post), replyPolicy: post.replies }, factsOf(viewer, post));
  };
  return { accountIds, posts, judge, answers };
}

/** Posts with ids; a boost points at an earlier original, and nobody boosts a post twice. */
function placePosts(graph: Graph, base: number) {
  const boosted = new Set<string>();
  const originals: string[] = [];
  return graph.posts.map((post, at) => {
    const id = String(base + 50 + at);
    const wanted = post.boosts === null ? undefined : originals[post.boosts];
    const isNew = wanted !== undefined && !boosted.has(`${post.author}>${wanted}`);
    if (isNew) boosted.add(`${post.author}>${wanted}`);
    else originals.push(id);
    return { ...post, id, boostOf: isNew ? wanted : null };
  });
}
