// Links in posts stay in the app where the app has a page for them.
import { expect, test } from 'vitest';
import { pathInApp } from './links.ts';

const context = {
  mentions: [{ url: 'https://far.example/users/9', acct: 'carol@far.example' }],
  tags: [{ name: 'Vögel' }],
  origin: 'https://birds.example',
};
const link = (href: string, text = '', classes = '') => pathInApp({ href, text, classes }, context);

test('a mention leads to the person’s page here, wherever they live', () => {
  expect(link('https://far.example/users/9', '@carol', 'u-url mention')).toBe('/@carol@far.example');
});

test('a hashtag leads to its posts here, also when another server wrote the link', () => {
  expect(link('https://far.example/tags/voegel', '#vögel', 'mention hashtag')).toBe('/tags/V%C3%B6gel');
  expect(link('https://far.example/t/x', '#vögel')).toBe('/tags/V%C3%B6gel');
});

test('a link to a page of this server is followed inside the app', () => {
  expect(link('https://birds.example/@ada/12')).toBe('/@ada/12');
});

test('everything else leads out', () => {
  expect(link('https://far.example/story')).toBeNull();
  expect(link('https://birds.example/api/docs')).toBeNull();
  expect(link('https://far.example/x', '#1 reason')).toBeNull();
  expect(link('http://[')).toBeNull();
});
