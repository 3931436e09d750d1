// Lists are walked by their links, both ways, to the end: what apps do with every list of this API.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openStranger } from '#server/testing/stranger.ts';
import { nameOf, openServerWithDoors } from './doors.ts';
import { isForApps } from './walk.ts';

const size = 5;
const { server, doors } = await openServerWithDoors();
const elsewhere = await openStranger();
let alice: Person;
/** Owns the server, and reads the lists that are for the staff. */
let olga: Person;
/** Paths of the lists; each holds at least `size` things by now. */
let lists: Record<string, string>;

/** A person with five of everything: followers, posts, likes, notifications … */
beforeAll(async () => {
  alice = await signUp(server, 'alice');
  await must(alice, 'PATCH', '/api/v1/accounts/update_credentials', { locked: true });
  const fans = await Promise.all(Array.from({ length: size }, (_, index) => signUp(server, `fan${index}`)));
  const askers = await Promise.all(Array.from({ length: size }, (_, index) => signUp(server, `asker${index}`)));
  const enemies = await Promise.all(Array.from({ length: size }, (_, index) => signUp(server, `enemy${index}`)));
  const target = (await must(alice, 'POST', '/api/v1/statuses', { status: 'everybody likes this' })).id;
  for (const fan of fans) {
    await must(fan, 'POST', `/api/v1/accounts/${alice.accountId}/follow`);
    await must(alice, 'POST', `/api/v1/follow_requests/${fan.accountId}/authorize`);
    await must(alice, 'POST', `/api/v1/accounts/${fan.accountId}/follow`);
    await must(alice, 'POST', `/api/v1/accounts/${fan.accountId}/endorse`);
    await must(alice, 'POST', '/api/v1/domain_blocks', { domain: `${fan.username}.example` });
    await must(fan, 'POST', `/api/v1/statuses/${target}/favourite`);
    await must(fan, 'POST', `/api/v1/statuses/${target}/reblog`);
    const { id } = await must(alice, 'POST', '/api/v1/statuses', { status: `one more #page https://page.example/one` });
    await must(alice, 'POST', `/api/v1/statuses/${id}/favourite`);
    await must(alice, 'POST', `/api/v1/statuses/${id}/bookmark`);
    const later = { status: 'later', scheduled_at: new Date(Date.now() + 3_600_000).toISOString() };
    await must(alice, 'POST', '/api/v1/statuses', later);
    await alice.api('POST', '/api/drafts', { content: 'to be' });
    await must(alice, 'POST', '/api/v1/statuses', { status: 'so', quoted_status_id: target });
    await must(alice, 'POST', '/api/v1/statuses', { status: 'psst', visibility: 'direct' });
  }
  for (const asker of askers) {
    await must(asker, 'POST', `/api/v1/accounts/${alice.accountId}/follow`);
    await must(asker, 'POST', '/api/v1/statuses', { status: '@alice do you know me?', visibility: 'direct' });
  }
  for (const enemy of enemies) {
    await must(alice, 'POST', `/api/v1/accounts/${enemy.accountId}/block`);
    await must(alice, 'POST', `/api/v1/accounts/${enemy.accountId}/mute`);
  }
  for (let index = 0; index < size; index += 1) {
    await must(alice, 'POST', `/api/v1/tags/page${index}/follow`);
    await must(alice, 'POST', '/api/v1/statuses', { status: 'to nobody', visibility: 'direct' });
  }
  const list = (await must(alice, 'POST', '/api/v1/lists', { title: 'fans' })).id;
  const members = [alice, ...fans].map(({ accountId }) => accountId);
  await must(alice, 'POST', `/api/v1/lists/${list}/accounts`, { account_ids: members });
  await server.settle();
  const grouped = await alice.api('GET', '/api/v2/notifications?types[]=favourite');
  const likes: string = grouped.body.notification_groups[0].group_key;
  olga = await signUp(server, 'olga', { role: 'owner' });
  await decideAboutServers();
  const severance = await loseFollows();
  lists = {
    '/api/v1/followed_tags': '/api/v1/followed_tags',
    '/api/v1/timelines/link': '/api/v1/timelines/link?url=https://page.example/one',
    '/api/v1/timelines/direct': '/api/v1/timelines/direct',
    '/api/v1/lists/:id/accounts': `/api/v1/lists/${list}/accounts`,
    '/api/v1/timelines/list/:list_id': `/api/v1/timelines/list/${list}`,
    '/api/v1/timelines/home': '/api/v1/timelines/home',
    '/api/v1/timelines/public': '/api/v1/timelines/public?local=true',
    '/api/v1/timelines/tag/:hashtag': '/api/v1/timelines/tag/page?any[]=never&any[]=ever',
    '/api/v1/accounts/:id/statuses': `/api/v1/accounts/${alice.accountId}/statuses?exclude_reblogs=1`,
    '/api/v1/accounts/:id/followers': `/api/v1/accounts/${alice.accountId}/followers`,
    '/api/v1/accounts/:id/following': `/api/v1/accounts/${alice.accountId}/following`,
    '/api/v1/statuses/:id/favourited_by': `/api/v1/statuses/${target}/favourited_by`,
    '/api/v1/statuses/:id/reblogged_by': `/api/v1/statuses/${target}/reblogged_by`,
    '/api/v1/favourites': '/api/v1/favourites',
    '/api/v1/bookmarks': '/api/v1/bookmarks',
    '/api/v1/endorsements': '/api/v1/endorsements',
    '/api/v1/accounts/:id/endorsements': `/api/v1/accounts/${alice.accountId}/endorsements`,
    '/api/v1/domain_blocks': '/api/v1/domain_blocks',
    '/api/v1/blocks': '/api/v1/blocks',
    '/api/v1/mutes': '/api/v1/mutes',
    '/api/v1/follow_requests': '/api/v1/follow_requests',
    '/api/v1/notifications': '/api/v1/notifications?types[]=favourite&types[]=follow_request',
    '/api/v1/notifications/requests': '/api/v1/notifications/requests',
    '/api/v2/notifications': '/api/v2/notifications?types[]=follow_request&types[]=reblog&types[]=favourite',
    '/api/v2/notifications/:group_key/accounts': `/api/v2/notifications/${likes}/accounts`,
    '/api/v1/scheduled_statuses': '/api/v1/scheduled_statuses',
    '/api/v1/conversations': '/api/v1/conversations',
    '/api/v1/statuses/:id/quotes': `/api/v1/statuses/${target}/quotes`,
    '/api/drafts': '/api/drafts',
    '/api/posts': '/api/posts?local=true',
    '/api/users': '/api/users',
    '/api/v1/severed_relationships': '/api/v1/severed_relationships',
    '/api/v1/severed_relationships/:id/accounts': `/api/v1/severed_relationships/${severance}/accounts`,
    '/api/v1/admin/domain_blocks': '/api/v1/admin/domain_blocks',
    '/api/v1/admin/domain_allows': '/api/v1/admin/domain_allows',
    '/api/v1/admin/email_domain_blocks': '/api/v1/admin/email_domain_blocks',
    '/api/admin/domain-changes': '/api/admin/domain-changes',
  };
});
afterAll(() => Promise.all([server.close(), elsewhere.close()]));

