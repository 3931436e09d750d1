// Stories of notifications in groups: what belongs together, how a page of groups is read, and what a group is when some of it goes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mute } from '#server/features/graph/service/mute.ts';
import { block } from '#server/features/graph/service/block.ts';
import { sql } from '#server/platform/database.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

interface Group {
  group_key: string;
  notifications_count: number;
  type: string;
  most_recent_notification_id: number;
  page_min_id: string;
  page_max_id: string;
  latest_page_notification_at: string;
  sample_account_ids: string[];
  status_id?: string;
}
interface Results {
  accounts: Array<{ id: string }>;
  partial_accounts?: Array<{ id: string; acct: string }>;
  statuses: Array<{ id: string }>;
  notification_groups: Group[];
}

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `g${(made += 1)}`)));
const write = async (person: Person, status: string): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status })).body.id;
const read = async (person: Person, query = ''): Promise<Results> => {
  const { body } = await person.api('GET', `/api/v2/notifications${query}`);
  // Whatever is named is there.
  const accounts = new Set([...body.accounts, ...(body.partial_accounts ?? [])].map(({ id }: { id: string }) => id));
  const statuses = new Set(body.statuses.map(({ id }: { id: string }) => id));
  for (const group of body.notification_groups as Group[]) {
    for (const id of group.sample_account_ids) expect(accounts).toContain(id);
    if (group.status_id !== undefined) expect(statuses).toContain(group.status_id);
  }
  return body;
};
const groups = async (person: Person, query = ''): Promise<Array<[string, number]>> =>
  (await read(person, query)).notification_groups.map(({ type, notifications_count: count }) => [type, count]);
/** In the order given. */
const like = async (post: string, people: Person[], verb = 'favourite'): Promise<void> => {
  for (const person of people) {
    await person.api('POST', `/api/v1/statuses/${post}/${verb}`);
    await server.settle();
  }
};

