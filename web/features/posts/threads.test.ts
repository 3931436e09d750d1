// What the server says of a search for more of a conversation.
import { expect, test } from 'vitest';
import { readRefresh } from './threads.ts';

test.each([
  ['id="abc", retry=3, result_count=0', { id: 'abc', retry: 3 }],
  ['id="abc", retry=0, result_count=0', { id: 'abc', retry: 1 }],
  ['id="abc", retry=900', { id: 'abc', retry: 30 }],
  ['retry=3', null],
  [null, null],
])('%j', (header, refresh) => {
  expect(readRefresh(header)).toEqual(refresh);
});