/** Olga blocks some servers, and puts others on the list of those with whom hers talks. */
async function decideAboutServers(): Promise<void> {
  for (let index = 0; index < size; index += 1) {
    await must(olga, 'POST', '/api/v1/admin/domain_blocks', { domain: `evil${index}.example` });
    await must(olga, 'POST', '/api/v1/admin/domain_allows', { domain: `kind${index}.example` });
    await must(olga, 'POST', '/api/v1/admin/email_domain_blocks', { domain: `mail${index}.example` });
  }
}

/** Alice loses followers elsewhere to block after block of their server. Returns the first, which cost her all of them. */
async function loseFollows(): Promise<string> {
  const names = Array.from({ length: size }, (_, index) => `far${index}`);
  const strangers = await Promise.all(names.map((name) => elsewhere.person(name)));
  const object = `${server.origin}/ap/users/${alice.accountId}`;
  await must(alice, 'PATCH', '/api/v1/accounts/update_credentials', { locked: false });
  for (let round = 0; round < size; round += 1) {
    for (const { uri, send } of round === 0 ? strangers : strangers.slice(0, 1)) {
      const follow = { id: `${uri}/follows/${round}`, type: 'Follow', actor: uri, object };
      const context = 'https://www.w3.org/ns/activitystreams';
      expect(await send(`${server.origin}/ap/inbox`, { '@context': context, ...follow })).toBe(202);
    }
    await server.settle();
    const terms = { domain: elsewhere.host, severity: 'suspend' };
    const { id } = await must(olga, 'POST', '/api/v1/admin/domain_blocks', terms);
    await server.settle();
    await must(olga, 'DELETE', `/api/v1/admin/domain_blocks/${id}`);
    await server.settle();
  }
  const { body } = await alice.api('GET', '/api/v1/severed_relationships');
  return body.at(-1).id;
}

