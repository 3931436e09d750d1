// Pictures, films and sounds in the forms in which well-known software sends them, and what becomes of them here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { readNote } from './note-read.ts';

const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;
const filesOf = (name: string) => readNote(fixture(name), false)?.files;
const plain = {
  previewUrl: null,
  contentType: null,
  description: '',
  focus: { x: 0, y: 0 },
  blurhash: null,
  width: null,
  height: null,
  duration: null,
};

describe('the files of a post', () => {
  it('of Mastodon: a picture, and a film with a still; a blurhash that draws nothing is dropped', () => {
    expect(filesOf('mastodon-note')).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://files.mastodon.example/1.jpg',
        contentType: 'image/jpeg',
        description: 'A rook on a roof',
        width: 10,
        height: 10,
      },
      {
        ...plain,
        kind: 'video',
        url: 'https://files.mastodon.example/2.mp4',
        contentType: 'video/mp4',
        previewUrl: 'https://files.mastodon.example/2-small.jpg',
        blurhash: 'UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH',
        focus: { x: 0.1, y: -0.4 },
        width: 640,
        height: 360,
      },
    ]);
  });

  it('of Misskey: one sensitive file makes the post so; what cannot be shown is a link', () => {
    const note = readNote(fixture('misskey-files'), false);
    expect(note).toMatchObject({ sensitive: true, html: '' });
    expect(note?.files).toEqual([
      { ...plain, kind: 'image', url: 'https://files.misskey.example/webpublic-1.webp', contentType: 'image/webp' },
      {
        ...plain,
        kind: 'video',
        url: 'https://files.misskey.example/2.mp4',
        contentType: 'video/mp4',
        description: '巣',
      },
      {
        ...plain,
        kind: 'unknown',
        url: 'https://files.misskey.example/3.zip',
        contentType: 'application/zip',
        description: '三',
      },
    ]);
  });

  it('of Pixelfed: pictures without a word', () => {
    expect(filesOf('pixelfed-note')).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://pixels.example/storage/m/1.jpg',
        contentType: 'image/jpeg',
        blurhash: 'U4S$M]_4IUD%%gM{M{of4nRjt7WB%MofRjt7',
        width: 1080,
        height: 1350,
      },
      {
        ...plain,
        kind: 'image',
        url: 'https://pixels.example/storage/m/2.jpg',
        contentType: 'image/jpeg',
        description: 'A rook over a lake',
      },
    ]);
  });

  it('of Akkoma: each with a list of links', () => {
    expect(filesOf('akkoma-files')).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://media.akkoma.example/f.png?name=f.png',
        contentType: 'image/png',
        blurhash: 'eNF~gcR*%Mt7t7~qofWBofRjxuRjt7ayWBofofofofRjofayayofj[',
        width: 1920,
        height: 1200,
      },
      {
        ...plain,
        kind: 'audio',
        url: 'https://media.akkoma.example/song.ogg',
        contentType: 'audio/ogg',
        description: 'song.ogg',
      },
    ]);
  });

  it('of GoToSocial: one, without a list around it', () => {
    expect(filesOf('gotosocial-picture')).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://gts.example/fileserver/01/attachment/original/01.jpg',
        contentType: 'image/jpeg',
        description: 'A sloth, upside down',
        focus: { x: -0.5, y: 0.25 },
        blurhash: 'LNJRdVM{00Rj%Mayt7j[4nWBofRj',
        width: 1920,
        height: 1080,
      },
    ]);
  });

  it('of PeerTube: the film itself, as large as phones play it', () => {
    expect(filesOf('peertube-video')).toEqual([
      {
        ...plain,
        kind: 'video',
        url: 'https://tube.example/hls/1-1080.mp4',
        contentType: 'video/mp4',
        previewUrl: 'https://tube.example/lazy-static/previews/1.jpg',
        width: 1920,
        height: 1080,
        duration: 60,
      },
    ]);
  });

  it('of PeerTube without single files: the playlist', () => {
    const url = [
      { type: 'Link', mediaType: 'text/html', href: 'https://tube.example/w/1' },
      { type: 'Link', mediaType: 'application/x-mpegURL', href: 'https://tube.example/hls/1.m3u8', tag: [] },
    ];
    expect(readNote({ ...fixture('peertube-video'), url }, false)?.files).toMatchObject([
      { kind: 'video', url: 'https://tube.example/hls/1.m3u8', contentType: 'application/x-mpegurl' },
    ]);
  });

  it('of Castopod: the sound itself with its cover', () => {
    expect(filesOf('castopod-audio')).toEqual([
      {
        ...plain,
        kind: 'audio',
        url: 'https://sounds.example/audio/1.mp3',
        contentType: 'audio/mpeg',
        previewUrl: 'https://sounds.example/cover.png',
        duration: 602,
      },
    ]);
  });

  it('of WordPress: the picture of an article once, then what is in it', () => {
    expect(filesOf('wordpress-article')).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://blog.example/uploads/rooks.jpg',
        contentType: 'image/jpeg',
        description: 'Rooks in a field',
      },
      {
        ...plain,
        kind: 'image',
        url: 'https://blog.example/uploads/nest.png',
        contentType: 'image/png',
        description: 'A nest',
      },
      {
        ...plain,
        kind: 'audio',
        url: 'https://blog.example/uploads/caw.mp3',
        contentType: 'audio/mpeg',
        description: 'caw',
      },
    ]);
  });

  it('of Lemmy: a page that points elsewhere keeps its link, a picture is one', () => {
    const page = readNote(fixture('lemmy-page'), false);
    expect(page?.files).toEqual([{ ...plain, kind: 'image', url: 'https://lemmy.example/pictrs/image/thumb.webp' }]);
    expect(page?.html).toContain('href="https://news.example/rook"');
    const picture = readNote(fixture('lemmy-picture'), false);
    expect(picture?.files).toEqual([
      {
        ...plain,
        kind: 'image',
        url: 'https://lemmy.example/pictrs/image/rook.jpeg?format=webp',
        description: 'A rook\nwith bread',
      },
    ]);
    expect(picture?.sensitive).toBe(true);
  });
});

