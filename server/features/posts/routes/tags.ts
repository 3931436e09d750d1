// The door that shows a hashtag.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone } from '#server/platform/http/access.ts';
import { scanText } from '#server/platform/text.ts';
import { findTag, tagHistories } from '../queries/tags.ts';
import { serializeTag, TagSchema } from '../serializers/tag.ts';

/** Registers the door. */
export function tagRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/tags/:name',
    {
      schema: {
        tags: ['tags'],
        summary: 'A hashtag and how much it is used',
        params: Type.Object({ name: Type.String() }),
        response: { 200: TagSchema },
      },
      config: { access: anyone('read') },
    },
    async (request) => {
      const [piece, ...more] = scanText(`#${request.params.name}`);
      if (piece?.kind !== 'tag' || more.length > 0) throw new NotFound('Record not found');
      const tag = (await findTag(ctx, piece.key)) ?? { id: '', name: piece.key };
      const histories = tag.id === '' ? new Map() : await tagHistories(ctx, [tag.id]);
      return serializeTag(tag, histories.get(tag.id) ?? [], ctx.config, request.viewer?.accountId != null);
    },
  );
}
