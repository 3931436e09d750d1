// Counting one's own reaction before the server has answered.
import { expect, it } from 'vitest';
import { withOwn } from './reactions.ts';

const thumbs = { name: '👍', url: null };

it('a first reaction appears, a second joins, and the last one that goes takes its place away', () => {
  const first = withOwn([], thumbs, true);
  expect(first).toEqual([{ name: '👍', url: null, static_url: null, count: 1, me: true }]);
  const others = [{ name: '👍', url: null, static_url: null, count: 2, me: false }];
  const joined = withOwn(others, thumbs, true);
  expect(joined).toMatchObject([{ count: 3, me: true }]);
  expect(withOwn(joined, thumbs, true)).toEqual(joined);
  expect(withOwn(joined, thumbs, false)).toEqual(others);
  expect(withOwn(first, thumbs, false)).toEqual([]);
});
