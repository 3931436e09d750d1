// Which link of a text is previewed, and what counts as the same address.
import { describe, expect, it } from 'vitest';
import { renderPost } from '#server/platform/text.ts';
import { firstLink, linkKey } from './policy.ts';

const origin = 'https://rookery.example';
const linkOf = (html: string, besides: string[] = []): string | null => firstLink({ html, besides, origin });

describe('the link of a post', () => {
  it('is the first that somebody wrote, with its signs undone', () => {
    const { html } = renderPost('hi @ann #birds https://a.example/x?a=1&b=2 and https://b.example/', {
      mentions: () => ({ url: 'https://rookery.example/@ann', name: 'ann' }),
      tagUrl: (tag) => `https://rookery.example/tags/${tag}`,
    });
    expect(linkOf(html)).toBe('https://a.example/x?a=1&b=2');
  });

  it.each([
    ['nothing', '<p>words only</p>'],
    ['a mention', '<a href="https://b.example/@x" class="u-url mention">@<span>x</span></a>'],
    ['a mention that is marked by its sign only', '<a href="https://b.example/@x">@x</a>'],
    ['a hashtag', '<a href="https://b.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'],
    ['a hashtag that is marked by its rel only', '<a href="https://b.example/tags/x" rel="tag nofollow">x</a>'],
    ['a page of this server', '<a href="https://rookery.example/about">here</a>'],
    ['a quote for those who know none', '<p class="quote-inline">RE: <a href="https://b.example/1">x</a></p>'],
    ['a quote in the words of others', '<p>so<br><br>RE: <a href="https://b.example/1">https://b.example/1</a></p>'],
    ['another kind of address', '<a href="xmpp:a@b.example">chat</a>'],
    ['an address that is none', '<a href="https://">x</a><a href="">y</a><a>z</a>'],
    ['an address with a password', '<a href="https://u:p@b.example/">x</a>'],
  ])('is not %s', (_what, html) => {
    expect(linkOf(html)).toBeNull();
    expect(linkOf(`${html}<p><a href="https://real.example/">real</a></p>`)).toBe('https://real.example/');
  });

  it('is not the post itself', () => {
    expect(linkOf('<a href="https://b.example/1#top">x</a>', ['https://b.example/1'])).toBeNull();
  });

  it('is found in a text made to keep one busy', () => {
    for (const seed of [
      '<a ',
      '<a href="',
      '<a href="https://a.example/" class="mention">',
      'RE: ',
      '<p class="quote-inline">',
    ])
      expect(linkOf(seed.repeat(30_000))).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['https://A.example', 'https://a.example/'],
    ['https://a.example:443/x#part', 'https://a.example/x'],
    ['https://a.example/?utm_source=x&id=3&fbclid=y&q=a%20b+c', 'https://a.example/?id=3&q=a%20b+c'],
    ['https://a.example/?utm_source=x', 'https://a.example/'],
    ['https://a.example/?a=1&&b', 'https://a.example/?a=1&&b'],
  ])('%s is kept as %s', (address, key) => expect(linkKey(address)).toBe(key));

  it.each(['javascript:alert(1)', 'ftp://a.example/', 'https://a b/', `https://a.example/${'x'.repeat(3000)}`])(
    '%s is none',
    (address) => expect(linkKey(address)).toBeNull(),
  );
});
