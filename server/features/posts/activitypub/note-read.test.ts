// Posts in the forms in which well-known software sends them, and what becomes of them here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { readNote, visibilityOf } from './note-read.ts';

const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;
const read = (name: string) => readNote(fixture(name), false);
const followersOf = (name: string): string =>
  ({
    mastodon: 'https://mastodon.example/users/ada/followers',
    misskey: 'https://misskey.example/users/9abc/followers',
    gotosocial: 'https://gts.example/users/sloth/followers',
  })[name] ?? '';
const everybody = 'https://www.w3.org/ns/activitystreams#Public';

describe('a note', () => {
  it('of Mastodon', () => {
    const note = read('mastodon-note');
    expect(note).toMatchObject({
      uri: 'https://mastodon.example/users/ada/statuses/1',
      authorUri: 'https://mastodon.example/users/ada',
      url: 'https://mastodon.example/@ada/1',
      summary: 'birds',
      sensitive: true,
      language: 'en',
      emojis: [{ shortcode: 'rook', url: 'https://files.mastodon.example/rook.png' }],
      tags: [{ name: 'rooks', display: 'Rooks' }],
      mentionedUris: ['https://rookery.example/ap/users/1'],
      inReplyToUri: null,
      publishedAt: new Date('2026-11-20T10:00:00Z'),
      updatedAt: null,
    });
    expect(note?.html).toContain('class="u-url mention"');
    expect(note?.html).not.toContain('files.mastodon.example');
    expect(visibilityOf(note?.audience ?? { to: [], cc: [] }, followersOf('mastodon'))).toBe('public');
  });

  it('of Misskey: a reply to followers, in Japanese', () => {
    const note = read('misskey-note');
    expect(note).toMatchObject({
      html: '<p><span>カラス</span></p>',
      inReplyToUri: 'https://rookery.example/ap/posts/7',
      tags: [{ name: 'カラス', display: 'カラス' }],
      mentionedUris: ['https://rookery.example/ap/users/1'],
      url: 'https://misskey.example/notes/9xyz',
    });
    expect(visibilityOf(note?.audience ?? { to: [], cc: [] }, followersOf('misskey'))).toBe('followers');
  });

  it('of GoToSocial: single values where others have lists', () => {
    const note = read('gotosocial-note');
    expect(note).toMatchObject({
      html: '<p>slowly</p>',
      language: 'en-GB',
      mentionedUris: ['https://rookery.example/ap/users/1'],
      audience: { to: [followersOf('gotosocial')] },
    });
    expect(visibilityOf(note?.audience ?? { to: [], cc: [] }, followersOf('gotosocial'))).toBe('followers');
  });

  it('of Akkoma: tags as bare words beside, no language', () => {
    expect(read('akkoma-note')).toMatchObject({
      html: 'Hi <b>there</b><br />line',
      tags: [{ name: 'rooks', display: 'rooks' }],
      language: null,
      sensitive: false,
      publishedAt: new Date('2026-11-20T10:00:00.123Z'),
    });
  });
});

describe('what is no note becomes a title, a text and a link', () => {
  it('a poll keeps its question and names its options', () => {
    const note = read('mastodon-poll');
    expect(note?.html).toBe('<p>Which bird?</p>');
    expect(note?.poll).toEqual({
      options: ['Rook', '<b>Crow</b>'],
      counts: [3, 1],
      multiple: false,
      hideTotals: false,
      expiresAt: new Date('2026-11-27T10:00:00Z'),
      votersCount: 4,
    });
    expect(visibilityOf(note?.audience ?? { to: [], cc: [] }, followersOf('mastodon'))).toBe('unlisted');
  });

  it('a page of Lemmy', () => {
    expect(read('lemmy-page')).toMatchObject({
      language: 'en',
      authorUri: 'https://lemmy.example/u/robin',
      html: '<p><strong>A rook stole my &lt;i&gt;lunch&lt;/i&gt;</strong></p><p>It really did</p><p><a href="https://news.example/rook" target="_blank" rel="nofollow noopener noreferrer">https://news.example/rook</a></p><p><a href="https://lemmy.example/post/1" target="_blank" rel="nofollow noopener noreferrer">https://lemmy.example/post/1</a></p>',
      summary: '',
    });
  });

  it('an article of WordPress, by its summary', () => {
    expect(read('wordpress-article')).toMatchObject({
      html: '<p><strong>On rooks</strong></p><p>A short piece on rooks.</p><p><a href="https://blog.example/on-rooks" target="_blank" rel="nofollow noopener noreferrer">https://blog.example/on-rooks</a></p>',
      summary: '',
      sensitive: false,
    });
  });

  it('a video of PeerTube belongs to the person, not the channel, and links to the page', () => {
    expect(read('peertube-video')).toMatchObject({
      authorUri: 'https://tube.example/accounts/kim',
      url: 'https://tube.example/w/1',
      tags: [{ name: 'rooks', display: 'rooks' }],
    });
    expect(read('peertube-video')?.html).toContain('<p><strong>Rooks at dusk</strong></p><p>Filmed *yesterday*</p>');
  });
});

