// A list that grows at both ends loses nothing of what arrives while it loads.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLiveList, type LiveList } from './live-list.ts';

interface Entry {
  key: string;
}

/** Each request waits until the test answers it. */
let answers: Array<(keys: string[], next?: string) => void> = [];

beforeEach(() => {
  answers = [];
  vi.stubGlobal('location', { origin: 'https://rookery.example' });
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve) => {
        answers.push((keys, next) => {
          const headers = next === undefined ? undefined : { link: `<https://rookery.example${next}>; rel="next"` };
          resolve(
            Response.json(
              keys.map((key) => ({ key })),
              headers ? { headers } : {},
            ),
          );
        });
      }),
  );
});
afterEach(() => vi.unstubAllGlobals());

function openList(): LiveList<Entry> {
  return createLiveList<Entry, Entry>({
    path: '/api/v1/timelines/home',
    toEntry: (raw) => raw,
    newOnes: (list, fresh) => fresh.filter(({ key }) => !list.some((entry) => entry.key === key)),
  });
}
const keys = (entries: Entry[]): string[] => entries.map(({ key }) => key);

test('what arrives while the first page is under way is kept, and not shown twice', async () => {
  const list = openList();
  const loading = list.more();
  list.take([{ key: '3' }]);
  list.take([{ key: '2' }]);
  answers[0]?.(['2', '1']);
  await loading;
  expect(keys([...list.waiting.value, ...list.entries.value]).toSorted()).toEqual(['1', '2', '3']);
  expect(list.isComplete.value).toBe(true);
});

test('before anything was asked for, news are left to the first page', async () => {
  const list = openList();
  list.take([{ key: '3' }]);
  expect(keys(list.entries.value)).toEqual([]);
  const loading = list.more();
  answers[0]?.(['3', '2']);
  await loading;
  expect(keys(list.entries.value)).toEqual(['3', '2']);
});

test('above an empty list news appear at once, above a full one they wait for a reader who is further down', async () => {
  const list = openList();
  const loading = list.more();
  answers[0]?.([]);
  await loading;
  list.take([{ key: '1' }]);
  expect(keys(list.entries.value)).toEqual(['1']);
  list.take([{ key: '2' }]);
  expect({ shown: keys(list.entries.value), waiting: keys(list.waiting.value) }).toEqual({
    shown: ['1'],
    waiting: ['2'],
  });
  list.showWaiting();
  expect(keys(list.entries.value)).toEqual(['2', '1']);
});

test('when more was missed than a page holds, the list starts anew and goes on downwards', async () => {
  const list = openList();
  const loading = list.more();
  answers[0]?.(['1']);
  await loading;
  const catching = list.catchUp(true);
  const missed = Array.from({ length: 40 }, (_, index) => String(100 - index));
  answers[1]?.(missed, '/api/v1/timelines/home?max_id=61');
  await catching;
  expect(keys(list.entries.value)).toEqual(missed);
  const more = list.more();
  answers[2]?.(['60']);
  await more;
  expect(keys(list.entries.value)).toEqual([...missed, '60']);
});
