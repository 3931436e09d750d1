// The Link header, as our server and others write it.
import { expect, test } from 'vitest';
import { nextPage } from './paginate.ts';

test('the next page is found beside the previous one, whatever the order', () => {
  const next = '<https://a.example/api/v1/timelines/home?limit=20&max_id=7>; rel="next"';
  const prev = '<https://a.example/api/v1/timelines/home?limit=20&min_id=9>; rel="prev"';
  expect(nextPage(`${next}, ${prev}`)).toBe('/api/v1/timelines/home?limit=20&max_id=7');
  expect(nextPage(`${prev}, ${next}`)).toBe('/api/v1/timelines/home?limit=20&max_id=7');
});

test('a comma inside an address does not cut it', () => {
  expect(nextPage('<https://a.example/x?types[]=a,b&max_id=1>; rel="next"')).toBe('/x?types[]=a,b&max_id=1');
});

test('no header, no next page', () => {
  expect(nextPage(null)).toBeNull();
  expect(nextPage('')).toBeNull();
  expect(nextPage('<https://a.example/x>; rel="prev"')).toBeNull();
});
