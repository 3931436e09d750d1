// The cookie that tells pages of this server who is signed in. Programs use tokens; only the consent page reads this.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { Forbidden } from '#server/platform/errors.ts';
import { viewerOf, type SignedIn } from '#server/platform/http/access.ts';
import type { Device } from '../service/open-session.ts';
import { findSession, findUser, sessionLifeMs, type SessionView, type UserView } from '../queries.ts';
import { refusalOf } from '../policy.ts';

/** Browsers take a name that begins with `__Host-` from this host over https only. */
function cookieName(ctx: AppContext): string {
  return isSecure(ctx) ? '__Host-rookery_session' : 'rookery_session';
}

function isSecure(ctx: AppContext): boolean {
  return ctx.config.origin.startsWith('https:');
}

/** Hands the session's secret to the browser. */
export function setSessionCookie(ctx: AppContext, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName(ctx), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(ctx),
    maxAge: sessionLifeMs / 1000,
  });
}

export function clearSessionCookie(ctx: AppContext, reply: FastifyReply): void {
  reply.clearCookie(cookieName(ctx), { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(ctx) });
}

/** The session that the browser shows, or null. */
export async function sessionOf(ctx: AppContext, request: FastifyRequest): Promise<SessionView | null> {
  const secret = request.cookies[cookieName(ctx)];
  return secret === undefined ? null : findSession(ctx, secret);
}

/** Who is signed in in this browser and may use their login, or null. */
export async function signedIn(
  ctx: AppContext,
  request: FastifyRequest,
): Promise<{ session: SessionView; login: UserView } | null> {
  const session = await sessionOf(ctx, request);
  const login = session && (await findUser(ctx, session.accountId));
  if (!session || !login || refusalOf(login, ctx.mail.delivers) !== null) return null;
  return { session, login };
}

/**
 * Refuses requests that a page of another site makes a browser send. Programs send neither header.
 * @throws {Forbidden}
 */
export function refuseOtherSites(ctx: AppContext, request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const isOurs =
    site === undefined
      ? origin === undefined || origin === ctx.config.origin
      : site === 'same-origin' || site === 'none';
  if (!isOurs) throw new Forbidden('This request came from another site');
}

/** Apps have no business with somebody's sessions and password: only the web app's own token opens such doors. @throws {Forbidden} */
export function inSession(request: FastifyRequest): SignedIn {
  const viewer = viewerOf(request);
  if (viewer.sessionId === null) throw new Forbidden('Please sign in on the website for this');
  return viewer;
}

/** What the list of sessions shows of a browser. */
export const deviceOf = (request: FastifyRequest): Device => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'],
});
