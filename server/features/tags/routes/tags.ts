// Doors to hashtags: one with its history, following it, and the list of those that one follows.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import type { TagSpelling } from '#server/features/posts/service/record.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { scanText } from '#server/platform/text.ts';
import { renderTags } from '../pages.ts';
import { findTag, followedTags } from '../queries.ts';
import { TagSchema, type MastodonTag } from '../serializers.ts';
import { featureTag, unfeatureTag } from '../service/feature.ts';
import { followTag, unfollowTag } from '../service/follow.ts';

const tags = ['tags'];
const params = Type.Object({ name: Type.String() });
const response = { 200: TagSchema };

/** Registers the doors. */
export function tagRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/tags/:name',
    {
      schema: { tags, summary: 'A hashtag and how much it is used', params, response },
      config: { access: anyone('read') },
    },
    async (request) => showTag(ctx, readTag(request.params.name).name, request.viewer?.accountId ?? null),
  );

  const act = (verb: string, summary: string, scope: string, work: Act): void => {
    app.post(
      `/api/v1/tags/:name/${verb}`,
      { schema: { tags, summary, params, response }, config: { access: user(scope) } },
      async (request) => {
        const { accountId } = viewerOf(request);
        const tag = readTag(request.params.name);
        await work(accountId, tag);
        return showTag(ctx, tag.name, accountId);
      },
    );
  };
  act('follow', 'Bring its public posts home', 'write:follows', (id, tag) => followTag(ctx, id, tag));
  act('unfollow', 'No longer bring them home', 'write:follows', (id, { name }) => unfollowTag(ctx, id, name));
  act('feature', 'Show it on your profile', 'write:accounts', (id, tag) => featureTag(ctx, id, tag));
  act('unfeature', 'No longer show it', 'write:accounts', (id, { name }) => unfeatureTag(ctx, id, name));

  app.get(
    '/api/v1/followed_tags',
    {
      schema: {
        tags,
        summary: 'The hashtags that you follow, the latest first',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(TagSchema) },
      },
      config: { access: user('read:follows') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const rows = await followedTags(ctx, accountId, readPage(request.query, { default: 100, max: 200 }));
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.position, last: rows.at(-1)?.position });
      return renderTags(ctx, rows, accountId);
    },
  );
}

type Act = (accountId: string, tag: TagSpelling) => Promise<unknown>;

/** The hashtag of a path, with or without its sign. @throws {NotFound} when it cannot be one */
export function readTag(written: string): TagSpelling {
  const [piece, ...more] = scanText(`#${written.replace(/^#/, '')}`);
  if (piece?.kind !== 'tag' || more.length > 0) throw new NotFound('Record not found');
  return { name: piece.key, display: piece.shown };
}

async function showTag(ctx: AppContext, key: string, viewerId: string | null): Promise<MastodonTag> {
  const tag = (await findTag(ctx, key)) ?? { id: '', name: key };
  const [shown] = await renderTags(ctx, [tag], viewerId);
  if (!shown) throw new NotFound('Record not found');
  return shown;
}
