// A server that asks for a description of each file takes no post without them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload } from '#server/testing/uploads.ts';

let server: TestServer;
let ada: Person;
beforeAll(async () => {
  server = await openTestServer({ mediaDescriptionRequired: true });
  ada = await signUp(server, 'ada');
});
afterAll(() => server.close());

const upload = (description = ''): Promise<string> => makeUpload(server.ctx, ada.accountId, { description });

it('a file without words is refused in words, in a new post, a later one and an edit', async () => {
  const [bare, told] = [await upload(), await upload('A rook in the rain')];
  const refusal = { status: 422, body: { error: expect.stringContaining('description') } };
  expect(await ada.api('POST', '/api/v1/statuses', { media_ids: [told, bare] })).toMatchObject(refusal);
  const scheduled_at = new Date(Date.now() + 3_600_000).toISOString();
  expect(await ada.api('POST', '/api/v1/statuses', { media_ids: [bare], scheduled_at })).toMatchObject(refusal);
  const { body: post } = await ada.api('POST', '/api/v1/statuses', { status: 'rain', media_ids: [told] });
  const edit = (change: object) => ada.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'rain', ...change });
  expect(await edit({ media_ids: [told, bare] })).toMatchObject(refusal);
  expect(await edit({ media_attributes: [{ id: told, description: '' }] })).toMatchObject(refusal);
  await ada.api('PUT', `/api/v1/media/${bare}`, { description: 'Another rook' });
  const { status, body } = await edit({ media_ids: [told, bare] });
  expect([status, body.media_attachments?.length]).toEqual([200, 2]);
});

it('is told to apps', async () => {
  const { body } = await call(server.origin, 'GET', '/api/v2/instance');
  expect(body.configuration.media_attachments.description_required).toBe(true);
});
