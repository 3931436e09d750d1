// The way from another server's button ("follow", "reply") to the person's own server, which is this one.
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { open } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';

/** Where other servers send a person with what they want to act upon: its address or handle. */
export function interactionRoutes(app: App, ctx: AppContext): void {
  const querystring = Type.Object({ uri: Type.Optional(Type.String({ maxLength: 2048 })) });
  app.get(
    '/authorize_interaction',
    { schema: { hide: true, querystring }, config: { access: open } },
    async (request, reply) => {
      const wanted = (request.query.uri ?? '').replace(/^acct:/, '@').trim();
      const path = wanted === '' ? '/search' : `/search?q=${encodeURIComponent(wanted)}`;
      return reply.redirect(`${ctx.config.origin}${path}`, 302);
    },
  );
}
