// Collections around our posts: what answers one, and all of a conversation that began here (FEP-7888, FEP-f228).
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { findVisiblePost, type PostView } from '#server/features/posts/queries.ts';
import { openAnswers, openConversation, type Listed } from '#server/features/posts/queries/conversation.ts';
import type { App } from '#server/platform/http/app.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { activityJson, activityStreams } from '#server/platform/fediverse/vocabulary.ts';

const pageSize = 100;
const schema = {
  params: Type.Object({ id: Type.String() }),
  querystring: Type.Object({ after: Type.Optional(Type.String()) }),
};

interface Kind {
  /** The last part of the address. */
  name: 'replies' | 'context';
  /** Lists keep no order that readers may rely on, unless they say so. */
  type: 'Collection' | 'OrderedCollection';
  items: 'items' | 'orderedItems';
  /** Whether a post has one. */
  isOf: (post: PostView) => boolean;
  page: (ctx: AppContext, postId: string, after: string, limit: number) => Promise<Listed[]>;
}

const kinds: readonly Kind[] = [
  { name: 'replies', type: 'Collection', items: 'items', isOf: () => true, page: openAnswers },
  {
    name: 'context',
    type: 'OrderedCollection',
    items: 'orderedItems',
    isOf: ({ id, conversationId }) => id === conversationId,
    page: openConversation,
  },
];

/** Registers a door for each kind. Only posts of ours that everybody may read have such collections. */
export function conversationDoors(app: App, ctx: AppContext): void {
  for (const kind of kinds)
    app.get(`/ap/posts/:id/${kind.name}`, { schema }, async (request, reply) => {
      const post = await findVisiblePost(ctx, null, request.params.id);
      const { after } = request.query;
      if (post === null || !post.local || !kind.isOf(post) || (after !== undefined && !isId(after)))
        return reply.code(404).header('cache-control', 'private, no-store').send({ error: 'Not Found' });
      const uri = `${post.uri}/${kind.name}`;
      return send(
        reply,
        after === undefined ? describe(ctx, kind, post, uri) : await readPage(ctx, kind, post, uri, after),
      );
    });
}

function describe(ctx: AppContext, { name, type }: Kind, post: PostView, uri: string): Json {
  const owner =
    name === 'context'
      ? { attributedTo: addresses(ctx.config).user(post.accountId) }
      : { totalItems: post.repliesCount };
  return { id: uri, type, ...owner, first: `${uri}?after=0` };
}

async function readPage(ctx: AppContext, kind: Kind, post: PostView, uri: string, after: string): Promise<Json> {
  const rows = await kind.page(ctx, post.id, after, pageSize);
  const last = rows.at(-1);
  return {
    id: `${uri}?after=${after}`,
    type: `${kind.type}Page`,
    partOf: uri,
    ...(last !== undefined && rows.length === pageSize ? { next: `${uri}?after=${last.id}` } : {}),
    [kind.items]: rows.map((row) => row.uri),
  };
}

function send(reply: FastifyReply, document: Json): FastifyReply {
  const body = Buffer.from(JSON.stringify({ '@context': activityStreams, ...document }));
  return reply.header('cache-control', 'public, max-age=60').type(activityJson).send(body);
}
