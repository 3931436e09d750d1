// Posts that wait for their time, and drafts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { publishScheduled } from './service/schedule.ts';

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
const at = (minutes: number): string => new Date(Date.now() + moved + minutes * minute).toISOString();
const schedule = (body: object, headers?: Record<string, string>): Promise<Answer> =>
  alice.api('POST', '/api/v1/statuses', { scheduled_at: at(10), ...body }, headers);
const scheduled = async (): Promise<string[]> =>
  (await alice.api('GET', '/api/v1/scheduled_statuses')).body.map(({ id }: { id: string }) => id);
const texts = async (): Promise<string[]> =>
  (await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses`)).body.map(({ content }: Answer['body']) =>
    content.replaceAll(/<[^>]+>/g, ''),
  );
const wait = async (minutes: number): Promise<void> => {
  moved += minutes * minute + 1000;
  await server.settle();
};

describe('a scheduled post', () => {
  it('shows what it will be, and is nobody’s post before its time', async () => {
    const when = at(10);
    const poll = { options: ['a', 'b'], expires_in: 600 };
    const { status, body } = await schedule({
      status: 'later',
      spoiler_text: 'cw',
      visibility: 'private',
      language: 'en',
      scheduled_at: when,
      poll,
    });
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^\d+$/),
        scheduled_at: when,
        params: {
          text: 'later',
          spoiler_text: 'cw',
          sensitive: true,
          visibility: 'private',
          language: 'en',
          poll: { ...poll, multiple: false, hide_totals: false },
          in_reply_to_id: null,
          media_ids: null,
          application_id: null,
          scheduled_at: null,
          quote_approval_policy: 'public',
          quoted_status_id: null,
          idempotency: null,
          with_rate_limit: false,
        },
        media_attachments: [],
      },
    ]);
    expect(await scheduled()).toEqual([body.id]);
    expect((await alice.api('GET', `/api/v1/scheduled_statuses/${body.id}`)).body).toEqual(body);
    expect(await texts()).toEqual([]);
    await wait(10);
    expect(await texts()).toEqual(['later']);
    expect(await scheduled()).toEqual([]);
    const [post] = (await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses`)).body;
    expect(post).toMatchObject({ visibility: 'private', spoiler_text: 'cw', poll: { expired: false } });
  });

  it('is moved, earlier and later, and published once at its last time', async () => {
    const { body: one } = await schedule({ status: 'moved later' });
    const { body: other } = await schedule({ status: 'moved earlier', scheduled_at: at(60) });
    const move = (id: string, time: string): Promise<Answer> =>
      alice.api('PUT', `/api/v1/scheduled_statuses/${id}`, { scheduled_at: time });
    expect((await move(one.id, at(30))).status).toBe(200);
    expect((await move(other.id, at(10))).status).toBe(200);
    expect((await move(other.id, at(2))).status).toBe(422);
    expect((await move(other.id, 'soon')).status).toBe(422);
    await wait(11);
    expect((await texts()).filter((text) => text.startsWith('moved'))).toEqual(['moved earlier']);
    await wait(60);
    expect((await texts()).filter((text) => text.startsWith('moved'))).toEqual(['moved later', 'moved earlier']);
    expect(await scheduled()).toEqual([]);
  });

  it('is published once, however many do it at the same time', async () => {
    const { body } = await schedule({ status: 'only once' });
    const before = moved;
    moved += 11 * minute;
    await Promise.all(
      Array.from({ length: 4 }, () => publishScheduled(server.ctx, { scheduledId: body.id }).catch(() => undefined)),
    );
    await server.settle();
    expect((await texts()).filter((text) => text === 'only once')).toHaveLength(1);
    expect(moved).toBeGreaterThan(before);
  });

  it('is dropped, and never published', async () => {
    const { body } = await schedule({ status: 'dropped' });
    expect((await alice.api('DELETE', `/api/v1/scheduled_statuses/${body.id}`)).body).toEqual({});
    await wait(11);
    expect(await texts()).not.toContain('dropped');
  });

  it('becomes a draft with the reason when what it answers is gone', async () => {
    const { body: parent } = await bob.api('POST', '/api/v1/statuses', { status: 'ask me' });
    await schedule({ status: 'an answer', in_reply_to_id: parent.id });
    await bob.api('DELETE', `/api/v1/statuses/${parent.id}`);
    await wait(11);
    expect(await scheduled()).toEqual([]);
    const [draft] = (await alice.api('GET', '/api/drafts')).body;
    expect(draft).toMatchObject({
      content: 'an answer',
      in_reply_to: parent.id,
      problem: 'The post that you reply to was not found.',
    });
  });

  it('is refused like a post, at once, and repeated under its key', async () => {
    for (const body of [
      { status: 'too soon', scheduled_at: at(4) },
      { status: 'past', scheduled_at: at(-60) },
      { status: 'far', scheduled_at: '9999-01-01T00:00:00Z' },
      { status: 'never', scheduled_at: 'never' },
      { status: '' },
      { status: 'x'.repeat(5001) },
      { status: 'x', poll: { options: ['a'], expires_in: 600 } },
    ])
      expect((await schedule(body)).status).toBe(422);
    expect((await schedule({ status: 'x', in_reply_to_id: '7' })).status).toBe(404);
    const time = at(20);
    const key = { 'idempotency-key': 'once' };
    const first = await schedule({ status: 'keyed', scheduled_at: time }, key);
    expect((await schedule({ status: 'keyed', scheduled_at: time }, key)).body).toEqual(first.body);
    expect((await schedule({ status: 'other', scheduled_at: time }, key)).status).toBe(422);
    expect(await scheduled()).toEqual([first.body.id]);
  });

  it('is its author’s alone', async () => {
    const { body } = await schedule({ status: 'mine' });
    const path = `/api/v1/scheduled_statuses/${body.id}`;
    expect((await bob.api('GET', path)).status).toBe(404);
    expect((await bob.api('PUT', path, { scheduled_at: at(30) })).status).toBe(404);
    expect((await bob.api('DELETE', path)).status).toBe(404);
    expect((await bob.api('GET', '/api/v1/scheduled_statuses')).body).toEqual([]);
    expect(await scheduled()).toContain(body.id);
  });

  it('is listed in one statement, however many there are', async () => {
    const list = () => alice.api('GET', '/api/v1/scheduled_statuses');
    await list();
    const few = await statementsOf(server.ctx, list);
    await schedule({ status: 'one more' });
    expect(await statementsOf(server.ctx, list)).toBe(few);
  });
});

