// The door through which somebody leaves.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { user } from '#server/platform/http/access.ts';
import { requireFresh } from '../service/fresh.ts';
import { leave } from '../service/leave.ts';
import { clearSessionCookie, inSession } from './session-cookie.ts';

export function leaveRoutes(app: App, ctx: AppContext): void {
  app.delete(
    '/api/auth/account',
    {
      schema: {
        tags: ['Security'],
        summary: 'Delete your account',
        description:
          'Asks for a fresh proof. Hides the account at once and signs out everywhere; signing in within thirty days brings it back, ' +
          'after them it is gone for good, here and on other servers.',
        response: { 200: Type.Object({ gone_at: Type.String({ format: 'date-time' }) }) },
      },
      config: { access: user() },
    },
    async (request, reply) => {
      const owner = inSession(request);
      await requireFresh(ctx, owner);
      const goneAt = await leave(ctx, owner.accountId);
      clearSessionCookie(ctx, reply);
      return { gone_at: goneAt.toISOString() };
    },
  );
}
