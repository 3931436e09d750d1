// Actors in the forms in which well-known software shows them, and what becomes of them here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { readActor } from './actor-read.ts';

const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;
const read = (name: string) => readActor(fixture(name), false);

describe('an actor', () => {
  it('of Mastodon', () => {
    expect(read('mastodon')).toEqual({
      uri: 'https://mastodon.example/users/ada',
      username: 'ada',
      claimedHandle: null,
      kind: 'person',
      url: 'https://mastodon.example/@ada',
      inboxUrl: 'https://mastodon.example/users/ada/inbox',
      sharedInboxUrl: 'https://mastodon.example/inbox',
      outboxUrl: 'https://mastodon.example/users/ada/outbox',
      followersUrl: 'https://mastodon.example/users/ada/followers',
      followingUrl: 'https://mastodon.example/users/ada/following',
      featuredUrl: 'https://mastodon.example/users/ada/collections/featured',
      displayName: 'Ada :rook:',
      bioHtml: '<p>Counts birds</p>',
      fields: [
        { name: 'Home', value: expect.stringContaining('href="https://ada.example"'), verifiedAt: null },
        { name: 'Odd', value: '', verifiedAt: null },
      ],
      emojis: [{ shortcode: 'rook', url: 'https://files.mastodon.example/rook.png' }],
      avatar: { url: 'https://files.mastodon.example/ada.jpg', description: 'A rook' },
      header: { url: 'https://files.mastodon.example/sky.jpg' },
      locked: true,
      discoverable: true,
      indexable: true,
      alsoKnownAs: [],
      attributionDomains: ['ada.example', 'blog.ada.example'],
      movedToUri: null,
      createdAt: new Date('2023-04-01T00:00:00Z'),
      key: {
        keyId: 'https://mastodon.example/users/ada#main-key',
        rsaPublic: expect.stringContaining('BEGIN PUBLIC KEY'),
        edKeyId: null,
        edPublic: null,
      },
    });
  });

  it('of Misskey, with nulls where nothing is', () => {
    expect(read('misskey')).toMatchObject({
      username: 'neko',
      displayName: '',
      bioHtml: '',
      avatar: null,
      sharedInboxUrl: 'https://misskey.example/inbox',
      locked: false,
    });
  });

  it('of GoToSocial, without a shared inbox, its key at an address of its own', () => {
    expect(read('gotosocial')).toMatchObject({
      username: 'sloth',
      sharedInboxUrl: null,
      discoverable: false,
      locked: true,
      key: { keyId: 'https://gts.example/users/sloth/main-key' },
    });
  });

  it('of Akkoma, with another address of before', () => {
    expect(read('akkoma')).toMatchObject({
      username: 'fox',
      alsoKnownAs: ['https://old.example/users/fox'],
      avatar: { url: 'https://akkoma.example/media/fox.png' },
    });
  });

  it('of Lemmy: a community is a group', () => {
    expect(read('lemmy-community')).toMatchObject({ kind: 'group', username: 'birds', followingUrl: null, url: null });
  });
});

describe('whatever a stranger shows', () => {
  const change = (more: Json) => readActor({ ...fixture('mastodon'), ...more }, false);

  it.each<[string, Json]>([
    ['no inbox', { inbox: undefined }],
    ['an inbox that is none', { inbox: 'javascript:x' }],
    ['two types', { type: ['Person', 'Note'] }],
    ['a type that cannot act', { type: 'Note' }],
    ['a name that breaks out of a handle', { preferredUsername: 'ada@bank.example' }],
    ['a name with a slash', { preferredUsername: 'a/b' }],
    ['a name that reads backwards', { preferredUsername: '\u202Eada' }],
    ['an endless name', { preferredUsername: 'a'.repeat(3000) }],
    ['no name', { preferredUsername: null }],
    ['plain http', { id: 'http://mastodon.example/users/ada' }],
  ])('%s is refused', (_what, more) => {
    expect(change(more)).toBeNull();
  });

  const key = fixture('mastodon')['publicKey'] as Json;
  it.each<[string, Json]>([
    ['is owned by another', { ...key, owner: 'https://mastodon.example/users/bea' }],
    ['lives on another host', { ...key, id: 'https://evil.example/key' }],
    ['is a private one', { ...key, publicKeyPem: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----' }],
    ['is no key', { ...key, publicKeyPem: 'hello' }],
  ])('a key that %s does not count', (_what, publicKey) => {
    expect(change({ publicKey })).toMatchObject({ key: null });
  });

  it('followers collections of others do not count: they would tell who may read', () => {
    expect(change({ followers: 'https://elsewhere.example/followers' })).toMatchObject({ followersUrl: null });
  });

  it('is cut and cleaned', () => {
    const attachment = Array.from({ length: 500 }, () => ({
      type: 'PropertyValue',
      name: 'n'.repeat(9000),
      value: 'v'.repeat(9000),
    }));
    const actor = change({
      name: 'x'.repeat(100_000),
      summary: 'y'.repeat(10_000_000),
      attachment,
      alsoKnownAs: Array.from({ length: 1000 }, (_one, place) => `https://x.example/${place}`),
      url: 'javascript:x',
    });
    expect(actor?.displayName.length).toBe(2048);
    expect(actor?.bioHtml.length).toBeLessThanOrEqual(20_100);
    expect(actor?.fields.length).toBe(50);
    expect(actor?.fields[0]?.name.length).toBe(2047);
    expect(actor?.alsoKnownAs.length).toBe(256);
    expect(actor?.url).toBeNull();
  });

  it('may have the wrong kind anywhere without harm', () => {
    for (const odd of [null, 5, 'x', [], {}, [[]], [null], { a: 1 }]) {
      for (const name of Object.keys(fixture('mastodon'))) expect(() => change({ [name]: odd })).not.toThrow();
    }
  });
});