describe('a group', () => {
  it('tells of all who liked a post, the latest first, with numbers and bounds that clients page by', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const post = await write(ann, 'like me');
    await like(post, [ben, cid]);
    const { notification_groups: found, statuses, accounts } = await read(ann);
    expect(found).toHaveLength(1);
    const [group] = found as [Group];
    const { body: single } = await ann.api('GET', '/api/v1/notifications');
    expect(group).toEqual({
      group_key: expect.stringContaining(post),
      notifications_count: 2,
      type: 'favourite',
      most_recent_notification_id: Number(single[0].id),
      page_min_id: single[1].id,
      page_max_id: single[0].id,
      latest_page_notification_at: single[0].created_at,
      sample_account_ids: [cid.accountId, ben.accountId],
      status_id: post,
    });
    expect(single.map((one: Group) => one.group_key)).toEqual([group.group_key, group.group_key]);
    expect(statuses[0]).toMatchObject({ id: post, favourited: false });
    expect(accounts.map(({ id }) => id)).toEqual([cid.accountId, ben.accountId]);
    const partial = await read(ann, '?expand_accounts=partial_avatars');
    expect(partial.accounts.map(({ id }) => id)).toEqual([cid.accountId]);
    expect(Object.keys(partial.partial_accounts?.[0] ?? {})).toEqual([
      'id',
      'acct',
      'locked',
      'bot',
      'url',
      'avatar',
      'avatar_static',
    ]);
  });

  it('is one for each kind and post; mentions stand alone', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const one = await write(ann, 'one');
    const two = await write(ann, 'two');
    await like(one, [ben, cid]);
    await like(two, [ben]);
    await like(two, [cid], 'reblog');
    await ben.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    await server.settle();
    await cid.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    await server.settle();
    await write(ben, `@${ann.username} hi`);
    await server.settle();
    await write(ben, `@${ann.username} hi again`);
    await server.settle();
    expect(await groups(ann)).toEqual([
      ['mention', 1],
      ['mention', 1],
      ['follow', 2],
      ['reblog', 1],
      ['favourite', 1],
      ['favourite', 2],
    ]);
    expect(
      await groups(ann, '?grouped_types[]=favourite&grouped_types[]=bogus&types[]=follow&types[]=favourite'),
    ).toEqual([
      ['follow', 1],
      ['follow', 1],
      ['favourite', 1],
      ['favourite', 2],
    ]);
    expect(await groups(ann, '?exclude_types[]=mention&exclude_types[]=reblog')).toHaveLength(3);
    expect(await groups(ann, `?account_id=${cid.accountId}`)).toEqual([
      ['follow', 2],
      ['reblog', 1],
      ['favourite', 2],
    ]);
    expect((await ann.api('GET', '/api/v2/notifications/unread_count')).body).toEqual({ count: 6 });
    expect((await ann.api('GET', '/api/v2/notifications/unread_count?grouped_types[]=none')).body).toEqual({
      count: 8,
    });
    expect((await ann.api('GET', '/api/v2/notifications/unread_count?limit=4')).body).toEqual({ count: 4 });
  });

  it('moves up when it grows, and is on one page only', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const posts = [await write(ann, 'a'), await write(ann, 'b'), await write(ann, 'c')];
    for (const post of posts) await like(post, [ben]);
    const before = await read(ann);
    const newest = before.notification_groups[0]?.page_max_id ?? '';
    await like(posts[0] ?? '', [cid]);
    const statusesOf = (found: Results): Array<string | undefined> =>
      found.notification_groups.map(({ status_id }) => status_id);
    const first = await ann.api('GET', '/api/v2/notifications?limit=2');
    expect(statusesOf(first.body)).toEqual([posts[0], posts[2]]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(statusesOf((await ann.api('GET', next)).body)).toEqual([posts[1]]);
    const fresh = await read(ann, `?since_id=${newest}`);
    expect(statusesOf(fresh)).toEqual([posts[0]]);
    expect(fresh.notification_groups[0]?.page_min_id).toBe(fresh.notification_groups[0]?.page_max_id);
    expect(statusesOf(await read(ann, `?min_id=0&limit=2`))).toEqual([posts[2], posts[1]]);
  });

  it('shrinks when a like is taken back, also the latest, and goes with the last', async () => {
    const [ann, ...fans] = (await crowd(4)) as [Person, Person, Person, Person];
    const [ben, cid, dan] = fans;
    const post = await write(ann, 'popular');
    await like(post, fans);
    await like(post, [dan], 'unfavourite');
    const { notification_groups: found } = await read(ann);
    expect(found).toMatchObject([{ notifications_count: 2, sample_account_ids: [cid.accountId, ben.accountId] }]);
    await like(post, [ben], 'unfavourite');
    expect(await groups(ann)).toEqual([['favourite', 1]]);
    await like(post, [cid], 'unfavourite');
    expect(await groups(ann)).toEqual([]);
    await like(post, [cid]);
    expect(await groups(ann)).toEqual([['favourite', 1]]);
  });

  it('keeps its place without those whom one mutes or blocks', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    const post = await write(ann, 'popular');
    await like(post, [ben, cid, dan]);
    await mute(server.ctx, { muterId: ann.accountId, mutedId: dan.accountId });
    expect((await read(ann)).notification_groups[0]?.sample_account_ids).toEqual([cid.accountId, ben.accountId]);
    await block(server.ctx, { blockerId: ann.accountId, blockedId: cid.accountId });
    await server.settle();
    expect((await read(ann)).notification_groups).toMatchObject([{ sample_account_ids: [ben.accountId] }]);
    await mute(server.ctx, { muterId: ann.accountId, mutedId: ben.accountId });
    expect(await groups(ann)).toEqual([]);
  });

  it('counts right when many like at the same moment', async () => {
    const [ann, ...fans] = (await crowd(6)) as [Person, ...Person[]];
    const post = await write(ann, 'popular');
    await Promise.all(fans.map((fan) => fan.api('POST', `/api/v1/statuses/${post}/favourite`)));
    await server.settle();
    expect(await groups(ann)).toEqual([['favourite', 5]]);
    await Promise.all(fans.slice(1).map((fan) => fan.api('POST', `/api/v1/statuses/${post}/unfavourite`)));
    await server.settle();
    expect(await groups(ann)).toEqual([['favourite', 1]]);
  });
});

