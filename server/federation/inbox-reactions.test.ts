// Reactions of other servers, as each software writes them, and what strangers may not do with them.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asObject, type Json } from '#server/platform/fediverse/json.ts';
import type { Answer } from '#server/testing/people.ts';
import type { Stranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
/** A post by alice, new for each test. */
let post: { id: string; uri: string };
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  post = (await scene.alice.api('POST', '/api/v1/statuses', { status: 'words' })).body;
  await scene.server.settle();
  scene.there.delivered.length = 0;
});

let copies = 0;
/** A document as that software writes it, about the post, by eve. Ids that are asked for twice are other ones, unless `as` says so. */
function fixture(name: string, as?: string): Json {
  copies += 1;
  const text = readFileSync(new URL(`../features/reactions/fixtures/${name}.json`, import.meta.url), 'utf8')
    .replaceAll('https://there.example', scene.there.origin)
    .replaceAll('https://here.example/ap/posts/1', post.uri);
  const json: Json = JSON.parse(text);
  const copy = as ?? String(copies);
  const renamed = (one: Json): Json => ({ ...one, id: `${String(one['id'])}?${copy}` });
  const object = asObject(json['object']);
  return renamed(object === null ? json : { ...json, object: renamed(object) });
}

const by = (stranger: Stranger, json: Json): Json => ({ ...json, actor: stranger.uri });
const state = async (): Promise<Answer['body']> => (await scene.alice.api('GET', `/api/v1/statuses/${post.id}`)).body;
const seen = async (): Promise<string[]> =>
  (await state()).emoji_reactions.map(({ name, count }: { name: string; count: number }) => `${name} ${count}`);
const custom = (shortcode: string, url: string, more: Json = {}): Json => ({
  content: `:${shortcode}:`,
  tag: [{ type: 'Emoji', name: `:${shortcode}:`, icon: { type: 'Image', url } }],
  ...more,
});
const behind = (address: string): string =>
  Buffer.from(new URL(address).pathname.split('/').at(-1) ?? '', 'base64url').toString();

describe('what is taken', () => {
  it('Misskey’s Like with an emoji, plain or custom, is a reaction; its heart is a like', async () => {
    const { eve, deliver, there } = scene;
    expect(await deliver(eve, fixture('misskey-like'))).toBe('done');
    expect(await deliver(eve, fixture('misskey-custom'))).toBe('done');
    expect(await seen()).toEqual(['🎉 1', `blobcatcomfy@${there.host} 1`]);
    const before = await state();
    expect(before.favourites_count).toBe(0);
    expect(behind(before.emoji_reactions[1].url)).toBe(`${there.origin}/files/webpublic-blobcatcomfy.png`);
    expect(await deliver(eve, fixture('misskey-heart'))).toBe('done');
    expect(await state()).toMatchObject({ favourites_count: 1, emoji_reactions: [{}, {}] });
  });

  it('Akkoma’s EmojiReact and that of FEP-c0e0 are reactions, also a heart', async () => {
    const { eve, deliver, there } = scene;
    for (const name of ['akkoma-emoji-react', 'akkoma-custom', 'fep-c0e0'])
      expect(await deliver(eve, fixture(name))).toBe('done');
    expect(await deliver(eve, { ...fixture('akkoma-emoji-react'), content: '❤' })).toBe('done');
    expect(await seen()).toEqual(['🔥 1', `owl@${there.host} 1`, `firefox@${there.host} 1`, '❤️ 1']);
    expect((await state()).favourites_count).toBe(0);
  });

  it('a plain Like is a like, and so is one whose content is no emoji', async () => {
    const { eve, mallory, deliver } = scene;
    expect(await deliver(eve, fixture('mastodon-like'))).toBe('done');
    expect(await deliver(mallory, by(mallory, { ...fixture('mastodon-like'), content: 'well said' }))).toBe('done');
    expect(await state()).toMatchObject({ favourites_count: 2, emoji_reactions: [] });
  });

  it('words that Misskey sent in former times are their emoji', async () => {
    const { eve, deliver } = scene;
    const { content: _content, ...old } = fixture('misskey-like');
    expect(await deliver(eve, { ...old, _misskey_reaction: 'pudding' })).toBe('done');
    expect(await seen()).toEqual(['🍮 1']);
  });

  it('an EmojiReact with no emoji, or with a custom one without a picture, changes nothing', async () => {
    const { eve, deliver } = scene;
    for (const content of ['', 'well said', ':unknown:', '👍👍', '<b>👍</b>'])
      expect([content, await deliver(eve, { ...fixture('akkoma-emoji-react'), content })]).toEqual([
        content,
        'unknown_emoji',
      ]);
    expect(await state()).toMatchObject({ favourites_count: 0, emoji_reactions: [] });
  });

  it('the same reaction twice is one, also under another id', async () => {
    const { eve, deliver } = scene;
    await deliver(eve, fixture('misskey-like'));
    expect(await deliver(eve, fixture('misskey-like'))).toBe('done');
    expect(await seen()).toEqual(['🎉 1']);
  });

  it('the author is told', async () => {
    const { eve, alice, deliver, there } = scene;
    await deliver(eve, fixture('akkoma-custom'));
    const { body } = await alice.api('GET', '/api/v1/notifications?types[]=pleroma:emoji_reaction');
    expect(body[0]).toMatchObject({
      emoji: `owl@${there.host}`,
      account: { acct: `eve@${there.host}` },
      status: { id: post.id },
    });
  });
});

