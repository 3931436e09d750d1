// Our own door to the language in which the server writes to somebody: letters, messages to closed apps, the page of consent.
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { languages, type Language } from '#server/platform/http/language.ts';
import { findUser } from '../queries.ts';
import { setLocale } from '../service/users.ts';

const tags = ['Security'];
const path = '/api/preferences/language';
const wish = {
  language: Type.String({
    pattern: '^[A-Za-z0-9-]{0,35}$',
    description: 'A code such as de or de-AT; empty when none is chosen: English, or on pages what the browser prefers',
  }),
};
const response = {
  200: Type.Object({
    ...wish,
    spoken: Type.Array(Type.Unsafe<Language>(Type.String({ enum: [...languages] })), {
      description: 'What the server can speak; for others it speaks English',
    }),
  }),
};

/** Registers the doors. */
export async function languageRoutes(app: App, ctx: AppContext): Promise<void> {
  const present = (language: string) => ({ language, spoken: [...languages] });
  app.get(
    path,
    {
      schema: { tags, summary: 'The language of the letters that you get', response },
      config: { access: user('read:accounts') },
    },
    async (request) => present((await findUser(ctx, viewerOf(request).accountId))?.locale ?? ''),
  );
  app.route({
    method: ['PUT', 'PATCH'],
    url: path,
    schema: { tags, summary: 'Choose the language of your letters', body: Type.Object(wish), response },
    config: { access: user('write:accounts') },
    handler: async (request) => {
      const { language } = request.body;
      await setLocale(ctx, viewerOf(request).accountId, language || null);
      return present(language);
    },
  });
}