describe('whatever a stranger attaches', () => {
  const attach = (attachment: unknown, more: Json = {}) =>
    readNote({ ...fixture('mastodon-note'), attachment, ...more }, false);
  const picture = (more: Json) => ({
    type: 'Document',
    mediaType: 'image/png',
    url: 'https://far.example/1.png',
    ...more,
  });
  const only = (more: Json) => attach([picture(more)])?.files[0];

  it('is an http(s) address or nothing', () => {
    for (const url of [
      'javascript:alert(1)',
      'data:image/png;base64,AA',
      'file:///etc/passwd',
      'https://a:b@far.example/',
      '',
      7,
      {},
    ])
      expect(attach([picture({ url })])?.files).toEqual([]);
  });

  it('is cut to sixteen files, and each address counts once', () => {
    const many = Array.from({ length: 200 }, (_, place) => picture({ url: `https://far.example/${place >> 1}.png` }));
    expect(attach(many)?.files.map(({ url }) => url)).toEqual(
      Array.from({ length: 16 }, (_, place) => `https://far.example/${place}.png`),
    );
  });

  it('is described in at most 10,000 characters, with its line breaks', () => {
    expect(only({ name: 'one\r\ntwo\u0000\u0007 ' })?.description).toBe('one\ntwo');
    expect(only({ name: '🐦'.repeat(20_000) })?.description).toBe('🐦'.repeat(10_000));
    expect(only({ name: 'from name', summary: 'from summary' })?.description).toBe('from summary');
    expect(only({ name: { en: 'no' } })?.description).toBe('');
  });

  it.each<[string, unknown]>([
    ['too short', 'LNJRdVM{00Rj%Mayt7j[4nWBofR'],
    ['too long', 'LNJRdVM{00Rj%Mayt7j[4nWBofRjj'],
    ['of other signs', 'LNJRdVM{00Rj%Mayt7j[4nWBof"<'],
    ['of more pieces than there are', '~'.repeat(168)],
    ['endless', 'L'.repeat(1_000_000)],
    ['no text', 5],
    ['empty', ''],
  ])('has no blurhash that is %s', (_what, blurhash) => {
    expect(only({ blurhash })?.blurhash).toBeNull();
  });

  it('has a focus within the picture, or the middle', () => {
    expect(only({ focalPoint: [1, -1] })?.focus).toEqual({ x: 1, y: -1 });
    for (const focalPoint of [[2, 0], ['0', '0'], [0], [null, 1], 'x', { 0: 1 }, [Infinity, 0]])
      expect(only({ focalPoint })?.focus).toEqual({ x: 0, y: 0 });
  });

  it('has a size when both sides are whole numbers', () => {
    for (const size of [
      { width: 1.5, height: 2 },
      { width: -1, height: 2 },
      { width: 5 },
      { width: '5', height: '5' },
      { width: 1e9, height: 1 },
    ])
      expect(only(size)).toMatchObject({ width: null, height: null });
  });

  it('is known by its type, then by the object, then by how its name ends', () => {
    const kind = (more: Json) => attach([{ type: 'Document', url: 'https://far.example/f', ...more }])?.files[0]?.kind;
    expect(kind({ mediaType: 'image/jpeg; charset=x' })).toBe('image');
    expect(kind({ mediaType: 'image/svg+xml' })).toBe('unknown');
    expect(kind({ mediaType: 'text/html', type: 'Image' })).toBe('unknown');
    expect(kind({ type: 'Image' })).toBe('image');
    expect(kind({ type: 'Audio' })).toBe('audio');
    expect(kind({ url: 'https://far.example/a.WEBM?x=1' })).toBe('video');
    expect(kind({ url: 'https://far.example/a.OPUS' })).toBe('audio');
    expect(kind({})).toBe('unknown');
    expect(kind({ mediaType: 'application/octet-stream', url: 'https://far.example/a.jpg' })).toBe('image');
  });

  it('that is no file is a link, or nothing', () => {
    const note = attach([
      'https://far.example/page',
      { type: 'Link', href: 'https://far.example/other', name: 'Other <b>page</b>' },
      { type: 'Link', href: 'https://far.example/pic', mediaType: 'image/gif' },
      { type: 'PropertyValue', name: 'a', value: 'b', url: 'https://far.example/x' },
    ]);
    expect(note?.files).toMatchObject([{ kind: 'image', url: 'https://far.example/pic' }]);
    expect(note?.html).toContain('>https://far.example/page</a>');
    expect(note?.html).toContain('>Other &lt;b&gt;page&lt;/b&gt;</a>');
    expect(note?.html).not.toContain('far.example/x');
  });

  it('may have the wrong kind anywhere without harm', () => {
    for (const odd of [null, 5, 'x', [], {}, [[]], [null], { a: 1 }, [[[]]], true]) {
      for (const key of [
        'type',
        'mediaType',
        'url',
        'href',
        'name',
        'summary',
        'blurhash',
        'focalPoint',
        'width',
        'icon',
        'preview',
        'duration',
        'sensitive',
      ])
        expect(() => attach([picture({ [key]: odd })])).not.toThrow();
      for (const type of ['Video', 'Audio', 'Image', 'Article', 'Page'])
        expect(() => attach(odd, { type, url: odd, image: odd, icon: odd, duration: odd })).not.toThrow();
    }
  });
});
