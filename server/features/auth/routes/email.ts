// Doors for changing the e-mail address of one's login, in the web app's own session; and the one that takes a change back.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { open, user } from '#server/platform/http/access.ts';
import { findEmailWish, findUser } from '../queries.ts';
import { confirmNewEmail, dropEmailWish, wishForEmail } from '../service/change-email.ts';
import { requireFresh } from '../service/fresh.ts';
import { restoreEmail } from '../service/restore-email.ts';
import { inSession } from './session-cookie.ts';

const tags = ['Security'];
const Word = Type.String({ maxLength: 1000 });
const token = Type.Object({ token: Word });
const config = { access: user() };

export function emailRoutes(app: App, ctx: AppContext): void {
  wishRoutes(app, ctx);
  linkRoutes(app, ctx);
}

function wishRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/auth/email',
    { schema: { tags, summary: 'Your e-mail address, and the one that waits for you to confirm it' }, config },
    async (request) => {
      const { accountId } = inSession(request);
      const [login, wish] = await Promise.all([findUser(ctx, accountId), findEmailWish(ctx, accountId)]);
      if (!login) throw new NotFound('There is no such user');
      const waiting = wish && { email: wish.email, expires_at: wish.expiresAt.toISOString() };
      return { email: login.email, confirmed: login.emailConfirmedAt !== null, waiting };
    },
  );
  app.post(
    '/api/auth/email',
    {
      schema: {
        tags,
        summary: 'Ask for another e-mail address',
        description:
          'Asks for a fresh proof. A link goes to the new address and works for one day; links of earlier wishes are void. ' +
          'The answer is the same when somebody else has the address: its owner gets a letter.',
        body: Type.Object({ email: Word }),
      },
      config,
    },
    async (request) => {
      const owner = inSession(request);
      await requireFresh(ctx, owner);
      await wishForEmail(ctx, owner.accountId, request.body.email);
      return {};
    },
  );
  app.delete(
    '/api/auth/email',
    { schema: { tags, summary: 'Keep the present e-mail address' }, config },
    async (request) => {
      await dropEmailWish(ctx, inSession(request).accountId);
      return {};
    },
  );
}

function linkRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/auth/email/confirm',
    {
      schema: {
        tags,
        summary: 'Use the new e-mail address',
        description:
          'Needs both: the link that was mailed there, and a session of the login that asked. The old address is told.',
        body: token,
      },
      config,
    },
    async (request) => ({
      email: await confirmNewEmail(ctx, inSession(request).accountId, request.body.token, request.ip),
    }),
  );
  app.post(
    '/api/auth/email/restore',
    {
      schema: {
        tags,
        summary: 'Take back a change of the e-mail address',
        description:
          'For the former address, within seven days: it counts again, everything is signed out, the password is void and a link to a new one follows. ' +
          'Passkeys and authenticator apps that were added since the change was asked for are removed: `factors_removed` says how many.',
        body: token,
      },
      config: { access: open },
    },
    async (request) => ({ factors_removed: await restoreEmail(ctx, request.body.token, request.ip) }),
  );
}
