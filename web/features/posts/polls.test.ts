// What the results of a poll say.
import { expect, test } from 'vitest';
import { isOver, shareOf } from './polls.ts';

test('with one choice shares are of all votes, with several of the people', () => {
  expect(shareOf({ multiple: false, voters_count: 3, votes_count: 3 }, 1)).toBe(33);
  expect(shareOf({ multiple: true, voters_count: 2, votes_count: 4 }, 2)).toBe(100);
});

test('where nobody says how many people voted, shares are of the votes', () => {
  expect(shareOf({ multiple: true, voters_count: null, votes_count: 4 }, 1)).toBe(25);
});

test('a poll without votes shows nothing divided by nothing, and one that keeps back its results no share', () => {
  expect(shareOf({ multiple: false, voters_count: 0, votes_count: 0 }, 0)).toBe(0);
  expect(shareOf({ multiple: false, voters_count: 3, votes_count: 3 }, null)).toBeNull();
});

test('a poll is over at its end, also before the server said so', () => {
  const end = '2026-03-20T12:00:00.000Z';
  expect(isOver({ expired: false, expires_at: end }, Date.parse(end))).toBe(true);
  expect(isOver({ expired: false, expires_at: end }, Date.parse(end) - 1)).toBe(false);
  expect(isOver({ expired: false, expires_at: null }, Date.parse(end))).toBe(false);
});
