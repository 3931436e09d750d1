// Doors to letters about what one missed: how often, and the link that ends them without signing in.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { open, user, viewerOf } from '#server/platform/http/access.ts';
import { pickLanguage } from '#server/platform/http/language.ts';
import { frequencies, type Frequency } from './entities.ts';
import { findFrequency } from './queries.ts';
import { unsubscribePage } from './serializers/letter.ts';
import { endDigests, setFrequency } from './service/wish.ts';

const tags = ['digests'];
const url = '/api/digests';
const Wish = Type.Object({ frequency: Type.Unsafe<Frequency>(Type.String({ enum: [...frequencies] })) });

/** Registers the doors. */
export async function digestRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    url,
    {
      schema: { tags, summary: 'How often you get a letter about what you missed', response: { 200: Wish } },
      config: { access: user('read:accounts') },
    },
    async (request) => ({ frequency: await findFrequency(ctx, viewerOf(request).accountId) }),
  );
  app.route({
    method: ['PUT', 'PATCH'],
    url,
    schema: { tags, summary: 'Change how often', body: Wish, response: { 200: Wish } },
    config: { access: user('write:accounts') },
    handler: async (request) => {
      await setFrequency(ctx, viewerOf(request).accountId, request.body.frequency);
      return { frequency: request.body.frequency };
    },
  });
  unsubscribeRoutes(app, ctx);
}

function unsubscribeRoutes(app: App, ctx: AppContext): void {
  const schema = { querystring: Type.Object({ token: Type.String({ maxLength: 500 }) }), hide: true };
  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    content: Parameters<typeof unsubscribePage>[2],
  ): Promise<FastifyReply> => {
    const { title } = await readInstanceSettings(ctx);
    return reply
      .header('vary', 'Accept-Language')
      .type('text/html; charset=utf-8')
      .send(unsubscribePage(title, pickLanguage(request.headers['accept-language']), content));
  };
  // Mail scanners look at every link, so looking changes nothing.
  app.get('/unsubscribe', { schema, config: { access: open } }, async (request, reply) => {
    const action = `/unsubscribe?token=${encodeURIComponent(request.query.token)}`;
    return send(request, reply, { sentence: 'question', action });
  });
  // Mail programs knock here by themselves. @see RFC 8058
  app.post('/unsubscribe', { schema, config: { access: open } }, async (request, reply) => {
    const isOurs = await endDigests(ctx, request.query.token);
    const sentence = isOurs ? 'done' : 'incomplete';
    return send(request, reply.code(isOurs ? 200 : 404), { sentence, action: null });
  });
}
