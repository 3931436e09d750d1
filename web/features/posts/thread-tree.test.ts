// Threads as trees.
import { expect, test } from 'vitest';
import { growThread, type Branch } from './thread-tree.ts';

const post = (id: string, parent: string | null) => ({ id, in_reply_to_id: parent });
const draw = (branches: Branch[]): string =>
  branches.map(({ id, replies }) => (replies.length ? `${id}(${draw(replies)})` : id)).join(' ');

test('replies hang on what they answer, and siblings keep their order', () => {
  const posts = [post('2', '1'), post('3', '2'), post('4', '1'), post('5', '2')];
  expect(draw(growThread('1', posts))).toBe('2(3 5) 4');
});

test('a reply that arrives before its parent in the list finds it all the same', () => {
  expect(draw(growThread('1', [post('3', '2'), post('2', '1')]))).toBe('2(3)');
});

test('a reply to a post that is not there is kept at the top', () => {
  expect(draw(growThread('1', [post('9', '7'), post('2', '1')]))).toBe('9 2');
});
