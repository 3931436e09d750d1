// Pages of people and posts: the web app for browsers, what they are about for all others, and the object for servers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { open } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { fillShell, readShell, type ShellContent } from '#server/platform/web-shell.ts';
import { isId } from '#server/platform/ids.ts';
import { findOpenPerson, findOpenPost, lastPosts } from '../queries.ts';
import { postPage, profilePage } from '../serializers/page.ts';
import { sendPersonFeed } from './feeds.ts';

const handle = Type.Object({ handle: Type.String() });
const place = Type.Object({ handle: Type.String(), id: Type.String() });

/** True when a program asks for ActivityPub, whatever else it would take. */
function wantsActivity(request: FastifyRequest): boolean {
  return /application\/(?:activity|ld)\+json/i.test(request.headers.accept ?? '');
}

export async function pageRoutes(app: App, ctx: AppContext): Promise<void> {
  const shell = await readShell();
  const send = (reply: FastifyReply, content: ShellContent | null, activity: string | null): FastifyReply => {
    if (activity !== null) reply.header('link', `<${activity}>; rel="alternate"; type="application/activity+json"`);
    return reply
      .header('cache-control', 'no-cache')
      .header('vary', 'Accept')
      .type('text/html; charset=utf-8')
      .send(content === null ? shell : fillShell(shell, content));
  };
  const facts = async () => ({ ...ctx, site: (await readInstanceSettings(ctx)).title });

  app.get('/@:handle', { schema: { hide: true, params: handle }, config: { access: open } }, async (request, reply) => {
    const [, name = '', kind] = /^(\w+)(?:\.(rss|atom))?$/.exec(request.params.handle) ?? [];
    const person = await findOpenPerson(ctx, name);
    if (kind !== undefined) return sendPersonFeed(ctx, reply, kind === 'rss' ? 'rss' : 'atom', person);
    if (wantsActivity(request)) return toObject(reply, person?.uri ?? null);
    if (person === null) return send(reply, null, null);
    return send(reply, profilePage(person, await lastPosts(ctx, person.id), await facts()), person.uri);
  });

  app.get(
    '/@:handle/:id',
    { schema: { hide: true, params: place }, config: { access: open } },
    async (request, reply) => {
      const { id } = request.params;
      // Whoever may read what is not for all shows it there by a signature.
      if (wantsActivity(request)) return toObject(reply, isId(id) ? addresses(ctx.config).post(id) : null);
      const found = await findOpenPost(ctx, id);
      if (found === null) return send(reply, null, null);
      return send(reply, postPage(found.post, found.author, await facts()), found.post.uri);
    },
  );
}

function toObject(reply: FastifyReply, uri: string | null): FastifyReply {
  reply.header('vary', 'Accept');
  return uri === null ? reply.code(404).send({ error: 'Not Found' }) : reply.redirect(uri, 302);
}
