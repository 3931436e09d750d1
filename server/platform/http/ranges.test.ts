// Which piece of a file a request asks for, and whether it needs any.
import { expect, test } from 'vitest';
import { isKnown, pieceOf } from './ranges.ts';

const tag = '"one"';
const of = (range: string, more: Record<string, string> = {}) => pieceOf({ range, ...more }, 1000, tag);

test('a piece from a byte, to a byte, and of the end', () => {
  expect(of('bytes=0-')).toEqual({ start: 0, end: 999 });
  expect(of('bytes=10-19')).toEqual({ start: 10, end: 19 });
  expect(of('bytes=990-5000')).toEqual({ start: 990, end: 999 });
  expect(of('bytes=-10')).toEqual({ start: 990, end: 999 });
  expect(of('bytes=-5000')).toEqual({ start: 0, end: 999 });
});

test('a piece that does not exist is none', () => {
  expect(of('bytes=1000-')).toBe('none');
  expect(of('bytes=-0')).toBe('none');
  expect(pieceOf({ range: 'bytes=0-' }, 0, tag)).toBe('none');
});

test.each(['bytes=5-4', 'bytes=-', 'bytes=a-b', 'lines=0-1', 'bytes=0-1,5-6', 'bytes=99999999999999999999-', ''])(
  '%j is no wish',
  (range) => expect(of(range)).toBe('whole'),
);

test('a piece of another content is not given', () => {
  expect(of('bytes=0-1', { 'if-range': tag })).toEqual({ start: 0, end: 1 });
  expect(of('bytes=0-1', { 'if-range': '"other"' })).toBe('whole');
  expect(of('bytes=0-1', { 'if-range': 'W/"one"' })).toBe('whole');
});

test('what is known already need not be sent', () => {
  expect(isKnown({ 'if-none-match': tag }, tag)).toBe(true);
  expect(isKnown({ 'if-none-match': '"a", W/"one"' }, tag)).toBe(true);
  expect(isKnown({ 'if-none-match': '*' }, tag)).toBe(true);
  expect(isKnown({ 'if-none-match': '"a"' }, tag)).toBe(false);
  expect(isKnown({}, tag)).toBe(false);
});
