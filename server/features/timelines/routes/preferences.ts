// Our own door to what somebody wants of their home timeline.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { boostHoursOf } from '../queries/settings.ts';
import { setBoostHours } from '../service/boosts.ts';

const tags = ['timelines'];
const PreferencesSchema = Type.Object({
  boost_hours: Type.Integer({
    description: 'A post that is at home already is not repeated by boosts within so many hours; 0 repeats all',
  }),
});
const response = { 200: PreferencesSchema };

/** Registers the doors. */
export function preferenceRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/preferences/home',
    {
      schema: { tags, summary: 'What you want of your home timeline', response },
      config: { access: user('read:accounts') },
    },
    async (request) => ({ boost_hours: await boostHoursOf(ctx, viewerOf(request).accountId) }),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/preferences/home',
    schema: {
      tags,
      summary: 'Change what you want of your home timeline',
      body: Type.Object({ boost_hours: Type.Optional(Type.Integer()) }),
      response,
    },
    config: { access: user('write:accounts') },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      const { boost_hours: hours } = request.body;
      if (hours !== undefined) await setBoostHours(ctx, accountId, hours);
      return { boost_hours: await boostHoursOf(ctx, accountId) };
    },
  });
}
