// Which language somebody is spoken to in.
import { expect, test } from 'vitest';
import { pickLanguage } from './language.ts';

test.each([
  ['nothing', [], 'en'],
  ['a code', ['de'], 'de'],
  ['a code with a region', ['de_AT'], 'de'],
  ['a language that the server does not speak', ['fr'], 'en'],
  ['a header by its order', ['fr-CH, de;q=0.9, en;q=0.8'], 'de'],
  ['a header by its weights', ['de;q=0.1, en-GB;q=0.7'], 'en'],
  ['a refusal', ['de;q=0'], 'en'],
  ['a choice before the browser', ['en', 'de-DE'], 'en'],
  ['no choice', [null, undefined, '', 'de-DE,de'], 'de'],
  ['a choice of something else', ['pt', 'de-DE,de'], 'de'],
  ['nonsense', [';;;,q=,*;q=x'], 'en'],
])('%s', (_what, wishes, language) => {
  expect(pickLanguage(...wishes)).toBe(language);
});