describe('one group', () => {
  it('can be read, with all who are in it, and thrown away', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const post = await write(ann, 'like me');
    await like(post, [ben, cid]);
    await write(ben, `@${ann.username}`);
    await server.settle();
    const [mention, likes] = (await read(ann)).notification_groups as [Group, Group];
    const at = (group: Group, more = ''): string => `/api/v2/notifications/${group.group_key}${more}`;
    expect((await ann.api('GET', at(likes))).body.notification_groups).toEqual([likes]);
    expect((await ann.api('GET', at(mention))).body.notification_groups).toEqual([mention]);
    const all = await ann.api('GET', at(likes, '/accounts'));
    expect(all.body.map(({ id }: { id: string }) => id)).toEqual([cid.accountId, ben.accountId]);
    const page = await ann.api('GET', at(likes, '/accounts?limit=1'));
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect((await ann.api('GET', next)).body.map(({ id }: { id: string }) => id)).toEqual([ben.accountId]);
    for (const group of [likes, mention]) {
      expect((await ben.api('GET', at(group))).status).toBe(404);
      await ben.api('POST', at(group, '/dismiss'));
      expect((await ann.api('GET', at(group))).status).toBe(200);
      expect((await ann.api('POST', at(group, '/dismiss'))).body).toEqual({});
      expect((await ann.api('GET', at(group))).status).toBe(404);
    }
    expect(await groups(ann)).toEqual([]);
    for (const odd of ['x', 'ungrouped-', 'ungrouped-x', 'like-1-1', '%00'])
      expect((await ann.api('GET', `/api/v2/notifications/${odd}`)).status).toBe(404);
  });
});

it('reads a page of groups of many with the same few statements', async () => {
  const [ann] = (await crowd(1)) as [Person];
  const { ctx } = server;
  const base = 900_000 * made;
  const post = await write(ann, 'very popular');
  const other = await write(ann, 'less popular');
  await sql`
    with fans as (
      insert into accounts (id, username, domain, uri, inbox_url, created_at, updated_at)
      select ${base} + n, 'fan' || ${base} + n, 'fans.example', 'https://fans.example/' || ${base} + n, 'https://fans.example/inbox', now(), now()
      from generate_series(1, 3000) n returning id
    )
    insert into notifications (account_id, from_account_id, kind, post_id, group_key, group_size, created_at)
    select ${ann.accountId}::bigint, id, 'like', ${post}::bigint, ${`like-${post}-1`}, case when id = ${base} + 3000 then 3000 end, now()
    from fans order by id`.execute(ctx.database.read);
  await sql`insert into notifications (account_id, from_account_id, kind, post_id, created_at)
    select ${ann.accountId}::bigint, ${base} + 1, kind, ${other}::bigint, now() from unnest(array['mention', 'quote']) kind`.execute(
    ctx.database.read,
  );
  const cost = (path: string): Promise<number> => statementsOf(ctx, () => ann.api('GET', path));
  const page = await read(ann);
  expect(page.notification_groups.map(({ type, notifications_count: count }) => [type, count])).toEqual([
    ['quote', 1],
    ['mention', 1],
    ['favourite', 3000],
  ]);
  expect(page.notification_groups[2]?.sample_account_ids).toHaveLength(8);
  expect(await cost('/api/v2/notifications')).toBeLessThanOrEqual(2);
  expect(await cost('/api/v2/notifications?limit=1')).toBeLessThanOrEqual(2);
  expect(await cost('/api/v1/notifications?limit=80')).toBeLessThanOrEqual(2);
});