describe('undoing', () => {
  it('is taken in each software’s form', async () => {
    const { eve, activity, deliver } = scene;
    await deliver(eve, fixture('misskey-like', 'a'));
    await deliver(eve, fixture('akkoma-emoji-react', 'b'));
    await deliver(eve, fixture('fep-c0e0', 'c'));
    expect(await deliver(eve, fixture('misskey-undo', 'a'))).toBe('done');
    expect(await deliver(eve, fixture('akkoma-undo', 'b'))).toBe('done');
    // By its address alone.
    expect(await deliver(eve, activity(eve, 'Undo', fixture('fep-c0e0', 'c')['id']))).toBe('done');
    expect(await seen()).toEqual([]);
  });

  it('of a reaction leaves a like, and the other way about', async () => {
    const { eve, activity, deliver } = scene;
    await deliver(eve, fixture('mastodon-like', 'like'));
    await deliver(eve, fixture('misskey-like', 'd'));
    await deliver(eve, fixture('akkoma-emoji-react', 'e'));
    // An address that we do not know: the emoji says which it is.
    const other = { ...fixture('misskey-like'), id: `${scene.there.origin}/likes/other` };
    expect(await deliver(eve, activity(eve, 'Undo', other))).toBe('done');
    expect(await state()).toMatchObject({ favourites_count: 1, emoji_reactions: [{ name: '🔥' }] });
    expect(await deliver(eve, activity(eve, 'Undo', fixture('mastodon-like', 'like')))).toBe('done');
    expect(await state()).toMatchObject({ favourites_count: 0, emoji_reactions: [{ name: '🔥' }] });
  });

  it('that comes first wins', async () => {
    const { eve, deliver } = scene;
    expect(await deliver(eve, fixture('akkoma-undo', 'early'))).toBe('unknown_object');
    expect(await deliver(eve, fixture('akkoma-emoji-react', 'early'))).toBe('undone');
    expect(await seen()).toEqual([]);
  });

  it('by somebody else changes nothing', async () => {
    const { eve, mallory, deliver } = scene;
    const reaction = fixture('misskey-like', 'f');
    await deliver(eve, reaction);
    expect(await deliver(mallory, scene.activity(mallory, 'Undo', reaction))).toBe('not_owner');
    expect(await deliver(mallory, scene.activity(mallory, 'Undo', reaction['id']))).toBe('unknown_object');
    expect(await seen()).toEqual(['🎉 1']);
  });
});

