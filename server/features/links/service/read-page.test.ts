// Reading what pages say of themselves: good ones, odd ones, and those made to stall or deceive.
import { describe, expect, it } from 'vitest';
import { isLinear, leastCpuMs, sixteenTimes } from '#server/testing/cpu.ts';
import { decodePage } from './charset.ts';
import { readPage } from './read-page.ts';

const address = 'https://news.example/2026/story.html';
const read = (head: string) => readPage(`<!doctype html><html lang="de-AT"><head>${head}</head></html>`, address);
const meta = (name: string, content: string): string => `<meta property="${name}" content="${content}">`;

describe('a page', () => {
  it('is described by OpenGraph before all else', () => {
    const page = read(
      `<title>plain</title>${meta('og:title', 'Rooks &amp; ravens')}<meta name="description" content="long">
       ${meta('og:description', 'short')}${meta('og:site_name', 'The News')}${meta('og:image', '/a/b.jpg?x=1&amp;y=2')}
       ${meta('og:image:width', '1200')}${meta('og:image:height', '630px')}${meta('og:image:alt', 'a rook')}
       <meta name="author" content="Ann Writer"><link rel="author" href="/people/ann">
       ${meta('article:published_time', '2026-01-02T03:04:05+01:00')}
       <meta name="fediverse:creator" content="@ann@birds.example">
       <link rel="alternate" type="application/json+oembed" href="/oembed?url=x">`,
    );
    expect(page).toEqual({
      title: 'Rooks & ravens',
      description: 'short',
      providerName: 'The News',
      authorName: 'Ann Writer',
      authorUrl: 'https://news.example/people/ann',
      creator: '@ann@birds.example',
      imageUrl: 'https://news.example/a/b.jpg?x=1&y=2',
      imageWidth: 1200,
      imageHeight: 630,
      imageDescription: 'a rook',
      language: 'de',
      publishedAt: new Date('2026-01-02T02:04:05Z'),
      oembedUrl: 'https://news.example/oembed?url=x',
    });
  });

  it('is described by its title, its description and Twitter’s card where there is no better', () => {
    expect(read('<title data-x="1">\n A  story\n</title><meta name="description" content="of birds">')).toMatchObject({
      title: 'A story',
      description: 'of birds',
      authorName: '',
      authorUrl: '',
      imageUrl: null,
      publishedAt: null,
    });
    expect(read('<meta name="twitter:title" content="t"><meta name="twitter:image" content="c.png">')).toMatchObject({
      title: 't',
      imageUrl: 'https://news.example/2026/c.png',
    });
    expect(read(meta('article:author', 'https://news.example/ann'))).toMatchObject({
      authorName: '',
      authorUrl: 'https://news.example/ann',
    });
  });

  it('holds text only: markup, entities, hidden and turning signs do nothing', () => {
    expect(read('<title>a <b>bold</b> &lt;script&gt; title</title>').title).toBe('a <b>bold</b> <script> title');
    expect(read(meta('og:title', '\u202Etxt.exe\u0000 a\u200Bb &#x202e;c\n\n d')).title).toBe('txt.exe ab c d');
    expect(read(`<title>${'x'.repeat(5000)}</title>`).title).toHaveLength(300);
    expect(read(meta('og:description', 'y'.repeat(90_000))).description).toHaveLength(500);
  });

  it.each([
    ['og:image', 'javascript:alert(1)'],
    ['og:image', 'data:image/png;base64,AAAA'],
    ['og:image', 'https://user:password@host.example/x.png'],
    ['og:image', 'https://'],
    ['og:image:width', '-3'],
    ['article:published_time', 'yesterday'],
    ['article:published_time', '-9e99'],
    ['fediverse:creator', ' '],
  ])('says nothing by %s = %s', (name, value) => {
    expect(read(meta(name, value))).toMatchObject({ imageUrl: null, imageWidth: 0, publishedAt: null, creator: null });
  });

  it.each([
    '',
    '<meta>',
    '<meta content>',
    '<meta property=og:title>',
    '<title>',
    '<title',
    '</title>',
    '<!--',
    '<meta property="og:title',
  ])('without a head (%s) has no title', (html) => expect(readPage(html, address).title).toBe(''));

  it('is not described by what people wrote into it', () => {
    const html = `<html><head><title>real</title>${meta('description', 'x')}</head><body>${meta('og:title', 'false')}</body>`;
    expect(readPage(html, address).title).toBe('real');
    expect(readPage(`<script>var x = '${meta('og:title', 'false')}'</script><title>real</title>`, address).title).toBe(
      'real',
    );
    expect(readPage(`<!-- ${meta('og:title', 'false')} --><title>real</title>`, address).title).toBe('real');
  });
});

describe('a page made to stall', () => {
  const seeds = [
    '<',
    '<meta ',
    '<meta property="',
    '<title>',
    '<title',
    '<a><b>',
    '<div>',
    '<noscript>',
    '<iframe>',
    '<svg><title>',
    '<!--',
    '&',
    '&amp',
    '<meta charset',
    '<meta property="og:title" content="x">',
    '<link rel="',
    '<template><p>',
    '<![CDATA[',
    '<meta a=b c=d ',
    '\u202e',
  ];

  it.each(seeds)('of %j is read in linear time', (seed) => {
    const text = (length: number): string => seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
    const [whole, part] = [text(1_048_576), text(65_536)];
    const readIt = (html: string) => readPage(decodePage(Buffer.from(html), ''), address);
    const time = leastCpuMs(() => readIt(whole), 3);
    if (time < 150) return;
    const parts = leastCpuMs(() => sixteenTimes(() => readIt(part)), 3);
    expect(isLinear(time, parts), `${time} ms, in parts ${parts} ms`).toBe(true);
  });
});

describe('the bytes of a page', () => {
  const japanese = Buffer.from([0x83, 0x4a, 0x83, 0x89, 0x83, 0x58]);
  it.each<[string, Buffer, string, string]>([
    ['UTF-8 without a word about it', Buffer.from('Krähe'), 'text/html', 'Krähe'],
    ['Latin letters without a word about it', Buffer.from('Krähe', 'latin1'), 'text/html', 'Krähe'],
    ['what the header says', Buffer.from('Krähe', 'latin1'), 'text/html; charset=ISO-8859-1', 'Krähe'],
    ['what the header says of Japanese', japanese, 'text/html; charset="Shift_JIS"', 'カラス'],
    [
      'what the page says',
      Buffer.concat([Buffer.from('<meta charset=shift_jis>'), japanese]),
      'text/html',
      '<meta charset=shift_jis>カラス',
    ],
    [
      'what an old page says',
      Buffer.concat([Buffer.from('<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">'), japanese]),
      '',
      '<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">カラス',
    ],
    ['a mark before what the header says', Buffer.from('\uFEFFKrähe'), 'text/html; charset=iso-8859-1', 'Krähe'],
    ['UTF-16 by its mark', Buffer.from('\uFEFFKrähe', 'utf16le'), 'text/html', 'Krähe'],
    ['a word that nobody knows', Buffer.from('Krähe'), 'text/html; charset=martian', 'Krähe'],
    ['a page that was cut inside a letter', Buffer.from('Krä').subarray(0, 3), 'text/html', 'Kr'],
  ])('are read by %s', (_what, body, type, text) => expect(decodePage(body, type)).toBe(text));
});
