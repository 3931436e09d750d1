// Pictures, films and sounds between two Rookeries: what is shown here is shown there, with the same words.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '#server/testing/people.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { openPair, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
});
afterAll(() => pair.close());

/** What both sides tell alike. */
const essence = (media: Answer['body'][]): unknown[] =>
  media.map(({ type, description, blurhash, meta }) => {
    const { width, height, duration } = meta.original;
    return { type, description, blurhash, width, height, duration, focus: meta.focus };
  });

it('a post arrives with all that it shows, follows edits, and takes it along when it goes', async () => {
  const { alice, bob, here, there, settle, copyOf } = pair;
  const [picture, film, sound] = [
    await makeUpload(here.ctx, alice.accountId, {
      description: 'Two rooks',
      focus: [0.5, -0.25],
      blurhash: 'LNJRdVM{00Rj%Mayt7j[4nWBofRj',
    }),
    await makeUpload(here.ctx, alice.accountId, { kind: 'video' }),
    await makeUpload(here.ctx, alice.accountId, { kind: 'audio', description: 'They caw' }),
  ];
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { media_ids: [film, picture, sound] });
  await settle();
  const copy = await copyOf(bob, post.uri);
  expect(essence(copy.media_attachments)).toEqual(essence(post.media_attachments));
  const [copied] = copy.media_attachments;
  const still = post.media_attachments[0].preview_url;
  expect(copied.remote_url).toBe(post.media_attachments[0].url);
  expect([copied.url, copied.preview_url]).toEqual([
    there.ctx.media.remote(copied.remote_url, 'file'),
    there.ctx.media.remote(still, 'preview'),
  ]);

  await alice.api('PUT', `/api/v1/statuses/${post.id}`, {
    media_ids: [picture, film],
    media_attributes: [{ id: picture, description: 'Two rooks on a roof' }],
  });
  await settle();
  const edited = await copyOf(bob, post.uri);
  expect(edited.media_attachments).toMatchObject([{ description: 'Two rooks on a roof' }, { id: copied.id }]);
  expect(edited.edited_at).not.toBeNull();

  await alice.api('DELETE', `/api/v1/statuses/${post.id}`);
  await settle();
  expect((await bob.api('GET', `/api/v1/statuses/${copy.id}`)).status).toBe(404);
  const left = await there.ctx.database.pool.query('select from media_attachments where post_id = $1', [copy.id]);
  expect(left.rows).toHaveLength(0);
});
