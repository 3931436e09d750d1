// Signing up, and letters with links; registers all doors of the web app about logins. No other site may make a browser use them.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { open } from '#server/platform/http/access.ts';
import { confirmEmail, resetPassword, wantLetter } from '../service/confirm.ts';
import { limitAddress } from '../service/limits.ts';
import { openSession } from '../service/open-session.ts';
import { signUp } from '../service/sign-up.ts';
import { emailRoutes } from './email.ts';
import { securityRoutes } from './security.ts';
import { clearSessionCookie, deviceOf, refuseOtherSites } from './session-cookie.ts';
import { giveSession, signInRoutes } from './sign-in.ts';

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

export async function sessionRoutes(app: App, ctx: AppContext): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') refuseOtherSites(ctx, request);
    });
    // Safe: a child scope is the same kind of app.
    const doors = scope as App;
    signUpRoute(doors, ctx);
    signInRoutes(doors, ctx);
    securityRoutes(doors, ctx);
    emailRoutes(doors, ctx);
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
      const session = await ctx.database.write((tx) => openSession(tx, ctx, accountId, deviceOf(request)));
      return { state, ...giveSession(ctx, reply, session) };
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
}
