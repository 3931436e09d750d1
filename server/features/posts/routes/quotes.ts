// Doors of Mastodon's API to quotes: who quotes a post, taking it out of there, and who may quote it from now on.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage } from '#server/platform/http/paging.ts';
import { quotePolicies, replyPolicies, type QuotePolicy, type ReplyPolicy } from '../entities.ts';
import { findVisibleSubject } from '../queries.ts';
import { quotesOf } from '../queries/lists.ts';
import { StatusSchema } from '../serializers.ts';
import { changeInteractions, revokeQuote } from '../service/quote.ts';
import { IdParams, sendStatus, sendStatuses } from './answers.ts';

const tags = ['statuses'];

/** Who may quote and answer, as fields of what is sent. */
export const interactionFields = {
  quote_approval_policy: Type.Optional(Type.String({ description: 'public, followers or nobody' })),
  reply_policy: Type.Optional(Type.String({ description: 'Ours: everyone, followers, mentioned or nobody' })),
};

/** The policies that a request names. @throws {Invalid} when one is none */
export function readInteractions(body: { quote_approval_policy?: string; reply_policy?: string }): {
  quotePolicy?: QuotePolicy;
  replyPolicy?: ReplyPolicy;
} {
  return {
    quotePolicy: pick('quote_approval_policy', body.quote_approval_policy, quotePolicies),
    replyPolicy: pick('reply_policy', body.reply_policy, replyPolicies),
  };
}

function pick<Word extends string>(field: string, word: string | undefined, words: readonly Word[]): Word | undefined {
  if (word === undefined || word === '') return undefined;
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  const description = `is not one of ${words.join(', ')}`;
  throw new Invalid(`Validation failed: ${field} ${description}`, {
    details: { [field]: [{ error: 'ERR_INCLUSION', description }] },
  });
}

/** Registers the doors. */
export function quoteRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/statuses/:id/quotes',
    {
      schema: {
        tags,
        summary: 'The posts that quote a post',
        params: IdParams,
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(StatusSchema) },
      },
      config: { access: user('read:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const post = await findVisibleSubject(ctx, accountId, request.params.id);
      if (post === null) throw new NotFound('Record not found');
      const rows = await quotesOf(ctx, post.id, accountId, readPage(request.query, { default: 20, max: 40 }));
      return sendStatuses(ctx, request, reply, rows, accountId);
    },
  );

  app.post(
    '/api/v1/statuses/:id/quotes/:quoting_id/revoke',
    {
      schema: {
        tags,
        summary: 'Take a post of one’s own out of a post that quotes it; the answer is that post',
        params: Type.Object({ id: Type.String(), quoting_id: Type.String() }),
        response: { 200: StatusSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { id: postId, quoting_id: quotingId } = request.params;
      await revokeQuote(ctx, { accountId, postId, quotingId });
      return sendStatus(ctx, reply, quotingId, accountId);
    },
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v1/statuses/:id/interaction_policy',
    schema: {
      tags,
      summary: 'Say who may quote and answer a post from now on',
      params: IdParams,
      body: Type.Object(interactionFields),
      response: { 200: StatusSchema },
    },
    config: { access: user('write:statuses') },
    handler: async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { id: postId } = request.params;
      await changeInteractions(ctx, { accountId, postId, ...readInteractions(request.body) });
      return sendStatus(ctx, reply, postId, accountId);
    },
  });
}
