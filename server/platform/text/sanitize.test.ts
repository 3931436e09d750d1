// HTML from other servers: what stays, what goes, and that nothing dangerous is left.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitizeHtml, stripHtml } from './sanitize.ts';

const REL = 'rel="nofollow noopener noreferrer" target="_blank"';

describe('what other servers send stays as it is meant', () => {
  test('a mention', () => {
    const html =
      '<p><span class="h-card" translate="no"><a href="https://m.example/@a" class="u-url mention">@<span>a</span></a></span> hi</p>';
    expect(sanitizeHtml(html)).toBe(
      `<p><span class="h-card" translate="no"><a href="https://m.example/@a" class="u-url mention" ${REL}>@<span>a</span></a></span> hi</p>`,
    );
  });

  test('a hashtag', () => {
    expect(
      sanitizeHtml('<a href="https://m.example/tags/a" class="mention hashtag" rel="tag">#<span>a</span></a>'),
    ).toBe(
      '<a href="https://m.example/tags/a" class="mention hashtag" rel="tag nofollow noopener noreferrer" target="_blank">#<span>a</span></a>',
    );
  });

  test('a shortened link', () => {
    const inner =
      '<span class="invisible">https://www.</span><span class="ellipsis">example.com/aa</span><span class="invisible">aa?b&amp;c=1</span>';
    expect(sanitizeHtml(`<a href="https://www.example.com/aaaa?b&amp;c=1">${inner}</a>`)).toBe(
      `<a href="https://www.example.com/aaaa?b&amp;c=1" ${REL}>${inner}</a>`,
    );
  });

  test('a quote fallback, lists, ruby and code', () => {
    const html =
      '<p class="quote-inline">RE: x</p><ol start="3" reversed="reversed"><li value="5">a</li></ol><ul><li>b</li></ul>' +
      '<blockquote>q</blockquote><pre><code>c</code></pre><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><p lang="pl"><em>e</em><del>d</del><br /></p>';
    expect(sanitizeHtml(html)).toBe(html);
  });

  test('a heading becomes a bold paragraph', () => {
    expect(sanitizeHtml('<h1 id="x">A</h1><h6>B</h6>')).toBe('<p><strong>A</strong></p><p><strong>B</strong></p>');
  });

  test.each([
    ['<div>a</div><div>b</div>', 'a<br />b'],
    ['<div><div>a</div><p>b</p></div><div>c</div>', 'a<p>b</p>c'],
    ['a<hr>b<section>c <em>d</em></section><em>e</em>', 'a<br />b<br />c <em>d</em><br /><em>e</em>'],
    ['<dl><dt>a</dt><dd>b</dd></dl>', 'a<br />b'],
    ['<figure><img><figcaption>a</figcaption></figure> <p lang="en">b</p>', 'a<p lang="en">b</p>'],
    ['<table><thead><tr><th>a</th>\n<th>b</th></tr></thead><tr><td>c<td>d</table><p>e</p>', 'a | b<br />c | d<p>e</p>'],
    ['<table><tr><td><p>a</p></td><td>b</td></tr></table>', '<p>a</p>b'],
    ['<div>\n  <blockquote>a</blockquote>\n</div>\nb', '<blockquote>a</blockquote>\nb'],
  ])('words that stood apart stay apart: %s', (html, kept) => {
    expect(sanitizeHtml(html)).toBe(kept);
  });

  test('links of other kinds', () => {
    expect(sanitizeHtml('<a href="xmpp:a@b.example">x</a><a href="gemini://g.example/">g</a>')).toBe(
      `<a href="xmpp:a@b.example" ${REL}>x</a><a href="gemini://g.example/" ${REL}>g</a>`,
    );
  });
});

describe('what could harm goes, its text stays', () => {
  test.each([
    ['<script>alert(1)</script>hi', 'hi'],
    ['<style>p{}</style>hi', 'hi'],
    ['<p onclick="x()" style="color:red" id="a" data-x="y">hi</p>', '<p>hi</p>'],
    ['<img src=x onerror=alert(1)>hi', 'hi'],
    ['<iframe src="https://evil.example">x</iframe>hi', 'hi'],
    ['<form action="/x"><input name=a><button>go</button></form>', 'go'],
    ['<svg onload=alert(1)><a xlink:href="javascript:x">y</a></svg>', '<span>y</span>'],
    ['<math><mtext></mtext><mglyph><style><!--</style><img title="--><img src onerror=alert(1)>">', ''],
    ['<object data=x></object><embed src=x>hi', 'hi'],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">hi</noscript>x', 'x'],
    ['<p class="verified admin u-url">hi</p>', '<p>hi</p>'],
    ['<span class="btn btn-primary fake">ok</span>', '<span>ok</span>'],
    ['a <b', 'a '],
    ['a <b>x</b> class="invisible" & y', 'a <b>x</b> class="invisible" &amp; y'],
    ['<b>open', '<b>open</b>'],
    ['</p></div>x', '<p></p>x'],
    ['<!-- c -->x<![CDATA[y]]>', 'x'],
    ['<title>t</title><base href="https://evil.example/"><meta http-equiv=refresh content=0>x', 'x'],
    ['a\u0000b\u0008', 'ab'],
  ])('%s', (html, safe) => {
    expect(sanitizeHtml(html)).toBe(safe);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    '&#106;avascript:alert(1)',
    '\u0001javascript:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://x.example/1',
    'file:///etc/passwd',
    '//evil.example/x',
    '/relative',
    '#anchor',
    'https://user:pass@evil.example/',
    'https:evil.example',
    '',
  ])('a link to %j becomes plain text', (href) => {
    expect(sanitizeHtml(`<a href="${href}">text</a>`)).toBe('<span>text</span>');
  });

  test('a link is normalised', () => {
    expect(sanitizeHtml('<a href="HTTPS://Example.COM.:443/a b">x</a>')).toBe('<span>x</span>');
    expect(sanitizeHtml('<a href="HTTPS://Example.COM.:443/a">x</a>')).toBe(
      `<a href="https://example.com/a" ${REL}>x</a>`,
    );
  });
});

