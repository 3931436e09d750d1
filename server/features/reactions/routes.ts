// Doors to reactions: ours, and the forms of Pleroma and Akkoma, Fedibird, and glitch-soc that clients use.
import { Type } from 'typebox';
import type { FastifyReply } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { renderAccounts } from '#server/features/posts/pages/texts.ts';
import { presentPost } from '#server/features/posts/routes/api.ts';
import { sendStatus } from '#server/features/posts/routes/answers.ts';
import { findVisibleSubject } from '#server/features/posts/queries.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { PostSchema } from '#server/features/posts/serializers/post.ts';
import { EmojiReactionSchema, serializeReactions } from '#server/features/posts/serializers/reactions.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { canonicalEmoji, customName, readCustomName } from './policy.ts';
import { reactorsOf } from './queries.ts';
import { reactToPost, unreactToPost } from './service/react.ts';

const EmojiParams = Type.Object({
  id: Type.String(),
  emoji: Type.String({ maxLength: 400, description: 'An emoji, a shortcode of this server, or shortcode@host' }),
});
const access = user('write:favourites');

/** Clients' ways to react and to take it back. */
const wireDoors = [
  ['PUT', '/api/v1/pleroma/statuses/:id/reactions/:emoji', reactToPost],
  ['DELETE', '/api/v1/pleroma/statuses/:id/reactions/:emoji', unreactToPost],
  ['PUT', '/api/v1/statuses/:id/emoji_reactions/:emoji', reactToPost],
  ['DELETE', '/api/v1/statuses/:id/emoji_reactions/:emoji', unreactToPost],
  ['POST', '/api/v1/statuses/:id/react/:emoji', reactToPost],
  ['POST', '/api/v1/statuses/:id/unreact/:emoji', unreactToPost],
] as const;

/** Registers the doors. */
export async function reactionRoutes(app: App, ctx: AppContext): Promise<void> {
  for (const [method, url, run] of wireDoors) {
    app.route({
      method,
      url,
      schema: {
        tags: ['reactions'],
        summary: run === reactToPost ? 'React to a post' : 'Take a reaction back',
        params: EmojiParams,
        response: { 200: StatusSchema },
      },
      config: { access },
      handler: async (request, reply) => {
        const { accountId } = viewerOf(request);
        const { id: postId, emoji } = request.params;
        await run(ctx, { accountId, postId, emoji });
        return sendStatus(ctx, reply, postId, accountId);
      },
    });
  }
  ownRoutes(app, ctx);
  readRoutes(app, ctx);
}

function ownRoutes(app: App, ctx: AppContext): void {
  for (const [method, run] of [
    ['PUT', reactToPost],
    ['DELETE', unreactToPost],
  ] as const) {
    app.route({
      method,
      url: '/api/posts/:id/reactions/:emoji',
      schema: {
        tags: ['posts'],
        summary: run === reactToPost ? 'React to a post' : 'Take a reaction back',
        params: EmojiParams,
        response: { 200: PostSchema },
      },
      config: { access },
      handler: async (request) => {
        const { accountId } = viewerOf(request);
        const { id: postId, emoji } = request.params;
        await run(ctx, { accountId, postId, emoji });
        return presentPost(ctx, accountId, postId);
      },
    });
  }
}

const AccountSchema = Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true }));
const ReactorsSchema = Type.Array(
  Type.Object({ ...EmojiReactionSchema.properties, accounts: Type.Array(AccountSchema) }),
);
/** How many people are shown of each emoji, and of one that is asked for alone. */
const shown = { all: 20, one: 80 };

function readRoutes(app: App, ctx: AppContext): void {
  const more = {
    tags: ['reactions'],
    description: 'At most 20 people of each emoji are shown, the latest; 80 when one emoji is asked for.',
    response: { 200: ReactorsSchema },
  };
  app.get(
    '/api/v1/pleroma/statuses/:id/reactions',
    {
      schema: { ...more, summary: 'Who reacted to a post', params: Type.Object({ id: Type.String() }) },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => answer(ctx, reply, request.viewer?.accountId ?? null, request.params.id, null),
  );
  app.get(
    '/api/v1/pleroma/statuses/:id/reactions/:emoji',
    {
      schema: { ...more, summary: 'Who reacted to a post with one emoji', params: EmojiParams },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => {
      const { id, emoji } = request.params;
      const custom = readCustomName(emoji);
      const name = canonicalEmoji(emoji) ?? (custom === null ? emoji : customName(custom));
      return answer(ctx, reply, request.viewer?.accountId ?? null, id, name);
    },
  );
}

async function answer(
  ctx: AppContext,
  reply: FastifyReply,
  viewerId: string | null,
  id: string,
  name: string | null,
): Promise<FastifyReply> {
  const post = await findVisibleSubject(ctx, viewerId, id);
  if (post === null) throw new NotFound('Record not found');
  const each = name === null ? shown.all : shown.one;
  const reactors = await reactorsOf(ctx, post.id, viewerId, { name, each });
  const own = reactors.filter(({ mine }) => mine).map((reactor) => reactor.name);
  const accounts = await renderAccounts(
    ctx,
    reactors.flatMap(({ accountIds }) => accountIds),
  );
  const texts = serializeReactions(post.reactions, own, ctx)
    .filter((reaction) => name === null || reaction.name === name)
    .map((reaction) => {
      const ids = reactors.find((reactor) => reactor.name === reaction.name)?.accountIds ?? [];
      const people = ids.flatMap((id) => accounts.get(id) ?? []);
      return `${JSON.stringify(reaction).slice(0, -1)},"accounts":[${people.join(',')}]}`;
    });
  return sendJson(reply, `[${texts.join(',')}]`);
}
