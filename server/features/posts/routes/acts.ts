// Doors of Mastodon's API for what people do with posts: like, boost, bookmark, their undoing, and the lists that come of it.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks, takePage, withOneMore } from '#server/platform/http/paging.ts';
import type { Stretch } from '#server/platform/keyset.ts';
import { renderAccounts } from '../pages/texts.ts';
import { findPost, findVisibleSubject } from '../queries.ts';
import { bookmarksOf, boostedBy, likedBy, likesOf, type Placed } from '../queries/lists.ts';
import { StatusSchema } from '../serializers.ts';
import { bookmarkPost, unbookmarkPost } from '../service/bookmark.ts';
import { boostPost, unboostPost } from '../service/boost.ts';
import { likePost, unlikePost } from '../service/like.ts';
import { muteConversation, unmuteConversation } from '../service/mute-conversation.ts';
import { pinPost, unpinPost } from '../service/pin.ts';
import { IdParams, sendStatus, sendStatuses } from './answers.ts';
import { limitDeletions, readVisibility } from './write.ts';

type Deed = { accountId: string; postId: string };

/** Deeds that answer with the post they were done to. */
const deeds: Array<
  [name: string, summary: string, scope: string, run: (ctx: AppContext, deed: Deed) => Promise<void>]
> = [
  ['favourite', 'Like a post', 'write:favourites', likePost],
  ['unfavourite', 'Take a like back', 'write:favourites', unlikePost],
  ['bookmark', 'Keep a post for later', 'write:bookmarks', bookmarkPost],
  ['unbookmark', 'Take a bookmark away', 'write:bookmarks', unbookmarkPost],
  ['mute', 'No more news of this conversation', 'write:mutes', muteConversation],
  ['unmute', 'News of this conversation again', 'write:mutes', unmuteConversation],
  ['pin', 'Keep a post of one’s own at the top of the profile', 'write:accounts', pinPost],
  ['unpin', 'Take a pinned post down', 'write:accounts', unpinPost],
];

/** Registers the doors. */
export function actRoutes(app: App, ctx: AppContext): void {
  for (const [name, summary, scope, run] of deeds) {
    app.post(
      `/api/v1/statuses/:id/${name}`,
      {
        schema: { tags: ['statuses'], summary, params: IdParams, response: { 200: StatusSchema } },
        config: { access: user(scope) },
      },
      async (request, reply) => {
        const { accountId } = viewerOf(request);
        await run(ctx, { accountId, postId: request.params.id });
        return sendStatus(ctx, reply, request.params.id, accountId);
      },
    );
  }
  boostRoutes(app, ctx);
  peopleRoutes(app, ctx);
  ownListRoutes(app, ctx);
}

function boostRoutes(app: App, ctx: AppContext): void {
  const access = user('write:statuses');
  app.post(
    '/api/v1/statuses/:id/reblog',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Boost a post; the answer is the boost',
        params: IdParams,
        body: Type.Object({ visibility: Type.Optional(Type.String()) }),
        response: { 200: StatusSchema },
      },
      config: { access },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { visibility } = request.body;
      const id = await boostPost(ctx, {
        accountId,
        postId: request.params.id,
        visibility: visibility ? readVisibility(visibility) : undefined,
      });
      return sendStatus(ctx, reply, id, accountId);
    },
  );

  app.post(
    '/api/v1/statuses/:id/unreblog',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Take a boost back; the answer is what was boosted',
        params: IdParams,
        response: { 200: StatusSchema },
      },
      config: { access },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const named = await findPost(ctx, request.params.id);
      if (named === null) throw new NotFound('Record not found');
      await limitDeletions(ctx, accountId);
      await unboostPost(ctx, { accountId, postId: named.id });
      return sendStatus(ctx, reply, named.boostOfId ?? named.id, accountId);
    },
  );
}

function peopleRoutes(app: App, ctx: AppContext): void {
  const lists: Array<
    [
      name: string,
      summary: string,
      find: (ctx: AppContext, postId: string, viewerId: string | null, page: Stretch) => Promise<Placed[]>,
    ]
  > = [
    ['favourited_by', 'Who likes a post', likedBy],
    ['reblogged_by', 'Who boosted a post', boostedBy],
  ];
  for (const [name, summary, find] of lists) {
    app.get(
      `/api/v1/statuses/:id/${name}`,
      {
        schema: { tags: ['statuses'], summary, params: IdParams, querystring: Type.Object(pageParameters) },
        config: { access: anyone('read:statuses') },
      },
      async (request, reply) => {
        const viewerId = request.viewer?.accountId ?? null;
        const post = await findVisibleSubject(ctx, viewerId, request.params.id);
        if (post === null) throw new NotFound('Record not found');
        const page = readPage(request.query, { default: 40, max: 80 });
        const { rows, ends } = takePage(page, await find(ctx, post.id, viewerId, withOneMore(page)));
        const edges = { first: rows.at(0)?.position, last: rows.at(-1)?.position, ends };
        setLinks(request, reply, ctx.config.origin, edges);
        const accounts = await renderAccounts(
          ctx,
          rows.map(({ id }) => id),
        );
        return sendJson(reply, jsonList(rows.flatMap(({ id }) => accounts.get(id) ?? [])));
      },
    );
  }
}

function ownListRoutes(app: App, ctx: AppContext): void {
  const lists = [
    ['favourites', 'The posts that one likes', 'read:favourites', likesOf],
    ['bookmarks', 'The posts that one keeps', 'read:bookmarks', bookmarksOf],
  ] as const;
  for (const [name, summary, scope, find] of lists) {
    app.get(
      `/api/v1/${name}`,
      {
        schema: {
          tags: ['statuses'],
          summary,
          querystring: Type.Object(pageParameters),
          response: { 200: Type.Array(StatusSchema) },
        },
        config: { access: user(scope) },
      },
      async (request, reply) => {
        const { accountId } = viewerOf(request);
        const rows = await find(ctx, accountId, readPage(request.query, { default: 20, max: 40 }));
        return sendStatuses(ctx, request, reply, rows, accountId);
      },
    );
  }
}
