// Stories of leaving: hidden at once, back by signing in, gone for good after the grace.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { runDue } from '#server/schedule.ts';
import { browserToken, call, crowd, signUp, write, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { removeLeft } from './activitypub/leave.ts';

const day = 86_400_000;
let server: TestServer;
let now = new Date('2026-06-01T12:00:00.000Z');
beforeAll(async () => {
  server = await openTestServer({ clock: () => now });
});
afterAll(() => server.close());

const statusOf = async (path: string, person?: Person): Promise<number> =>
  (await call(server.origin, 'GET', path, { token: person?.token })).status;
const ids = (rows: Array<{ id: string }>): string[] => rows.map(({ id }) => id);

/** Asks to delete the account from a browser where somebody has just signed in. */
async function leaveFromBrowser(person: Person) {
  return call(server.origin, 'DELETE', '/api/auth/account', { token: await browserToken(server, person) });
}
const signIn = (person: Person) =>
  call(server.origin, 'POST', '/api/auth/sign-in', { body: { login: person.username, password: person.password } });

describe('leaving', () => {
  it('asks for a fresh proof, on the website', async () => {
    const [ann] = (await crowd(server, 1)) as [Person];
    expect((await ann.api('DELETE', '/api/auth/account')).status).toBe(403);
    const token = await browserToken(server, ann);
    now = new Date(now.getTime() + 16 * 60_000);
    const stale = await call(server.origin, 'DELETE', '/api/auth/account', { token });
    expect([stale.status, stale.body.error]).toEqual([403, 'Please confirm first that it is you']);
    expect(await statusOf(`/api/v1/accounts/${ann.accountId}`)).toBe(200);
  });

  it('is not for the last owner of the server', async () => {
    const olga = await signUp(server, 'olga', { role: 'owner' });
    const answer = await leaveFromBrowser(olga);
    expect([answer.status, answer.body.error]).toEqual([409, expect.stringContaining('last owner')]);
    expect(await statusOf(`/api/v1/accounts/${olga.accountId}`)).toBe(200);
  });

  it('hides at once, ends all tokens, and is taken back by signing in within thirty days', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    await ben.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    const post = await write(ann, `good bye @${ben.username}`);
    await server.settle();
    const home = async (): Promise<string[]> => ids((await ben.api('GET', '/api/v1/timelines/home')).body);
    expect(await home()).toEqual([post]);
    const answer = await leaveFromBrowser(ann);
    expect([answer.status, answer.body]).toEqual([200, { gone_at: new Date(now.getTime() + 30 * day).toISOString() }]);
    for (const path of [`/api/v1/accounts/${ann.accountId}`, `/api/v1/statuses/${post}`])
      expect([await statusOf(path), await statusOf(path, ben)]).toEqual([404, 404]);
    expect(await home()).toEqual([]);
    expect((await ben.api('GET', '/api/v1/notifications')).body).toEqual([]);
    expect((await ann.api('GET', '/api/v1/timelines/home')).status).toBe(401);
    now = new Date(now.getTime() + 29 * day);
    expect(await removeLeft(server.ctx)).toBe(0);
    expect((await signIn(ann)).status).toBe(200);
    expect(await statusOf(`/api/v1/statuses/${post}`)).toBe(200);
    expect(await home()).toEqual([post]);
    now = new Date(now.getTime() + 5 * day);
    expect(await removeLeft(server.ctx)).toBe(0);
    expect(await statusOf(`/api/v1/accounts/${ann.accountId}`)).toBe(200);
  });

  it('is for good after thirty days: nothing is left, the name stays taken, other servers are told', async () => {
    const [ann, ben, far] = (await crowd(server, 3)) as [Person, Person, Person];
    const theirs = await write(ben, 'like me');
    await ann.api('POST', `/api/v1/statuses/${theirs}/favourite`);
    await ann.api('POST', `/api/v1/statuses/${theirs}/bookmark`);
    await ben.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    await far.api('POST', `/api/v1/accounts/${ann.accountId}/follow`);
    await ann.api('POST', `/api/v1/accounts/${far.accountId}/note`, { comment: 'far' });
    const post = await write(ann, `hello @${ben.username}`);
    await server.settle();
    await server.ctx.database.read
      .updateTable('accounts')
      .set({ domain: 'far.example', inbox_url: 'http://127.0.0.1:9/inbox', shared_inbox_url: null })
      .where('id', '=', far.accountId)
      .execute();
    await leaveFromBrowser(ann);
    now = new Date(now.getTime() + 30 * day);
    await runDue(server.ctx);
    await server.settle();
    expect((await signIn(ann)).status).toBe(401);
    expect(await statusOf(`/api/v1/statuses/${post}`)).toBe(404);
    expect((await ben.api('GET', `/api/v1/accounts/${ben.accountId}`)).body.following_count).toBe(0);
    expect((await ben.api('GET', `/api/v1/statuses/${theirs}`)).body.favourites_count).toBe(0);
    expect((await ben.api('GET', '/api/v1/notifications')).body).toEqual([]);
    const { database } = server.ctx;
    const { rows } = await sql<{ left: number }>`
      select (select count(*) from posts where account_id = ${ann.accountId}) + (select count(*) from likes where account_id = ${ann.accountId})
        + (select count(*) from follows where follower_id = ${ann.accountId} or followee_id = ${ann.accountId})
        + (select count(*) from bookmarks where account_id = ${ann.accountId}) + (select count(*) from users where account_id = ${ann.accountId})
        + (select count(*) from account_notes where account_id = ${ann.accountId}) + (select count(*) from sessions where account_id = ${ann.accountId})
        + (select count(*) from feed_entries where owner_id = ${ann.accountId} or author_id = ${ann.accountId})
        + (select count(*) from notifications where account_id = ${ann.accountId} or from_account_id = ${ann.accountId}) as left`.execute(
      database.read,
    );
    expect(Number(rows[0]?.left)).toBe(0);
    const actor = await call(server.origin, 'GET', `/ap/users/${ann.accountId}`, {
      headers: { accept: 'application/activity+json' },
    });
    expect(actor.status).toBe(410);
    const again = await call(server.origin, 'POST', '/api/users', {
      body: { username: ann.username, email: 'again@mail.example', password: 'a long enough pass phrase' },
    });
    expect(again.status).toBe(422);
    const sent = await database.read
      .selectFrom('outgoing_activities')
      .select('body')
      .where('sender_id', '=', ann.accountId)
      .where('activity_uri', 'like', '%delete/account/%')
      .execute();
    expect(sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ type: 'Delete', object: expect.any(String) }]);
    expect(await removeLeft(server.ctx)).toBe(0);
  });
});