async function must(person: Person, method: string, path: string, body?: unknown): Promise<{ id: string }> {
  const answer = await person.api(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const paged = doors
  .filter(
    (door) =>
      door.method === 'GET' &&
      isForApps(door) &&
      // What a search finds has three lists, and pages by its offset.
      !door.path.endsWith('/search') &&
      'max_id' in ((door.schema.querystring as { properties?: object } | undefined)?.properties ?? {}),
  )
  .map(({ path }) => path);

type Item = string | { id: string } | { direction: string; account: { id: string } };

/** Things have ids, groups of notifications have keys, and a follow that ended is told by who it was with. */
const idsOf = ({ body }: Answer): string[] =>
  Array.isArray(body)
    ? body.map((item: Item) => {
        if (typeof item === 'string') return item;
        return 'id' in item ? item.id : `${item.direction} ${item.account.id}`;
      })
    : body.notification_groups.map(({ group_key: key }: { group_key: string }) => key);

/** The address behind a relation of the `Link` header. */
function linkOf(answer: Answer, relation: 'next' | 'prev'): URL | null {
  const link = answer.headers.get('link') ?? '';
  const found = new RegExp(`<([^>]+)>; rel="${relation}"`).exec(link)?.[1];
  return found === undefined ? null : new URL(found);
}

const withQuery = (path: string, more: string): string => `${path}${path.includes('?') ? '&' : '?'}${more}`;

/** Whoever may read that list. */
const readerOf = (path: string): Person => (path.includes('/admin/') ? olga : alice);

/** The ids of every page from here on; stops after 30 pages, which no list here has. */
async function walk(from: string, relation: 'next' | 'prev'): Promise<{ pages: string[][]; last: Answer }> {
  const pages: string[][] = [];
  let address: string | null = from;
  let last: Answer | null = null;
  while (address !== null && pages.length < 30) {
    last = await readerOf(address).api('GET', address);
    expect(last.status, JSON.stringify(last.body)).toBe(200);
    const ids = idsOf(last);
    if (ids.length > 0) pages.push(ids);
    address = linkOf(last, relation)?.href ?? null;
  }
  if (last === null) throw new Error('no page was read');
  return { pages, last };
}

/** Lists of accounts say which page is their last: some clients fall over an empty one. */
const namesItsLast = new Set([
  '/api/v1/accounts/:id/endorsements',
  '/api/v1/accounts/:id/followers',
  '/api/v1/accounts/:id/following',
  '/api/v1/blocks',
  '/api/v1/endorsements',
  '/api/v1/follow_requests',
  '/api/v1/lists/:id/accounts',
  '/api/v1/mutes',
  '/api/v1/statuses/:id/favourited_by',
  '/api/v1/statuses/:id/reblogged_by',
]);

test('every list that pages is walked here', () => {
  expect(paged.toSorted()).toEqual(Object.keys(lists).toSorted());
});

describe.each(paged)('%s', (door) => {
  test('is walked to its end and back without missing or repeating anything', async () => {
    const path = lists[door] ?? '';
    const whole = idsOf(await readerOf(path).api('GET', withQuery(path, 'limit=40')));
    expect(whole.length).toBeGreaterThanOrEqual(size);
    const down = await walk(withQuery(path, 'limit=2'), 'next');
    expect(down.pages.flat()).toEqual(whole);
    expect(down.pages.length).toBeGreaterThan(2);
    const isNamed = namesItsLast.has(door);
    expect(idsOf(down.last), 'the walk ends at an empty page, or at one that says it is the last').toEqual(
      isNamed ? down.pages.at(-1) : [],
    );
    expect(linkOf(down.last, 'next'), 'the last page leads nowhere').toBeNull();
    if (!isNamed) expect(down.last.headers.get('link'), 'an empty page leads nowhere').toBeNull();
    const end = whole.at(-1);
    const bottom = await readerOf(path).api('GET', withQuery(path, `limit=${whole.length}`));
    const oldest = linkOf(bottom, 'next')?.searchParams.get('max_id');
    const up = await walk(withQuery(path, `limit=2&min_id=${String(BigInt(oldest ?? '1') - 1n)}`), 'prev');
    expect(up.pages.toReversed().flat()).toEqual(whole);
    expect(up.pages[0]).toContain(end);
  });

  test('has links with our own address, decimal positions and all that was asked', async () => {
    const path = withQuery(lists[door] ?? '', 'limit=2');
    const answer = await readerOf(path).api('GET', path);
    for (const [relation, position] of [
      ['next', 'max_id'],
      ['prev', 'min_id'],
    ] as const) {
      const link = linkOf(answer, relation);
      expect(link?.origin).toBe(server.origin);
      expect(link?.pathname).toBe(path.split('?')[0]);
      expect(link?.searchParams.get(position)).toMatch(/^\d+$/);
      const asked = new URLSearchParams(path.split('?')[1]);
      for (const name of asked.keys()) expect(link?.searchParams.getAll(name)).toEqual(asked.getAll(name));
    }
  });
});

// Lists whose positions are the ids that apps see: they ask for them by ids that they know.
const byId = [
  '/api/v1/timelines/home',
  '/api/v1/timelines/public',
  '/api/v1/timelines/tag/:hashtag',
  '/api/v1/accounts/:id/statuses',
  '/api/v1/notifications',
  '/api/posts',
  '/api/users',
  '/api/v1/severed_relationships',
  '/api/v1/admin/domain_blocks',
  '/api/v1/admin/domain_allows',
  '/api/v1/admin/email_domain_blocks',
  '/api/admin/domain-changes',
];

describe.each(byId)('%s by ids', (door) => {
  const ask = async (query: string): Promise<string[]> =>
    idsOf(await readerOf(door).api('GET', withQuery(lists[door] ?? '', query)));

  test('is ordered newest first', async () => {
    const whole = await ask('limit=40');
    expect(whole).toEqual(whole.toSorted((one, other) => (BigInt(other) > BigInt(one) ? 1 : -1)));
  });

  test('max_id is older, since_id the newest above, min_id those right above', async () => {
    const whole = await ask('limit=40');
    const [low, middle] = [whole.at(-1), whole.at(-2)];
    expect(await ask(`limit=2&max_id=${whole[1]}`)).toEqual(whole.slice(2, 4));
    expect(await ask(`limit=2&since_id=${low}`)).toEqual(whole.slice(0, 2));
    expect(await ask(`limit=2&min_id=${low}`)).toEqual(whole.slice(-3, -1));
    expect(await ask(`limit=40&min_id=${low}&max_id=${whole[0]}`)).toEqual(whole.slice(1, -1));
    expect(await ask(`limit=1&min_id=${low}&max_id=${whole[0]}`)).toEqual([middle]);
    expect(await ask(`since_id=${whole[0]}`)).toEqual([]);
    expect(await ask(`min_id=${whole[0]}`)).toEqual([]);
  });
});

test('a list that is empty has no links', async () => {
  for (const path of [
    '/api/v1/timelines/tag/never',
    '/api/v1/timelines/public?remote=true',
    `/api/v1/accounts/${alice.accountId}/statuses?pinned=true`,
  ]) {
    const answer = await call(server.origin, 'GET', path);
    expect([path, answer.body, answer.headers.get('link')]).toEqual([path, [], null]);
  }
});

test('every list that pages is told by name', () => {
  expect(doors.filter(({ path, method }) => method === 'GET' && byId.includes(path)).map(nameOf)).toHaveLength(
    byId.length,
  );
});
