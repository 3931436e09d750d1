// A list by pages: what was asked for last is what is shown.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pagedList } from './paged-list.ts';

/** Each request waits until the test answers it. */
let asked: Array<{ path: string; answer: (items: string[], next?: string) => void }> = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal('location', { origin: 'https://rookery.example' });
  vi.stubGlobal(
    'fetch',
    (path: string) =>
      new Promise<Response>((resolve) => {
        const answer = (items: string[], next?: string) => {
          const link = next && `<https://rookery.example${next}>; rel="next"`;
          resolve(Response.json(items, link ? { headers: { link } } : {}));
        };
        asked.push({ path, answer });
      }),
  );
});
afterEach(() => vi.unstubAllGlobals());

test('goes on where the answer says, to the end', async () => {
  const list = pagedList<string>('/api/list');
  const first = list.more();
  asked[0]?.answer(['c', 'b'], '/api/list?max_id=2');
  await first;
  expect([list.items.value, list.hasMore.value]).toEqual([['c', 'b'], true]);
  const second = list.more();
  expect(asked[1]?.path).toBe('/api/list?max_id=2');
  asked[1]?.answer(['a']);
  await second;
  expect([list.items.value, list.hasMore.value]).toEqual([['c', 'b', 'a'], false]);
  await list.more();
  expect(asked).toHaveLength(2);
});

test('a page that was on its way when the list began anew does not come back', async () => {
  const list = pagedList<string>('/api/list');
  const first = list.more();
  asked[0]?.answer(['b'], '/api/list?max_id=2');
  await first;
  const late = list.more();
  const anew = list.reload();
  asked[2]?.answer(['c', 'b'], '/api/list?max_id=2');
  await anew;
  asked[1]?.answer(['a']);
  await late;
  expect([list.items.value, list.hasMore.value, list.isLoading.value]).toEqual([['c', 'b'], true, false]);
});

test('an item gives its place to another, or to nobody', async () => {
  const list = pagedList<string>('/api/list');
  const first = list.more();
  asked[0]?.answer(['b', 'a']);
  await first;
  list.replace('a', 'A');
  list.replace('b');
  expect(list.items.value).toEqual(['A']);
});
