// A session is a browser where somebody is signed in: a cookie for pages, and a token for the web app that dies with it.
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import { webScopes } from '../policy.ts';
import { stay } from './leave.ts';

/** Where a request comes from, as its owner is shown it in the list of sessions. */
export interface Device {
  ip: string;
  userAgent: string | undefined;
}

export interface OpenedSession {
  id: string;
  /** For the cookie. */
  secret: string;
  /** For the web app's requests. */
  accessToken: string;
}

/** Opens a new session; an earlier one of the same browser is never taken over. Whoever was leaving stays. */
export async function openSession(
  tx: Transaction,
  ctx: AppContext,
  accountId: string,
  device: Device,
): Promise<OpenedSession> {
  const session = { id: ctx.newId(), secret: makeToken(), accessToken: makeToken() };
  const now = ctx.clock();
  await stay(tx, accountId);
  await tx.sql
    .insertInto('sessions')
    .values({
      id: session.id,
      account_id: accountId,
      secret_hash: hashToken(session.secret),
      ip: device.ip,
      user_agent: device.userAgent?.slice(0, 300) ?? null,
      created_at: now,
      last_used_at: now,
      proven_at: now,
    })
    .execute();
  await tx.sql
    .insertInto('access_tokens')
    .values({
      id: ctx.newId(),
      token_hash: hashToken(session.accessToken),
      account_id: accountId,
      session_id: session.id,
      scopes: webScopes.join(' '),
      created_at: now,
      last_used_at: now,
    })
    .execute();
  return session;
}
