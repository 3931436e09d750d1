// Signing in and out: password, second factor, passkey.
import { Type } from 'typebox';
import type { FastifyReply } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { anyone, open, user } from '#server/platform/http/access.ts';
import { endSession, endToken, signOutEverywhere } from '../service/end-access.ts';
import { limitAddress } from '../service/limits.ts';
import type { OpenedSession } from '../service/open-session.ts';
import { askForPasskey } from '../service/passkeys.ts';
import { finishSignIn, requireHalfSignedIn, signIn, signInByPasskey } from '../service/sign-in.ts';
import { PasskeyAnswer } from './passkey-schemas.ts';
import { clearSessionCookie, deviceOf, inSession, sessionOf, setSessionCookie } from './session-cookie.ts';

const tags = ['Signing in'];
const Word = Type.String({ maxLength: 1000 });

export function signInRoutes(app: App, ctx: AppContext): void {
  passwordRoutes(app, ctx);
  passkeyRoutes(app, ctx);
  signOutRoutes(app, ctx);
}

/** Hands the session over: its cookie to the browser, its token to the web app. */
export function giveSession(ctx: AppContext, reply: FastifyReply, session: OpenedSession) {
  setSessionCookie(ctx, reply, session.secret);
  reply.header('cache-control', 'no-store');
  return { access_token: session.accessToken };
}

function passwordRoutes(app: App, ctx: AppContext): void {
  const body = Type.Object({ login: Word, password: Word });
  app.post(
    '/api/auth/sign-in',
    {
      schema: {
        tags,
        summary: 'Sign in',
        description:
          'Answers an access token; or, where a second factor is set up, `second_factor` with a token for /api/auth/sign-in/second-factor and the ways that it takes.',
        body,
      },
      config: { access: open },
    },
    async (request, reply) => {
      const found = await signIn(ctx, request.body, deviceOf(request));
      if ('session' in found) return giveSession(ctx, reply, found.session);
      reply.header('cache-control', 'no-store');
      return { second_factor: found.wanted };
    },
  );

  const factor = Type.Object({
    token: Word,
    code: Type.Optional(Word),
    passkey: Type.Optional(PasskeyAnswer),
  });
  app.post(
    '/api/auth/sign-in/second-factor',
    {
      schema: { tags, summary: 'The second step: a code of the app, a recovery code, or a passkey', body: factor },
      config: { access: open },
    },
    async (request, reply) => {
      const { token, code, passkey } = request.body;
      return giveSession(ctx, reply, await finishSignIn(ctx, token, { code, passkey }, deviceOf(request)));
    },
  );
}

function passkeyRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/auth/passkey/challenge',
    { schema: { tags, summary: 'What to ask the browser for, to sign in by passkey alone' }, config: { access: open } },
    async (request, reply) => {
      await limitAddress(ctx, 'passkey', request.ip);
      reply.header('cache-control', 'no-store');
      return askForPasskey(ctx, 'passkey', null);
    },
  );

  app.post(
    '/api/auth/sign-in/second-factor/challenge',
    {
      schema: {
        tags,
        summary: 'What to ask the browser for, in the second step',
        body: Type.Object({ token: Word }),
      },
      config: { access: open },
    },
    async (request, reply) => {
      await limitAddress(ctx, 'passkey', request.ip);
      reply.header('cache-control', 'no-store');
      return askForPasskey(ctx, 'passkey-second', await requireHalfSignedIn(ctx, request.body.token));
    },
  );

  app.post(
    '/api/auth/sign-in/passkey',
    {
      schema: { tags, summary: 'Sign in with a passkey alone', body: Type.Object({ passkey: PasskeyAnswer }) },
      config: { access: open },
    },
    async (request, reply) =>
      giveSession(ctx, reply, await signInByPasskey(ctx, request.body.passkey, deviceOf(request))),
  );
}

function signOutRoutes(app: App, ctx: AppContext): void {
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
