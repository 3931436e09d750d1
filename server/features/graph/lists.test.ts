// Lists of people: paged both ways by hidden positions, hidden when their owner wishes, always the same number of statements.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { updateProfile } from '#server/features/accounts/service/profile.ts';
import { follow } from './service/follow.ts';

let server: TestServer;
let star: Person;
/** Who follows the star, the first one first. */
const fans: Person[] = [];

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  star = await signUp(server, 'star');
  for (let n = 0; n < 7; n += 1) {
    const fan = await signUp(server, `fan${n}`);
    await follow(server.ctx, { followerId: fan.accountId, followeeId: star.accountId });
    fans.push(fan);
  }
});
afterAll(() => server.close());

const names = (answer: Answer): string[] => answer.body.map((account: { username: string }) => account.username);

/** The address of a page that the answer leads to; it must be absolute. */
function linkOf(answer: Answer, rel: 'next' | 'prev'): string | undefined {
  const link = answer.headers.get('link') ?? '';
  return new RegExp(`<(http[^>]+)>; rel="${rel}"`).exec(link)?.[1];
}

const pathOf = (link: string | undefined): string => {
  const url = new URL(link ?? '');
  return url.pathname + url.search;
};

test('followers are paged to the end and back, with the parameters kept', async () => {
  const first = await star.api('GET', `/api/v1/accounts/${star.accountId}/followers?limit=3`);
  expect(names(first)).toEqual(['fan6', 'fan5', 'fan4']);
  expect(linkOf(first, 'next')).toMatch(
    /^http:\/\/localhost:\d+\/api\/v1\/accounts\/\d+\/followers\?limit=3&max_id=\d+$/,
  );
  const second = await star.api('GET', pathOf(linkOf(first, 'next')));
  expect(names(second)).toEqual(['fan3', 'fan2', 'fan1']);
  const third = await star.api('GET', pathOf(linkOf(second, 'next')));
  expect(names(third)).toEqual(['fan0']);
  expect(third.headers.get('link')).toMatch(/^<[^>]+>; rel="prev"$/);
  const bound = new URL(linkOf(third, 'prev') ?? '').searchParams.get('min_id');
  const end = await star.api('GET', `/api/v1/accounts/${star.accountId}/followers?max_id=${bound}`);
  expect(end.body).toEqual([]);
  expect(end.headers.get('link')).toBeNull();
  const back = await star.api('GET', pathOf(linkOf(third, 'prev')));
  expect(names(back)).toEqual(['fan3', 'fan2', 'fan1']);
});

test('too many are cut to 80, and bounds that are no ids count as absent', async () => {
  const path = `/api/v1/accounts/${star.accountId}/followers`;
  for (const query of [
    'limit=1000',
    'limit=0',
    'max_id=abc',
    'since_id=',
    'min_id=-1',
    'max_id=99999999999999999999',
  ]) {
    const answer = await star.api('GET', `${path}?${query}`);
    expect([query, answer.status, answer.body.length]).toEqual([query, 200, 7]);
  }
});

test('who is followed is listed too', async () => {
  const [fan] = fans;
  const answer = await star.api('GET', `/api/v1/accounts/${fan?.accountId}/following`);
  expect(names(answer)).toEqual(['star']);
});

test('a page costs the same statements however long it is', async () => {
  const cost = (limit: number): Promise<number> =>
    statementsOf(server.ctx, () => star.api('GET', `/api/v1/accounts/${star.accountId}/followers?limit=${limit}`));
  await cost(1);
  expect(await cost(1)).toBe(3);
  expect(await cost(7)).toBe(3);
});

describe('hidden lists', () => {
  test('are empty for all but their owner', async () => {
    await updateProfile(server.ctx, star.accountId, { hideCollections: true });
    const path = `/api/v1/accounts/${star.accountId}/followers`;
    const [fan] = fans;
    expect((await star.api('GET', path)).body).toHaveLength(7);
    expect((await fan?.api('GET', path))?.body).toEqual([]);
    const anybody = await fetch(server.origin + path);
    expect(await anybody.json()).toEqual([]);
    expect(anybody.headers.get('link')).toBeNull();
    await updateProfile(server.ctx, star.accountId, { hideCollections: false });
  });
});

describe('search', () => {
  test('finds by the beginning of a handle and by any part of a name', async () => {
    await updateProfile(server.ctx, star.accountId, { displayName: 'Aurora Borealis' });
    for (const q of ['st', '@star', 'STAR', 'orea', 'Aurora B', `star@${server.ctx.config.handleDomain}`]) {
      expect([q, names(await star.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(q)}`))]).toEqual([
        q,
        ['star'],
      ]);
    }
  });

  test('puts the exact handle first and narrows to whom one follows', async () => {
    await signUp(server, 'fan');
    const [fan] = fans;
    expect(names((await fan?.api('GET', '/api/v1/accounts/search?q=fan&limit=3'))!)[0]).toBe('fan');
    expect(names((await fan?.api('GET', '/api/v1/accounts/search?q=a&following=true'))!)).toEqual([]);
    expect(names((await fan?.api('GET', '/api/v1/accounts/search?q=st&following=true'))!)).toEqual(['star']);
  });

  test('pages by offset', async () => {
    const first = await star.api('GET', '/api/v1/accounts/search?q=fan&limit=2');
    const second = await star.api('GET', pathOf(linkOf(first, 'next')));
    expect(names(first)).toHaveLength(2);
    expect(names(second)).toHaveLength(2);
    expect(names(first)).not.toContain(names(second)[0]);
  });

  test.each(['%', '%%%%', '_', '\\', "'; drop table accounts; --", 'ÿ', ' ', '@', '@@', 'a@'])(
    'takes %j as text',
    async (q) => {
      const answer = await star.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(q)}`);
      expect(answer.status).toBe(200);
      expect(answer.body.length).toBeLessThan(8);
    },
  );
});
