// Which posts a list takes in.
import { expect, test } from 'vitest';
import { newOnes } from './entries.ts';

const post = (id: string) => ({ key: id, postId: id, booster: '' });
const boost = (key: string, postId: string) => ({ key, postId, booster: 'ada' });
const keys = (list: { key: string }[]) => list.map(({ key }) => key);

test('a post that is in the list already is not taken again', () => {
  expect(keys(newOnes([post('3'), post('2')], [post('4'), post('3')]))).toEqual(['4']);
});

test('a post that arrives twice at once is taken once', () => {
  expect(keys(newOnes([], [post('4'), post('4')]))).toEqual(['4']);
});

test('a boost that comes with its post is left out, whichever stands first', () => {
  expect(keys(newOnes([], [boost('9', '5'), post('5')]))).toEqual(['5']);
});

test('a boost of a post that was just seen is left out, of an old one it is not', () => {
  const long = Array.from({ length: 30 }, (_, index) => post(String(100 - index)));
  expect(keys(newOnes(long, [boost('201', '100'), boost('202', '75')]))).toEqual(['202']);
});
