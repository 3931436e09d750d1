// The door through which somebody filters a single post: here, because it asks whether they may see it.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { FilterStatusSchema } from '#server/features/filters/serializers.ts';
import { addFilterPost } from '#server/features/filters/service/posts.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { findVisibleSubject } from '../queries.ts';

/** Registers the door. */
export function filterPostRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/v2/filters/:filter_id/statuses',
    {
      schema: {
        tags: ['filters'],
        summary: 'Put a post into a filter',
        params: Type.Object({ filter_id: Type.String() }),
        body: Type.Object({ status_id: Type.String() }),
        response: { 200: FilterStatusSchema },
      },
      config: { access: user('write:filters') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const post = await findVisibleSubject(ctx, accountId, request.body.status_id);
      if (post === null) throw new NotFound('Record not found');
      const id = await addFilterPost(ctx, accountId, request.params.filter_id, post.id);
      return { id, status_id: post.id };
    },
  );
}
