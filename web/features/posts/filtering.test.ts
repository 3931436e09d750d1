// Which filter wins, and where.
import { expect, test } from 'vitest';
import type { FilterPlace, FilterResult } from '#web/lib/wire/posts.ts';
import { verdictOn } from './filtering.ts';

const match = (title: string, action: FilterResult['filter']['filter_action'], ...context: FilterPlace[]) => ({
  filter: { id: title, title, context, filter_action: action },
});

test('a filter applies only in its places', () => {
  const filtered = [match('spoilers', 'warn', 'home', 'thread')];
  expect(verdictOn({ filtered }, 'home')).toEqual({ action: 'warn', titles: 'spoilers' });
  expect(verdictOn({ filtered }, 'public')).toBeNull();
  expect(verdictOn({ filtered }, null)).toBeNull();
});

test('hiding is graver than warning, and warning than blurring', () => {
  const all = [match('a', 'blur', 'home'), match('b', 'warn', 'home'), match('c', 'hide', 'home')];
  expect(verdictOn({ filtered: all }, 'home')).toEqual({ action: 'hide', titles: 'c' });
  expect(verdictOn({ filtered: all.slice(0, 2) }, 'home')?.action).toBe('warn');
});

test('all filters that warn are named, and a post that no filter matches is let be', () => {
  const filtered = [match('a', 'warn', 'home'), match('b', 'warn', 'home')];
  expect(verdictOn({ filtered }, 'home')?.titles).toBe('a, b');
  expect(verdictOn({}, 'home')).toBeNull();
});
