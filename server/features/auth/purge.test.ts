// Access that is over is forgotten; access that stands is not.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { findSession, listSessions } from './queries.ts';
import { noteChallenge, takeChallenge } from './service/challenges.ts';
import { findViewer } from './service/find-viewer.ts';
import { ensureOwnerInvitation } from './service/invite-owner.ts';
import { openSession } from './service/open-session.ts';
import { purgeAccess } from './service/purge.ts';
import { createUser } from './service/users.ts';

let opened: TestContext;
const day = 86_400_000;
let now = new Date('2026-03-01T00:00:00Z');

beforeAll(async () => {
  opened = await openTestContext({ clock: () => now });
});
afterAll(() => opened.close());

test('a session that nobody used for half a year is over at once, and its rows go with the next round', async () => {
  const { ctx } = opened;
  const { accountId } = await createUser(ctx, { username: 'alice', email: 'alice@mail.example' });
  const device = { ip: '127.0.0.1', userAgent: 'Test' };
  const old = await ctx.database.write((tx) => openSession(tx, ctx, accountId, device));
  const invitation = await ensureOwnerInvitation(ctx);
  now = new Date(now.getTime() + 170 * day);
  const fresh = await ctx.database.write((tx) => openSession(tx, ctx, accountId, device));
  now = new Date(now.getTime() + 11 * day);

  expect(await findSession(ctx, old.secret)).toBeNull();
  expect(await findViewer(ctx, old.accessToken)).toBeNull();
  expect((await listSessions(ctx, accountId)).map((session) => session.id)).toEqual([fresh.id]);
  expect(await purgeAccess(ctx)).toBe(1);
  expect(await purgeAccess(ctx)).toBe(0);
  const tokens = await ctx.database.read.selectFrom('access_tokens').select('session_id').execute();
  expect(tokens).toEqual([{ session_id: fresh.id }]);
  expect((await findViewer(ctx, fresh.accessToken))?.accountId).toBe(accountId);
  expect(await ensureOwnerInvitation(ctx)).toBe(invitation);
});

test('a question that nobody answered in time is forgotten, one that is open stays', async () => {
  const { ctx } = opened;
  await noteChallenge(ctx, 'passkey', 'asked long ago', null);
  now = new Date(now.getTime() + 11 * 60_000);
  await noteChallenge(ctx, 'passkey', 'asked just now', null);
  expect(await purgeAccess(ctx)).toBe(1);
  expect(await takeChallenge(ctx, 'passkey', 'asked just now', null)).toBe(true);
});
