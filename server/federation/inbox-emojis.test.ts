// Custom emoji of strangers: shown where they came with, and nowhere else.
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signUp, type Answer } from '#server/testing/people.ts';
import { openSite } from '#server/testing/site.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const tag = (name: string, url: string, id = url): Json => ({
  id,
  type: 'Emoji',
  name: `:${name}:`,
  icon: { type: 'Image', mediaType: 'image/png', url },
});
const create = (note: Json): Promise<string | null> =>
  scene.deliver(scene.eve, scene.activity(scene.eve, 'Create', note));
const shown = async (note: Json): Promise<Answer['body']> => {
  const post = await scene.postOf(note['id']);
  return (await scene.alice.api('GET', `/api/v1/statuses/${post?.id}`)).body;
};
/** Where the picture behind one of our addresses is. */
const behind = (address: string): string =>
  Buffer.from(new URL(address).pathname.split('/').at(-1) ?? '', 'base64url').toString();

it('a post shows them in text, warning and poll, through this server', async () => {
  const picture = `${scene.there.origin}/emoji/wren.png`;
  const note = scene.note(scene.eve, 'see :wren:', {
    type: 'Question',
    summary: ':wren:',
    oneOf: [
      { type: 'Note', name: ':wren:' },
      { type: 'Note', name: 'no' },
    ],
    tag: [tag('wren', picture)],
  });
  expect(await create(note)).toBe('done');
  const { emojis, poll } = await shown(note);
  expect(emojis).toEqual([
    {
      shortcode: 'wren',
      url: expect.stringContaining(`${scene.server.origin}/media/remote/emoji/`),
      static_url: expect.stringContaining(`${scene.server.origin}/media/remote/emoji-still/`),
      visible_in_picker: false,
    },
  ]);
  expect(behind(emojis[0].url)).toBe(picture);
  expect(poll.emojis).toEqual(emojis);
});

it('the staff takes one over as one of ours, by the address under which it is shown', async () => {
  const { server } = scene;
  const admin = await signUp(server, 'root', { role: 'admin' });
  const png = await sharp({ create: { width: 40, height: 40, channels: 4, background: '#3c3' } })
    .png()
    .toBuffer();
  const shelf = await openSite();
  shelf.show('/rook.png', { headers: { 'content-type': 'image/png' }, body: png });
  shelf.show('/page', 'no picture');
  const at = (path: string): string => shelf.at(path, 'localhost');
  const note = scene.note(scene.eve, ':rook: :page: :gone:', {
    tag: [tag('rook', at('/rook.png')), tag('page', at('/page')), tag('gone', at('/gone'))],
  });
  await create(note);
  const [rook, page, gone] = (await shown(note)).emojis;
  const copy = (copied: string, shortcode = 'rook') =>
    admin.api('POST', '/api/admin/emojis', { shortcode, copy_of: copied });
  for (const unfit of [at('/rook.png'), `${rook.url}x`, page.url, gone.url, 'nowhere'])
    expect([unfit, (await copy(unfit)).status]).toEqual([unfit, 422]);
  expect(await copy(rook.url)).toMatchObject({ status: 201, body: { shortcode: 'rook' } });
  expect(await copy(rook.url)).toMatchObject({ status: 422, body: { error: /taken/u } });
  const { body: ours } = await scene.alice.api('POST', '/api/v1/statuses', { status: ':rook:' });
  expect(ours.emojis).toMatchObject([{ shortcode: 'rook', url: expect.stringContaining('/media/emojis/') }]);
  // It stays when the other server goes.
  await shelf.close();
  expect((await fetch(ours.emojis[0].url)).status).toBe(200);
  const { body: left } = await scene.alice.api('GET', '/api/v1/custom_emojis');
  await admin.api('DELETE', `/api/admin/emojis/${(await admin.api('GET', '/api/admin/emojis')).body[0].id}`);
  expect(left).toHaveLength(1);
});

it('one that names an id of another server with another picture changes nothing there, nor one of ours', async () => {
  const theirs = `${scene.elsewhere.origin}/emoji/owl.png`;
  const first = scene.note(scene.eve, ':owl:', { tag: [tag('owl', theirs, `${scene.elsewhere.origin}/emojis/owl`)] });
  const own = `${scene.server.origin}/ap/emojis/1`;
  const other = `${scene.there.origin}/emoji/impostor.png`;
  const second = scene.note(scene.eve, ':owl: :ours:', {
    tag: [tag('owl', other, `${scene.elsewhere.origin}/emojis/owl`), tag('ours', other, own)],
  });
  await create(first);
  await create(second);
  expect((await shown(first)).emojis.map(({ url }: { url: string }) => behind(url))).toEqual([theirs]);
  expect((await shown(second)).emojis.map(({ url }: { url: string }) => behind(url))).toEqual([other, other]);
  const { body } = await scene.alice.api('GET', '/api/v1/custom_emojis');
  expect(body).toEqual([]);
});

it('what is none is passed over, and a hundred are enough', async () => {
  const picture = `${scene.there.origin}/e.png`;
  const bad = [
    tag('with space', picture),
    tag('script', 'javascript:alert(1)'),
    tag('inline', 'data:image/png;base64,AAAA'),
    { type: 'Emoji', name: ':bare:' },
    tag('x'.repeat(101), picture),
  ];
  const many = Array.from({ length: 150 }, (_, number) => tag(`e${number}`, picture));
  const note = scene.note(scene.eve, 'many', { tag: [...bad, ...many] });
  await create(note);
  const { emojis } = await shown(note);
  expect(emojis).toHaveLength(100);
  expect(emojis[0].shortcode).toBe('e0');
});

it('an edit brings others; other pictures alone make no version', async () => {
  const [one, two] = [`${scene.there.origin}/1.png`, `${scene.there.origin}/2.png`];
  const note = scene.note(scene.eve, ':bird:', { tag: [tag('bird', one)] });
  await create(note);
  const update = async (more: Json): Promise<string | null> => {
    const updated = new Date(Date.now() + 1000).toISOString();
    return scene.deliver(scene.eve, scene.activity(scene.eve, 'Update', { ...note, updated, ...more }));
  };
  expect(await update({ tag: [tag('bird', two)] })).toBe('done');
  const pictured = await shown(note);
  expect(pictured.emojis.map(({ url }: { url: string }) => behind(url))).toEqual([two]);
  expect(pictured.edited_at).toBeNull();
  expect(await update({ content: '<p>no bird</p>', tag: [] })).toBe('done');
  const edited = await shown(note);
  expect(edited.emojis).toEqual([]);
  const { body: history } = await scene.alice.api('GET', `/api/v1/statuses/${edited.id}/history`);
  expect(history.map(({ emojis }: { emojis: unknown[] }) => emojis.length)).toEqual([1, 0]);
});

it('a person shows them in name and biography', async () => {
  const wren = await scene.there.person('wren', {
    name: 'Wren :wren:',
    summary: '<p>:wren:</p>',
    tag: [tag('wren', `${scene.there.origin}/emoji/wren.png`)],
  });
  const { body } = await scene.alice.api(
    'GET',
    `/api/v1/accounts/search?q=${wren.name}@${scene.there.host}&resolve=true`,
  );
  expect(body[0]).toMatchObject({ display_name: 'Wren :wren:', emojis: [{ shortcode: 'wren' }] });
});