describe('a draft', () => {
  it('is kept, changed field by field, and thrown away', async () => {
    const { status, body } = await alice.api('POST', '/api/drafts', {
      content: 'to be',
      visibility: 'followers',
      poll: { options: ['or', 'not'] },
      scheduled_at: '2030-05-01T12:00:00+02:00',
    });
    expect([status, body]).toMatchObject([
      201,
      { content: 'to be', visibility: 'followers', language: null, poll: { options: ['or', 'not'] }, problem: null },
    ]);
    expect(body.scheduled_at).toBe('2030-05-01T10:00:00.000Z');
    const path = `/api/drafts/${body.id}`;
    const changed = await alice.api('PUT', path, { content_warning: 'doubt', visibility: '' });
    expect(changed.body).toMatchObject({ content: 'to be', content_warning: 'doubt', visibility: null });
    expect((await alice.api('GET', path)).body).toEqual(changed.body);
    expect((await alice.api('GET', '/api/drafts')).body[0]).toEqual(changed.body);
    expect((await alice.api('PUT', path, { scheduled_at: 'some day' })).status).toBe(422);
    expect((await alice.api('GET', path)).body.scheduled_at).toBe(body.scheduled_at);
    expect((await alice.api('PUT', path, { scheduled_at: '' })).body.scheduled_at).toBeNull();
    expect((await alice.api('DELETE', path)).body).toEqual({});
    expect((await alice.api('GET', path)).status).toBe(404);
  });

  it('is its author’s alone, and not endless', async () => {
    const { body } = await alice.api('POST', '/api/drafts', { content: 'a\u0000b' });
    expect(body.content).toBe('ab');
    for (const [method, more] of [['GET'], ['PUT', { content: 'x' }], ['DELETE']] as const)
      expect((await bob.api(method, `/api/drafts/${body.id}`, more)).status).toBe(404);
    expect((await alice.api('POST', '/api/drafts', { content: 'x'.repeat(200_001) })).status).toBe(422);
    expect((await alice.api('PUT', '/api/drafts/x', {})).status).toBe(404);
  });
});
