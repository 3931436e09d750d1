// Stories of reports: what is kept, what is passed over, what is refused, and what another server hears.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeInstanceSettings } from '#server/features/instance/service.ts';
import { crowd, write, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { findReport } from './queries.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await changeInstanceSettings(server.ctx, { rules: ['Be kind.', 'Be quiet.'] });
});
afterAll(() => server.close());

it('keeps what was said of whom, with the posts that the reporter may see', async () => {
  const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
  const open = await write(ben, 'rude');
  const hidden = await write(ben, 'hidden', { visibility: 'private' });
  const mine = await write(ann, 'mine');
  const { status, body } = await ann.api('POST', '/api/v1/reports', {
    account_id: ben.accountId,
    status_ids: [hidden, mine, open, '12', 'x'],
    rule_ids: ['1'],
    comment: ' He is rude. ',
    forward: true,
  });
  expect([status, body]).toEqual([
    200,
    {
      id: expect.stringMatching(/^\d+$/),
      action_taken: false,
      action_taken_at: null,
      category: 'violation',
      comment: 'He is rude.',
      forwarded: false,
      created_at: expect.stringMatching(/\.\d{3}Z$/),
      status_ids: [open],
      rule_ids: ['1'],
      collection_ids: [],
      target_account: expect.objectContaining({ id: ben.accountId }),
    },
  ]);
  expect(await findReport(server.ctx, body.id)).toMatchObject({
    reporterId: ann.accountId,
    rules: [{ id: '1', text: 'Be kind.' }],
  });
  const plain = await ann.api('POST', `/api/v1/reports?account_id=${ben.accountId}&category=spam`);
  expect(plain.body).toMatchObject({ category: 'spam', comment: '', status_ids: [], rule_ids: [] });
});

it('refuses in words what cannot be, and keeps nothing of it', async () => {
  const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
  const report = (body: object) => ann.api('POST', '/api/v1/reports', { account_id: ben.accountId, ...body });
  const refusals: Array<[object, number, string]> = [
    [{ account_id: '12' }, 404, 'Record not found'],
    [{ account_id: ann.accountId }, 422, 'You cannot report yourself'],
    [{ comment: 'x'.repeat(1001) }, 422, 'at most 1000 characters'],
    [{ rule_ids: ['9'] }, 422, 'One of the rules does not exist'],
    [{ category: 'boring' }, 422, 'category'],
    [{ status_ids: Array.from({ length: 101 }, (_, index) => String(index)) }, 422, 'at most 100 posts'],
  ];
  for (const [body, status, text] of refusals) {
    const answer = await report(body);
    expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(text)]);
  }
  const kept = await server.ctx.database.read
    .selectFrom('reports')
    .select('id')
    .where('reporter_id', '=', ann.accountId)
    .execute();
  expect(kept).toEqual([]);
});

it('goes to the server of the account when its reporter wants that, signed by this server', async () => {
  const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
  const post = await write(ben, 'rude');
  await server.ctx.database.read
    .updateTable('accounts')
    .set({ domain: 'far.example', inbox_url: 'http://127.0.0.1:9/inbox', shared_inbox_url: null })
    .where('id', '=', ben.accountId)
    .execute();
  const { body } = await ann.api('POST', '/api/v1/reports', {
    account_id: ben.accountId,
    status_ids: [post],
    comment: 'rude',
    forward: true,
  });
  expect(body.forwarded).toBe(true);
  await server.settle();
  const [sent] = await server.ctx.database.read
    .selectFrom('outgoing_activities')
    .select('body')
    .where('activity_uri', 'like', `%flag/${body.id}`)
    .execute();
  const flag = JSON.parse(sent?.body ?? '{}');
  expect(flag).toMatchObject({ type: 'Flag', content: 'rude', object: [expect.any(String), expect.any(String)] });
  expect(JSON.stringify(flag)).not.toContain(ann.accountId);
});