describe('nothing is hidden from the reader', () => {
  test.each([
    ['text outside of links', '<p><span class="invisible">secret</span></p>', '<p><span>secret</span></p>'],
    [
      'a link whose text is another address',
      '<a href="https://evil.example/x"><span class="invisible">https://</span><span class="">bank.example/x</span><span class="invisible"></span></a>',
      `<a href="https://evil.example/x" ${REL}><span>https://</span><span>bank.example/x</span><span></span></a>`,
    ],
    [
      'a link whose host is hidden in part',
      '<a href="https://bank.example.evil.example/"><span class="invisible">https://</span><span class="ellipsis">bank.example</span><span class="invisible">.evil.example/</span></a>',
      `<a href="https://bank.example.evil.example/" ${REL}><span>https://</span><span>bank.example</span><span>.evil.example/</span></a>`,
    ],
    [
      'the class among others',
      '<a class="mention invisible" href="https://a.example/">x</a>',
      `<a href="https://a.example/" class="mention" ${REL}>x</a>`,
    ],
  ])('%s', (_name, html, safe) => {
    expect(sanitizeHtml(html)).toBe(safe);
  });
});

describe('bounds', () => {
  test('a text longer than the cap is cut', () => {
    expect(sanitizeHtml('a'.repeat(300), 100)).toBe('a'.repeat(100));
    expect(sanitizeHtml('b'.repeat(2_000_000))).toHaveLength(100_000);
  });

  test('deep nesting is flattened', () => {
    const depth = (sanitizeHtml('<b>'.repeat(5000)).match(/<b>/gu) ?? []).length;
    expect(depth).toBeLessThan(30);
  });

  test.each([undefined, null, 5, {}, ['<p>']])('%j is no text', (value) => {
    expect(sanitizeHtml(value)).toBe('');
    expect(stripHtml(value)).toBe('');
  });
});

describe('plain text of HTML', () => {
  test.each([
    ['<p>one<br>two</p><p>three</p>', 'one\ntwo\n\nthree'],
    ['<p>a &lt;b&gt; &amp;amp; "c" &#39;d&#39; &eacute;&nbsp;f</p>', 'a <b> &amp; "c" \'d\' é\u00a0f'],
    ['<ul><li>a</li><li>b</li></ul>c', 'a\nb\n\nc'],
    [
      '<a href="https://example.com/"><span class="invisible">https://</span><span>example.com/</span></a>',
      'https://example.com/',
    ],
    ['<script>x</script><p>  y\n z </p>', 'y  z'],
  ])('%s', (html, text) => {
    expect(stripHtml(html)).toBe(text);
  });
});

const ALLOWED_TAG =
  /^<\/?(?:p|br|span|a|del|s|pre|blockquote|code|b|strong|u|i|em|ul|ol|li|ruby|rt|rp)(?: [a-z]+="[^"<>]*")*(?: \/)?>$/u;
const scraps = fc.constantFrom(
  '<',
  '>',
  '"',
  "'",
  '=',
  '/',
  ' ',
  'a',
  '<p',
  '<a href=',
  'javascript:',
  'https://e.example',
  ' onclick=',
  ' class="',
  'invisible',
  '</',
  '<script>',
  '</script>',
  '<svg>',
  '<math>',
  '<style>',
  '</style>',
  '<!--',
  '-->',
  '<textarea>',
  '<template>',
  '&lt;',
  '&#',
  'x3c;',
  '\t',
  '\u0000',
  '<h1>',
  '<noscript>',
  '</noscript>',
  '<xmp>',
  '<title>',
  '<![CDATA[',
  ']]>',
  '`',
);

test('whatever comes in, only known elements with quoted attributes come out, and a second pass changes nothing dangerous', () => {
  fc.assert(
    fc.property(fc.array(scraps, { maxLength: 60 }), (parts) => {
      const html = sanitizeHtml(parts.join(''));
      for (const tag of html.match(/<[^>]*>?/gu) ?? []) {
        expect(tag).toMatch(ALLOWED_TAG);
        expect(tag).not.toMatch(/ on[a-z]+=|javascript:|style=/iu);
      }
      expect(stripHtml(sanitizeHtml(html))).toBe(stripHtml(html));
    }),
    { numRuns: 3000 },
  );
});