describe('what nobody here knows', () => {
  const thing = (more: Json): Json => ({
    id: 'https://food.example/recipes/1',
    type: 'Recipe',
    attributedTo: 'https://food.example/users/cook',
    to: [everybody],
    ...more,
  });

  it('is a title, a text and a link when it has words', () => {
    expect(readNote(thing({ name: 'Soup', content: '<p>Stir.</p>' }), false)?.html).toMatch(
      /^<p><strong>Soup<\/strong><\/p><p>Stir\.<\/p><p><a href="https:\/\/food\.example\/recipes\/1"[^>]*>[^<]+<\/a><\/p>$/u,
    );
  });

  it.each([
    ['without words', {}],
    ['that is an activity, a place or a collection', { type: 'Offer', name: 'Soup' }],
    ['of a type that is no name', { type: 'sc:Recipe', name: 'Soup' }],
  ])('is nothing %s', (_what, more) => {
    expect(readNote(thing(more), false)).toBeNull();
  });
});

describe('whatever a stranger writes', () => {
  const change = (more: Json) => readNote({ ...fixture('mastodon-note'), ...more }, false);

  it.each<[string, Json]>([
    ['no id', { id: undefined }],
    ['plain http', { id: 'http://mastodon.example/1' }],
    ['another scheme', { id: 'javascript:alert(1)' }],
    ['a name in the address', { id: 'https://me@mastodon.example/1' }],
    ['a default port', { id: 'https://mastodon.example:443/1' }],
    ['a dot behind the host', { id: 'https://mastodon.example./1' }],
    ['a host in capitals', { id: 'https://MASTODON.example/1' }],
    ['an address that is too long', { id: `https://mastodon.example/${'1'.repeat(2100)}` }],
    ['two types', { type: ['Note', 'Person'] }],
    ['an unknown type', { type: 'Person' }],
    ['two authors', { attributedTo: ['https://mastodon.example/users/ada', 'https://mastodon.example/users/bea'] }],
    ['no author', { attributedTo: null }],
  ])('%s is refused', (_what, more) => {
    expect(change(more)).toBeNull();
  });

  it('is cleaned', () => {
    const note = change({
      content: '<script>alert(1)</script><p onclick="x()">ok<img src=x onerror=y></p><a href="javascript:z()">link</a>',
      summary: '<b>a</b>\u202Eb',
      url: 'javascript:alert(1)',
      attachment: [{ url: 'javascript:alert(1)', name: 'x' }],
    });
    expect(note?.html).not.toMatch(/script|onclick|onerror|javascript/u);
    expect(note?.summary).toBe('ab');
    expect(note?.url).toBe('https://mastodon.example/users/ada/statuses/1');
  });

  it('is cut', () => {
    const many = Array.from({ length: 3000 }, (_one, place) => ({ type: 'Hashtag', name: `#tag${place}` }));
    const mentions = Array.from({ length: 3000 }, (_one, place) => ({
      type: 'Mention',
      href: `https://x.example/${place}`,
    }));
    const note = change({ content: 'x'.repeat(1_000_000), summary: 'y'.repeat(100_000), tag: [...many, ...mentions] });
    expect(note?.html.length).toBeLessThan(101_000);
    expect(note?.summary.length).toBeLessThanOrEqual(2000);
    expect(note?.tags.length).toBeLessThanOrEqual(100);
    expect(note?.mentionedUris.length).toBeLessThanOrEqual(500);
  });

  it('may have the wrong kind anywhere without harm', () => {
    for (const odd of [null, 5, 'x', [], {}, [[]], [null], { a: 1 }]) {
      for (const key of [
        'content',
        'contentMap',
        'summary',
        'tag',
        'attachment',
        'to',
        'cc',
        'url',
        'published',
        'updated',
        'inReplyTo',
        'sensitive',
        'name',
        'oneOf',
      ]) {
        expect(() => change({ [key]: odd })).not.toThrow();
      }
    }
  });

  it('is public only by the name of everybody, in any of its three forms', () => {
    for (const name of [everybody, 'as:Public', 'Public']) {
      expect(visibilityOf(change({ to: name, cc: [] })?.audience ?? { to: [], cc: [] }, null)).toBe('public');
    }
    expect(visibilityOf(change({ to: 'public', cc: [] })?.audience ?? { to: [], cc: [] }, null)).toBe('direct');
  });
});
