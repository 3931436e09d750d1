// Doors of Mastodon's API to polls: looking at one, voting in it. The id of a poll is that of its post.
import { Type } from 'typebox';
import { serializeEmojis } from '#server/features/emojis/serializers.ts';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { findVisiblePost } from '../queries.ts';
import { ownVotes } from '../queries/polls.ts';
import { PollSchema, serializePoll, type MastodonPoll } from '../serializers/poll.ts';
import { votePoll } from '../service/vote.ts';
import { IdParams } from './answers.ts';

/** Registers the doors. */
export function pollRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/polls/:id',
    {
      schema: { tags: ['polls'], summary: 'One poll', params: IdParams, response: { 200: PollSchema } },
      config: { access: anyone('read:statuses') },
    },
    async (request) => present(ctx, request.viewer?.accountId ?? null, request.params.id),
  );

  app.post(
    '/api/v1/polls/:id/votes',
    {
      schema: {
        tags: ['polls'],
        summary: 'Vote in a poll',
        params: IdParams,
        body: Type.Object({ choices: Type.Array(Type.Integer(), { description: 'Places of the options, from 0' }) }),
        response: { 200: PollSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await votePoll(ctx, { accountId, postId: request.params.id, choices: request.body.choices });
      return present(ctx, accountId, request.params.id);
    },
  );
}

async function present(ctx: AppContext, viewerId: string | null, id: string): Promise<MastodonPoll> {
  const post = await findVisiblePost(ctx, viewerId, id);
  if (post === null || post.poll === null) throw new NotFound('Record not found');
  const reader =
    viewerId === null
      ? null
      : { votes: await ownVotes(ctx.database.read, viewerId, id), own: post.accountId === viewerId };
  const emojis = serializeEmojis(post.emojis, ctx);
  return serializePoll({ id: post.id, emojis }, post.poll, ctx.clock(), reader);
}
