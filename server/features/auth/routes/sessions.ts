// Signing up, in and out, and everything about passwords: the doors that the web app uses. No other site may make a browser use them.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Forbidden } from '#server/platform/errors.ts';
import { anyone, open, user, viewerOf, type SignedIn } from '#server/platform/http/access.ts';
import { listSessions } from '../queries.ts';
import { confirmEmail, resetPassword, wantLetter } from '../service/confirm.ts';
import { endSession, endToken, signOutEverywhere } from '../service/end-access.ts';
import { limitAddress } from '../service/limits.ts';
import { openSession } from '../service/open-session.ts';
import { signIn } from '../service/sign-in.ts';
import { signUp } from '../service/sign-up.ts';
import { changePassword } from '../service/users.ts';
import { clearSessionCookie, refuseOtherSites, sessionOf, setSessionCookie } from './session-cookie.ts';

const tags = ['Signing in'];
const Word = Type.String({ maxLength: 1000 });

export const SignUpBody = Type.Object({
  username: Word,
  email: Word,
  password: Word,
  reason: Type.Optional(Type.String({ maxLength: 10_000 })),
  agreement: Type.Optional(Type.Boolean()),
  locale: Type.Optional(Type.String({ maxLength: 35 })),
});

const device = (request: FastifyRequest) => ({ ip: request.ip, userAgent: request.headers['user-agent'] });

export async function sessionRoutes(app: App, ctx: AppContext): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') refuseOtherSites(ctx, request);
    });
    // Safe: a child scope is the same kind of app.
    const doors = scope as App;
    signUpRoute(doors, ctx);
    signInRoutes(doors, ctx);
    sessionListRoutes(doors, ctx);
    letterRoutes(doors, ctx);
  });
}

function signUpRoute(app: App, ctx: AppContext): void {
  const body = Type.Object({ ...SignUpBody.properties, owner_token: Type.Optional(Word) });
  app.post(
    '/api/auth/sign-up',
    { schema: { tags, summary: 'Sign up', body }, config: { access: open } },
    async (request, reply) => {
      await limitAddress(ctx, 'signUp', request.ip);
      const { owner_token: ownerToken, agreement = false, ...wish } = request.body;
      const { state, accountId } = await signUp(ctx, { ...wish, agreement, ownerToken });
      reply.header('cache-control', 'no-store');
      if (state !== 'active' || accountId === null) return { state };
      const session = await ctx.database.write((tx) => openSession(tx, ctx, accountId, device(request)));
      setSessionCookie(ctx, reply, session.secret);
      return { state, access_token: session.accessToken };
    },
  );
}

function signInRoutes(app: App, ctx: AppContext): void {
  const body = Type.Object({ login: Word, password: Word });
  app.post(
    '/api/auth/sign-in',
    { schema: { tags, summary: 'Sign in', body }, config: { access: open } },
    async (request, reply) => {
      const session = await signIn(ctx, request.body, device(request));
      setSessionCookie(ctx, reply, session.secret);
      reply.header('cache-control', 'no-store');
      return { access_token: session.accessToken };
    },
  );

  app.post(
    '/api/auth/sign-out',
    { schema: { tags, summary: 'Sign out here' }, config: { access: anyone() } },
    async (request, reply) => {
      const { viewer } = request;
      const shown = await sessionOf(ctx, request);
      if (viewer && viewer.sessionId === null) await endToken(ctx, viewer.tokenId);
      if (viewer?.accountId != null && viewer.sessionId !== null)
        await endSession(ctx, viewer.accountId, viewer.sessionId);
      if (shown && shown.id !== viewer?.sessionId) await endSession(ctx, shown.accountId, shown.id);
      clearSessionCookie(ctx, reply);
      reply.header('clear-site-data', '"cache"');
      return {};
    },
  );

  app.post(
    '/api/auth/sign-out-everywhere',
    { schema: { tags, summary: 'Sign out on all devices and in all apps' }, config: { access: user() } },
    async (request, reply) => {
      await signOutEverywhere(ctx, inSession(request).accountId);
      clearSessionCookie(ctx, reply);
      reply.header('clear-site-data', '"cache"');
      return {};
    },
  );
}

/** Apps have no business with somebody's sessions and password: only the web app's own token opens these doors. @throws {Forbidden} */
function inSession(request: FastifyRequest): SignedIn {
  const viewer = viewerOf(request);
  if (viewer.sessionId === null) throw new Forbidden('Please sign in on the website for this');
  return viewer;
}

function sessionListRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/auth/sessions',
    { schema: { tags, summary: 'Where you are signed in' }, config: { access: user() } },
    async (request) => {
      const { accountId, sessionId } = inSession(request);
      const sessions = await listSessions(ctx, accountId);
      return sessions.map((session) => ({
        id: session.id,
        created_at: session.createdAt.toISOString(),
        last_used_at: session.lastUsedAt.toISOString(),
        ip: session.ip,
        user_agent: session.userAgent,
        current: session.id === sessionId,
      }));
    },
  );

  const params = Type.Object({ id: Type.String({ pattern: '^\\d{1,18}$' }) });
  app.delete(
    '/api/auth/sessions/:id',
    { schema: { tags, summary: 'End a session', params }, config: { access: user() } },
    async (request) => {
      await endSession(ctx, inSession(request).accountId, request.params.id);
      return {};
    },
  );
}

function letterRoutes(app: App, ctx: AppContext): void {
  const email = Type.Object({ email: Word });
  app.post(
    '/api/auth/confirm',
    {
      schema: { tags, summary: 'Confirm an e-mail address', body: Type.Object({ token: Word }) },
      config: { access: open },
    },
    async (request) => ({
      state: await confirmEmail(ctx, request.body.token, request.ip),
    }),
  );
  app.post(
    '/api/auth/confirm/resend',
    { schema: { tags, summary: 'Send the confirmation again', body: email }, config: { access: open } },
    async (request) => {
      await wantLetter(ctx, 'confirm', request.body.email, request.ip);
      return {};
    },
  );
  app.post(
    '/api/auth/password-reset/request',
    { schema: { tags, summary: 'Ask for a new password', body: email }, config: { access: open } },
    async (request) => {
      await wantLetter(ctx, 'reset', request.body.email, request.ip);
      return {};
    },
  );
  const reset = Type.Object({ token: Word, password: Word });
  app.post(
    '/api/auth/password-reset',
    { schema: { tags, summary: 'Set a new password', body: reset }, config: { access: open } },
    async (request, reply) => {
      await resetPassword(ctx, request.body.token, request.body.password, request.ip);
      clearSessionCookie(ctx, reply);
      return {};
    },
  );
  const change = Type.Object({ current_password: Word, password: Word });
  app.post(
    '/api/auth/password',
    {
      schema: { tags, summary: 'Change your password; signs out everywhere', body: change },
      config: { access: user() },
    },
    async (request, reply) => {
      const { current_password: current, password } = request.body;
      await changePassword(ctx, inSession(request).accountId, { current, password });
      clearSessionCookie(ctx, reply);
      return {};
    },
  );
}
