// Stories of uploads that wait with a scheduled post or in a draft.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMedia } from '#server/features/media/queries.ts';
import { purgeMedia } from '#server/features/media/service/purge.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { makeUpload, type UploadWishes } from '#server/testing/uploads.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let moved = 0;
beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(Date.now() + moved) });
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
});
afterAll(() => server.close());

const minute = 60_000;
const day = 24 * 60 * minute;
const upload = (wishes: UploadWishes = {}, owner = alice): Promise<string> =>
  makeUpload(server.ctx, owner.accountId, wishes);
const schedule = (body: object, minutes = 10): Promise<Answer> =>
  alice.api('POST', '/api/v1/statuses', {
    scheduled_at: new Date(Date.now() + moved + minutes * minute).toISOString(),
    ...body,
  });
const wait = async (ms: number): Promise<void> => {
  moved += ms + 1000;
  await server.settle();
  await purgeMedia(server.ctx);
};
const isThere = async (id: string): Promise<boolean> => (await loadMedia(server.ctx, [id])).length === 1;
const idsOf = (list: Array<{ id: string }>): string[] => list.map(({ id }) => id);
const drafts = '/api/drafts';

describe('a scheduled post', () => {
  it('names and shows its files, holds them beyond their day, and is published with them', async () => {
    const [one, two] = [await upload({ description: 'first' }), await upload()];
    const { status, body } = await schedule({ media_ids: [two, one] }, 3 * 24 * 60);
    expect([status, body]).toMatchObject([
      200,
      {
        params: { text: '', media_ids: [two, one] },
        media_attachments: [{ id: two }, { id: one, description: 'first' }],
      },
    ]);
    const [listed] = (await alice.api('GET', '/api/v1/scheduled_statuses')).body;
    expect(listed).toEqual(body);
    await wait(2 * day);
    expect([await isThere(one), await isThere(two)]).toEqual([true, true]);
    await wait(day);
    const [post] = (await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses?only_media=true`)).body;
    expect(idsOf(post.media_attachments)).toEqual([two, one]);
  });

  it('that is dropped lets them go, a day later', async () => {
    const id = await upload();
    const { body } = await schedule({ status: 'never', media_ids: [id] });
    await alice.api('DELETE', `/api/v1/scheduled_statuses/${body.id}`);
    await wait(day - 5 * minute);
    expect(await isThere(id)).toBe(true);
    await wait(6 * minute);
    expect(await isThere(id)).toBe(false);
  });

  it('is refused like a post, at once', async () => {
    const used = await upload();
    await alice.api('POST', '/api/v1/statuses', { media_ids: [used] });
    for (const media_ids of [[await upload({}, bob)], ['7'], [used], [await upload({ state: 'processing' })]])
      expect((await schedule({ status: 'x', media_ids })).status).toBe(422);
    const poll = { options: ['a', 'b'], expires_in: 600 };
    expect((await schedule({ status: 'x', poll, media_ids: [await upload()] })).status).toBe(422);
    expect((await alice.api('GET', '/api/v1/scheduled_statuses')).body).toEqual([]);
  });

  it('whose picture was shown elsewhere meanwhile becomes a draft with the reason', async () => {
    const id = await upload();
    await schedule({ status: 'too late', media_ids: [id] });
    await alice.api('POST', '/api/v1/statuses', { media_ids: [id] });
    await wait(11 * minute);
    const [draft] = (await alice.api('GET', drafts)).body;
    expect(draft).toMatchObject({
      content: 'too late',
      media_ids: [id],
      problem: expect.stringMatching(/another post/),
    });
    await alice.api('DELETE', `${drafts}/${draft.id}`);
    expect(await isThere(id)).toBe(true);
  });

  it('is listed in as many statements with files as it ever needs', async () => {
    const list = () => alice.api('GET', '/api/v1/scheduled_statuses');
    await schedule({ media_ids: [await upload()] });
    await list();
    const few = await statementsOf(server.ctx, list);
    await schedule({ media_ids: [await upload(), await upload()] });
    expect(await statementsOf(server.ctx, list)).toBe(few);
  });
});

describe('a draft', () => {
  it('holds its files while it lives, and lets go of what it names no more', async () => {
    const [one, two, three] = [await upload(), await upload({ state: 'processing' }), await upload()];
    const { status, body } = await alice.api('POST', drafts, { content: 'later', media_ids: [one, two] });
    expect([status, body.media_ids, idsOf(body.media_attachments)]).toEqual([201, [one, two], [one, two]]);
    const path = `${drafts}/${body.id}`;
    expect((await alice.api('PUT', path, { content: 'words only' })).body.media_ids).toEqual([one, two]);
    expect((await alice.api('PUT', path, { media_ids: [three, one] })).body.media_ids).toEqual([three, one]);
    await wait(2 * day);
    expect([await isThere(one), await isThere(two), await isThere(three)]).toEqual([true, false, true]);
    await alice.api('PUT', path, { media_ids: [] });
    await alice.api('DELETE', path);
    await wait(day);
    expect([await isThere(one), await isThere(three)]).toEqual([false, false]);
  });

  it('that shares a file with another keeps it until both are gone', async () => {
    const id = await upload();
    const [one, other] = [
      (await alice.api('POST', drafts, { media_ids: [id] })).body.id,
      (await alice.api('POST', drafts, { media_ids: [id] })).body.id,
    ];
    await alice.api('DELETE', `${drafts}/${one}`);
    await wait(2 * day);
    expect(await isThere(id)).toBe(true);
    await alice.api('DELETE', `${drafts}/${other}`);
    await wait(2 * day);
    expect(await isThere(id)).toBe(false);
  });

  it('becomes a post, and takes nothing from it when it is thrown away', async () => {
    const id = await upload();
    const { body: draft } = await alice.api('POST', drafts, { content: 'ready', media_ids: [id] });
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'ready', media_ids: [id] });
    await alice.api('DELETE', `${drafts}/${draft.id}`);
    await wait(2 * day);
    expect(idsOf((await alice.api('GET', `/api/v1/statuses/${post.id}`)).body.media_attachments)).toEqual([id]);
  });

  it('takes no file of somebody else, none that there is not, and not too many', async () => {
    const many = await Promise.all(Array.from({ length: 9 }, () => upload()));
    for (const media_ids of [[await upload({}, bob)], ['7'], many])
      expect((await alice.api('POST', drafts, { content: 'x', media_ids })).status).toBe(422);
    const { body } = await alice.api('POST', drafts, { content: 'x', media_ids: many.slice(0, 8) });
    expect((await alice.api('PUT', `${drafts}/${body.id}`, { content: 'y', media_ids: many })).status).toBe(422);
    expect((await alice.api('GET', `${drafts}/${body.id}`)).body).toMatchObject({
      content: 'x',
      media_ids: many.slice(0, 8),
    });
  });
});
