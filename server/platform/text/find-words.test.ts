// What is found in a text, and that nothing makes the search slow.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildWordSearch, foldText, type SoughtWord } from './find-words.ts';

const found = (words: SoughtWord[], text: string): string[] =>
  buildWordSearch(words)
    .find(foldText(text))
    .map((index) => words[index]?.text ?? '')
    .toSorted();
const part = (text: string): SoughtWord => ({ text, whole: false });
const whole = (text: string): SoughtWord => ({ text, whole: true });

describe('a word is found', () => {
  test.each([
    ['anywhere', [part('cat')], 'concatenate', ['cat']],
    ['in any case and width', [part('CAT'), part('ＤＯＧ')], 'a Cat, a ｄog', ['CAT', 'ＤＯＧ']],
    ['across any white space', [part('two words')], 'these are two\n   words', ['two words']],
    ['inside another that is found too', [part('he'), part('she'), part('hers')], 'ushers', ['he', 'hers', 'she']],
    ['alone only, when it shall be whole', [whole('cat')], 'concatenate', []],
    ['between signs', [whole('cat')], '(cat)', ['cat']],
    ['at both ends', [whole('cat')], 'cat', ['cat']],
    ['but not beside an underscore or a digit', [whole('cat')], 'cat_ 2cat', []],
    ['with letters of any script around it or not', [whole('кот')], 'котик', []],
    ['with letters of any script', [whole('кот')], 'мой КОТ!', ['кот']],
    ['when it begins with a sign', [whole('#birds')], 'say#birds', ['#birds']],
    ['unless it is empty', [part('  '), part('')], 'anything', []],
    ['beside letters outside the first plane', [whole('cat')], '𝒳cat 𐐷cat', []],
    ['beside a picture', [whole('cat')], '🐈cat🐈', ['cat']],
    ['on the second try', [whole('a b')], 'ba b a b', ['a b']],
  ])('%s', (_name, words, text, expected) => {
    expect(found(words, text)).toEqual(expected.toSorted());
  });

  test('exactly where a plain search finds it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '.'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (words, body) => {
        const folded = foldText(body);
        const expected = words.filter((word) => {
          const sought = foldText(word).trim();
          return sought !== '' && folded.includes(sought);
        });
        expect(found(words.map(part), body)).toEqual(expected.toSorted());
      }),
    );
  });
});