describe('custom emoji', () => {
  it('belong to the server that sent them: the same shortcode from two servers is two', async () => {
    const { eve, deliver, there, elsewhere, server, alice } = scene;
    const [found] = [await elsewhere.person('olga')];
    await alice.api('GET', `/api/v1/accounts/search?q=olga@${elsewhere.host}&resolve=true`);
    const theirs = `${there.origin}/emojis/cat`;
    await deliver(eve, { ...fixture('akkoma-custom'), ...custom('cat', `${there.origin}/cat.png`) });
    // Another picture under their id changes nothing there.
    const forged = custom('cat', `${elsewhere.origin}/rude.png`);
    const tags = [{ ...asObject((forged['tag'] as Json[])[0]), id: theirs }];
    const reaction = { ...by(found, fixture('akkoma-custom')), id: `${found.uri}/r/1`, ...forged, tag: tags };
    expect(await deliver(found, reaction)).toBe('done');
    const { emoji_reactions: reactions } = await state();
    expect(reactions.map(({ name, url }: { name: string; url: string }) => [name, behind(url)])).toEqual([
      [`cat@${there.host}`, `${there.origin}/cat.png`],
      [`cat@${elsewhere.host}`, `${elsewhere.origin}/rude.png`],
    ]);
    expect(server.origin).not.toBe(there.origin);
  });

  it('with the very picture of one that is there join it; people here join it by its name', async () => {
    const { eve, alice, deliver, there, elsewhere } = scene;
    const olga = await elsewhere.person('otto');
    await alice.api('GET', `/api/v1/accounts/search?q=otto@${elsewhere.host}&resolve=true`);
    await deliver(eve, { ...fixture('akkoma-custom'), ...custom('dog', `${there.origin}/dog.png`) });
    const same = custom('dog', `${there.origin}/dog.png`);
    await deliver(olga, { ...by(olga, fixture('akkoma-custom')), id: `${olga.uri}/r/2`, ...same });
    const name = `dog@${there.host}`;
    const joined = await alice.api('PUT', `/api/v1/pleroma/statuses/${post.id}/reactions/${name}`);
    expect(joined.body.emoji_reactions).toMatchObject([{ name, count: 3, me: true }]);
  });

  it('too many different ones on a post are refused', async () => {
    const { eve, mallory, deliver } = scene;
    for (let kind = 0; kind < 10; kind += 1) {
      const reaction = custom(`kind${kind}`, `${scene.there.origin}/${kind}.png`);
      expect(await deliver(eve, { ...fixture('akkoma-custom'), ...reaction })).toBe('done');
    }
    expect(await deliver(eve, fixture('misskey-like'))).toBe('refused_Invalid');
    await scene.server.ctx.database.pool.query(
      `update posts set reactions = (select jsonb_agg(jsonb_build_object('name', 'k' || n, 'count', 1, 'emoji', null))
       from generate_series(1, 50) n) where id = $1`,
      [post.id],
    );
    expect(await deliver(mallory, by(mallory, fixture('misskey-like')))).toBe('refused_Invalid');
    expect(await seen()).toHaveLength(50);
  });
});

describe('what is sent', () => {
  /** A post by eve that this server knows. */
  async function known(): Promise<{ id: string; uri: unknown }> {
    const note = scene.note(scene.eve, 'words');
    await scene.deliver(scene.eve, scene.activity(scene.eve, 'Create', note, { to: [everybody] }));
    scene.there.delivered.length = 0;
    return { id: (await scene.postOf(note['id']))?.id ?? '', uri: note['id'] };
  }
  const sent = (): Json[] => scene.there.delivered.map(({ activity }) => activity);

  it('an EmojiReact to the author’s server, which Misskey and Akkoma read, and an Undo of it', async () => {
    const theirs = await known();
    const path = `/api/v1/pleroma/statuses/${theirs.id}/reactions/${encodeURIComponent('🎉')}`;
    await scene.alice.api('PUT', path);
    await scene.server.settle();
    const [reaction = {}] = sent();
    expect(reaction).toEqual({
      '@context': expect.arrayContaining(['https://www.w3.org/ns/activitystreams']),
      id: expect.stringMatching(new RegExp(`^${scene.server.origin}/ap/reactions/\\d+$`)),
      type: 'EmojiReact',
      actor: scene.aliceUri,
      object: theirs.uri,
      content: '🎉',
      _misskey_reaction: '🎉',
      to: [scene.eve.uri],
    });
    await scene.alice.api('DELETE', path);
    await scene.server.settle();
    const { '@context': _context, ...object } = reaction;
    expect(sent()[1]).toMatchObject({ type: 'Undo', actor: scene.aliceUri, object });
  });

  it('a custom one brings its picture along', async () => {
    const theirs = await known();
    const { eve, deliver, there } = scene;
    const reaction = { ...fixture('fep-c0e0'), object: theirs.uri };
    expect(await deliver(eve, reaction)).toBe('done');
    await scene.alice.api('PUT', `/api/v1/pleroma/statuses/${theirs.id}/reactions/firefox@${there.host}`);
    await scene.server.settle();
    expect(sent()[0]).toMatchObject({
      type: 'EmojiReact',
      content: ':firefox:',
      tag: [{ type: 'Emoji', name: ':firefox:', icon: { url: `${there.origin}/media/emojis/firefox.png` } }],
    });
  });
});
