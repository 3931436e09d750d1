// Our own door to what somebody wants of pictures and films. What Mastodon's clients know of it, `/api/v1/preferences` tells them too.
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { mediaDescribing, mediaShowing, type MediaDescribing, type MediaShowing } from '../entities.ts';
import { findUser } from '../queries.ts';
import { serializeMediaWishes } from '../serializers/credentials.ts';
import { changeMediaWishes } from '../service/media-wishes.ts';

const tags = ['media'];
const path = '/api/preferences/media';

const wishes = {
  describe: Type.Unsafe<MediaDescribing>(
    Type.String({
      enum: [...mediaDescribing],
      description: 'What happens before a post goes out in which a file has no description',
    }),
  ),
  show: Type.Unsafe<MediaShowing>(
    Type.String({
      enum: [...mediaShowing],
      description: 'What waits behind a cover: what is sensitive, nothing, or all',
    }),
  ),
  autoplay: Type.Boolean({ description: 'Whether moving pictures move by themselves' }),
};
const response = { 200: Type.Object(wishes) };

/** Registers the doors. */
export async function mediaWishRoutes(app: App, ctx: AppContext): Promise<void> {
  const present = async (accountId: string) => {
    const login = await findUser(ctx, accountId);
    if (!login) throw new NotFound('Record not found');
    return serializeMediaWishes(login);
  };

  app.get(
    path,
    {
      schema: { tags, summary: 'What you want of pictures and films', response },
      config: { access: user('read:accounts') },
    },
    async (request) => present(viewerOf(request).accountId),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: path,
    schema: {
      tags,
      summary: 'Change what you want of pictures and films',
      body: Type.Partial(Type.Object(wishes)),
      response,
    },
    config: { access: user('write:accounts') },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      await changeMediaWishes(ctx, accountId, request.body);
      return present(accountId);
    },
  });
}
