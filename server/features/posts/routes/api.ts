// Our own REST API for posts: plain text in, plain text out, our own words.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId, loadAccounts } from '#server/features/accounts/queries.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { findSeen } from '../pages.ts';
import { serializePost, PostSchema, type PostJson, type QuotedPostJson } from '../serializers/post.ts';
import { loadPosts, type PostView } from '../queries.ts';
import { loadQuoting, type Quoting } from '../queries/quoting.ts';
import { publicPosts } from '../queries/lists.ts';
import { createPost } from '../service/create.ts';
import { deletePost } from '../service/delete.ts';
import { editPost } from '../service/edit.ts';
import { IdParams } from './answers.ts';
import { authorSettings, findStrangers, idempotencyKey, limitDeletions, readMediaIds } from './write.ts';

const tags = ['posts'];
const VisibilityWord = Type.String({ description: 'public, unlisted, followers or direct' });
const text = {
  content_warning: Type.Optional(
    Type.String({ description: 'Shown instead of the text until the reader asks for it' }),
  ),
  sensitive: Type.Optional(Type.Boolean()),
  language: Type.Optional(Type.String({ description: 'A code such as en or pt-BR' })),
};

/** Registers the doors. */
export function apiRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/posts',
    {
      schema: {
        tags,
        summary: 'Public posts, newest first',
        description:
          'Pages by `max_id`, `since_id` and `min_id`; the `Link` header names the next and the previous page.',
        querystring: Type.Object({
          ...pageParameters,
          local: Type.Optional(Type.Boolean({ description: 'Only posts that were written here' })),
        }),
        response: { 200: Type.Array(PostSchema) },
      },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => {
      const page = readPage(request.query, { default: 20, max: 40 });
      const ids = await publicPosts(ctx, request.viewer?.accountId ?? null, page, {
        local: request.query.local === true,
      });
      setLinks(request, reply, ctx.config.origin, { first: ids.at(0), last: ids.at(-1) });
      return present(ctx, request.viewer?.accountId ?? null, ids);
    },
  );

  app.post(
    '/api/posts',
    {
      schema: {
        tags,
        summary: 'Publish a post',
        description: 'A repeated `Idempotency-Key` header gives the first post again instead of a second one.',
        body: Type.Object({
          content: Type.Optional(
            Type.String({
              description: 'Plain text; @names, #tags and addresses become links. Not needed beside files',
            }),
          ),
          visibility: Type.Optional(VisibilityWord),
          in_reply_to: Type.Optional(Type.String({ description: 'The id of the post that is answered' })),
          media_ids: Type.Optional(Type.Array(Type.String(), { description: 'Uploads that it shows, in this order' })),
          ...text,
        }),
        response: { 201: PostSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request, reply) => {
      const { accountId, appId } = viewerOf(request);
      const { body } = request;
      await findStrangers(ctx, body.content);
      const settings = await authorSettings(ctx, accountId, body.visibility);
      const id = await createPost(ctx, {
        accountId,
        appId,
        source: body.content ?? '',
        mediaIds: readMediaIds(body.media_ids),
        summary: body.content_warning,
        sensitive: body.sensitive ?? settings.sensitive,
        language: body.language ?? settings.language,
        visibility: settings.visibility,
        quotePolicy: settings.quotePolicy,
        inReplyToId: body.in_reply_to,
        idempotencyKey: idempotencyKey(request.headers),
      });
      reply.code(201).header('location', `/api/posts/${id}`);
      return presentPost(ctx, accountId, id);
    },
  );

  app.get(
    '/api/posts/:id',
    {
      schema: { tags, summary: 'One post', params: IdParams, response: { 200: PostSchema } },
      config: { access: anyone('read:statuses') },
    },
    async (request) => presentPost(ctx, request.viewer?.accountId ?? null, request.params.id),
  );

  app.put(
    '/api/posts/:id',
    {
      schema: {
        tags,
        summary: 'Edit a post',
        description: 'What is left out stays as it is. Who may see a post never changes.',
        params: IdParams,
        body: Type.Object({
          content: Type.Optional(Type.String()),
          media_ids: Type.Optional(Type.Array(Type.String(), { description: 'Exactly what it shows from now on' })),
          ...text,
        }),
        response: { 200: PostSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { body } = request;
      const { id: postId } = request.params;
      await findStrangers(ctx, body.content);
      await editPost(ctx, {
        postId,
        accountId,
        source: body.content,
        mediaIds: readMediaIds(body.media_ids),
        summary: body.content_warning,
        sensitive: body.sensitive,
        language: body.language,
      });
      return presentPost(ctx, accountId, postId);
    },
  );

  app.delete(
    '/api/posts/:id',
    {
      schema: { tags, summary: 'Delete a post for good', params: IdParams, response: { 200: Type.Object({}) } },
      config: { access: user('write:statuses') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await limitDeletions(ctx, accountId);
      await deletePost(ctx, { postId: request.params.id, accountId });
      return {};
    },
  );
}

/** A post in our own words as the viewer may see it. @throws {NotFound} when they may not */
export async function presentPost(ctx: AppContext, viewerId: string | null, id: string): Promise<PostJson> {
  const [shown] = isId(id) ? await present(ctx, viewerId, [id]) : [];
  if (!shown) throw new NotFound('Record not found');
  return shown;
}

/** Those of the posts that the reader may see, with what they quote; a fixed number of statements. */
async function present(ctx: AppContext, viewerId: string | null, ids: readonly string[]): Promise<PostJson[]> {
  const seen = await findSeen(ctx, ids, viewerId);
  const posts = await loadPosts(
    ctx,
    seen.map(({ id }) => id),
  );
  const quoters = posts.filter(({ quote }) => quote !== null).map(({ id }) => id);
  const quoting = await loadQuoting(ctx, [viewerId], quoters);
  const show = await shownPosts(ctx, [...posts, ...(await loadPosts(ctx, quoting.quotedIds))]);
  return seen.flatMap(({ id, votes }) => {
    const post = show(id, votes);
    return post ? [{ ...post, quote: quoteOf(quoting.of(viewerId, id), show) }] : [];
  });
}

type Show = (id: string, votes: number[] | null) => QuotedPostJson | null;

/** With their authors, for somebody who voted like that. */
async function shownPosts(ctx: AppContext, posts: PostView[]): Promise<Show> {
  const accounts = await loadAccounts(
    ctx,
    posts.map(({ accountId }) => accountId),
  );
  const postById = new Map(posts.map((post) => [post.id, post]));
  const accountById = new Map(accounts.map((account) => [account.id, account]));
  const now = ctx.clock();
  return (id, votes) => {
    const post = postById.get(id);
    const account = post && accountById.get(post.accountId);
    return account ? serializePost(post, account, ctx, { now, votes }) : null;
  };
}

function quoteOf(quoting: Quoting | null, show: Show): PostJson['quote'] {
  const quote = quoting?.quote ?? null;
  if (quote === null) return null;
  const isShown = quote.state === 'accepted' && quote.id !== null;
  const post = isShown && quote.id !== null ? show(quote.id, quote.flags.votes) : null;
  return { state: isShown && post === null ? 'deleted' : quote.state, post };
}
