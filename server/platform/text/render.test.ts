// The HTML that a post or a bio becomes, to the letter: clients look for these classes and shapes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainToHtml, renderPost } from './render.ts';
import type { NameResolvers } from './render.ts';
import { sanitizeHtml, stripHtml } from './sanitize.ts';

const people: NameResolvers = {
  mentions: (handle) => {
    if (handle.toLowerCase() === 'alice') return { url: 'https://rookery.example/@alice', name: 'alice' };
    if (handle === 'bob@localhost:3001') return { url: 'http://localhost:3001/@bob?a=1&b="2"', name: 'bob' };
    return null;
  },
  tagUrl: (tag) => `https://rookery.example/tags/${encodeURIComponent(tag)}`,
};

describe('a post', () => {
  test('shows a mention as a card that leads to the profile', () => {
    expect(renderPost('Hi @alice!', people)).toEqual({
      html: '<p>Hi <span class="h-card"><a href="https://rookery.example/@alice" class="u-url mention">@<span>alice</span></a></span>!</p>',
      mentions: ['alice'],
      tags: [],
      links: [],
    });
  });

  test('escapes the address of a mention and leaves an unknown handle as text', () => {
    const { html, mentions } = renderPost('@bob@localhost:3001 @nobody@example.com', people);
    expect(html).toBe(
      '<p><span class="h-card"><a href="http://localhost:3001/@bob?a=1&amp;b=&quot;2&quot;" class="u-url mention">@<span>bob</span></a></span> @nobody@example.com</p>',
    );
    expect(mentions).toEqual(['bob@localhost:3001']);
  });

  test('names each person, tag and link once', () => {
    const { mentions, tags, links } = renderPost(
      '@alice @ALICE #Tag #tag https://example.com https://example.com/',
      people,
    );
    expect(mentions).toEqual(['alice']);
    expect(tags).toEqual(['tag']);
    expect(links).toEqual(['https://example.com/']);
  });

  test('shows a hashtag as written and links it by its key', () => {
    expect(renderPost('#日本語 #FooBar', people).html).toBe(
      '<p><a href="https://rookery.example/tags/%E6%97%A5%E6%9C%AC%E8%AA%9E" class="mention hashtag" rel="tag">#<span>日本語</span></a> ' +
        '<a href="https://rookery.example/tags/foobar" class="mention hashtag" rel="tag">#<span>FooBar</span></a></p>',
    );
  });

  test('hides the scheme of a short link', () => {
    expect(renderPost('https://example.com/a?b=1&c=2', people).html).toBe(
      '<p><a href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="nofollow noopener noreferrer"><span class="invisible">https://</span>' +
        '<span class="">example.com/a?b=1&amp;c=2</span><span class="invisible"></span></a></p>',
    );
  });

  test('shortens a long link after thirty characters', () => {
    expect(renderPost('https://www.example.com/a/very/long/path/that/goes/on', people).html).toBe(
      '<p><a href="https://www.example.com/a/very/long/path/that/goes/on" target="_blank" rel="nofollow noopener noreferrer">' +
        '<span class="invisible">https://www.</span><span class="ellipsis">example.com/a/very/long/path/t</span><span class="invisible">hat/goes/on</span></a></p>',
    );
  });

  test('never hides a part of the host', () => {
    const host = `www.bank.example.${'a'.repeat(40)}.evil.example`;
    expect(renderPost(`https://${host}/login`, people).html).toContain(
      `<span class="ellipsis">${host.slice(4)}</span>`,
    );
  });

  test('parts paragraphs at blank lines and keeps line breaks', () => {
    expect(renderPost('\n one\r\ntwo\rthree\n\n\n\nfour  five\n', {}).html).toBe(
      '<p>one<br />two<br />three</p><p>four  five</p>',
    );
  });

  test('without any text has no HTML', () => {
    expect(renderPost(' \n\t ', people).html).toBe('');
  });

  test('escapes everything that is markup', () => {
    expect(renderPost(`<script>alert("1")</script> & 'x' https://example.com/"><b>`, people).html).toBe(
      '<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; <a href="https://example.com/" target="_blank" rel="nofollow noopener noreferrer">' +
        '<span class="invisible">https://</span><span class="">example.com/</span><span class="invisible"></span></a>&quot;&gt;&lt;b&gt;</p>',
    );
  });

  test('loses control characters and half characters', () => {
    expect(renderPost('a\u0000b\u0007c\ud800d\u0085e', {}).html).toBe('<p>abc\ufffdde</p>');
  });

  test('keeps custom emoji as written', () => {
    expect(renderPost('hello :blob_cat:', people).html).toBe('<p>hello :blob_cat:</p>');
  });
});

describe('a bio', () => {
  test('has links, mentions and tags', () => {
    const html = plainToHtml('I am @alice\n#birds', people);
    expect(html).toContain('class="u-url mention"');
    expect(html).toContain('<br /><a href="https://rookery.example/tags/birds"');
  });

  test('field is one line whose links may vouch for the person', () => {
    expect(plainToHtml('https://example.com/me\nx', { inline: true, relMe: true })).toBe(
      '<a href="https://example.com/me" target="_blank" rel="nofollow noopener noreferrer me"><span class="invisible">https://</span>' +
        '<span class="">example.com/me</span><span class="invisible"></span></a> x',
    );
  });
});

test('whatever is written, the sanitiser finds the same text in the HTML', () => {
  const text = fc.array(
    fc.constantFrom('<', '>', '&', '"', "'", 'a', '&lt;', '<b>', '</p>', '@alice', '#tag', 'https://e.example/x', ' '),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(text, (parts) => {
      const source = parts.join('');
      const { html } = renderPost(source, people);
      expect(stripHtml(html).replaceAll(/\s+/gu, ' ')).toBe(source.replaceAll(/\s+/gu, ' ').trim());
      expect(stripHtml(sanitizeHtml(html))).toBe(stripHtml(html));
    }),
    { numRuns: 1000 },
  );
});
