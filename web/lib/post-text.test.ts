// What the composer makes of a text: its parts, its length, the mention under the caret.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCharacters, mentionAtCaret, splitText } from './post-text.ts';

const kinds = (text: string) =>
  splitText(text)
    .filter((part) => part.kind !== 'text')
    .map((part) => [part.kind, part.text]);

describe('the parts of a text', () => {
  test('mentions, hashtags and links are found where they stand', () => {
    expect(kinds('Hi @bob and @carol@far.example, see https://a.example/x #birds')).toEqual([
      ['mention', '@bob'],
      ['mention', '@carol@far.example'],
      ['link', 'https://a.example/x'],
      ['tag', '#birds'],
    ]);
  });

  test('a handle may name a port, as on a machine of one’s own', () => {
    expect(kinds('@bot@localhost:3100 hello')).toEqual([['mention', '@bot@localhost:3100']]);
  });

  test('a link keeps its own brackets and loses the sentence around it', () => {
    expect(kinds('(see https://a.example/w_(bird)).')).toEqual([['link', 'https://a.example/w_(bird)']]);
    expect(kinds('Really, https://a.example/?q=1!')).toEqual([['link', 'https://a.example/?q=1']]);
  });

  test('an address of a mailbox is no mention, a number no hashtag, a fragment no tag', () => {
    expect(kinds('mail me@there.example, we are #1, https://a.example/#top')).toEqual([
      ['link', 'https://a.example/#top'],
    ]);
  });

  test('hashtags of other scripts count', () => {
    expect(kinds('#日本語 #Vögel')).toEqual([
      ['tag', '#日本語'],
      ['tag', '#Vögel'],
    ]);
  });

  test('the parts joined are the text again, whatever it is', () => {
    const piece = fc.constantFrom('@a', '@b@c.d', '#x', 'https://e.f/g', ' ', '.', '(', ')', '@', '#', 'é', '👩‍👩‍👧', '\n');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(splitText(text).map((part) => part.text)).toSatisfy((parts: string[]) => parts.join('') === text);
      }),
    );
  });
});

describe('the length of a post', () => {
  test('a link counts 23 however long it is', () => {
    expect(countCharacters(`a https://example.org/${'x'.repeat(200)}`)).toBe(25);
    expect(countCharacters('https://a.b')).toBe(23);
  });

  test('a mention counts without its domain', () => {
    expect(countCharacters('@carol@a-long-domain.example hi')).toBe('@carol hi'.length);
  });

  test('what a person sees as one character counts one', () => {
    expect(countCharacters('👩‍👩‍👧 é')).toBe(3);
  });

  test('the content warning counts too', () => {
    expect(countCharacters('abc', 'wet')).toBe(6);
  });
});

describe('the mention under the caret', () => {
  test('is found while it is typed, with and without a domain', () => {
    expect(mentionAtCaret('hi @bo', 6)).toEqual({ query: 'bo', start: 3, end: 6 });
    expect(mentionAtCaret('hi @bob@far.ex', 14)).toEqual({ query: 'bob@far.ex', start: 3, end: 14 });
  });

  test('is none behind a space or in a mailbox address', () => {
    expect(mentionAtCaret('hi @bob ', 8)).toBeNull();
    expect(mentionAtCaret('me@there', 8)).toBeNull();
  });
});
