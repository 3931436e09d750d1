// Doors to a reader's policy about people whom they do not know, in both of its forms.
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { findPolicy, summarizeRequests } from '../queries/requests.ts';
import {
  PolicyBody,
  PolicySchema,
  PolicyV1Body,
  PolicyV1Schema,
  readPolicy,
  readPolicyV1,
  serializePolicy,
  serializePolicyV1,
} from '../serializers/requests.ts';
import { changePolicy } from '../service/permit.ts';

const tags = ['notifications'];
const summary = 'What becomes of news by people whom you do not know';

/** Registers the doors. */
export async function policyRoutes(app: App, ctx: AppContext): Promise<void> {
  const read = async (accountId: string) =>
    Promise.all([findPolicy(ctx, accountId), summarizeRequests(ctx, accountId)] as const);

  app.get(
    '/api/v2/notifications/policy',
    { schema: { tags, summary, response: { 200: PolicySchema } }, config: { access: user('read:notifications') } },
    async (request) => serializePolicy(...(await read(viewerOf(request).accountId))),
  );
  app.get(
    '/api/v1/notifications/policy',
    {
      schema: { tags, summary: `${summary}: the first form`, response: { 200: PolicyV1Schema }, deprecated: true },
      config: { access: user('read:notifications') },
    },
    async (request) => serializePolicyV1(...(await read(viewerOf(request).accountId))),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/v2/notifications/policy',
      schema: {
        tags,
        summary: 'Change what becomes of it; what is not named stays',
        body: PolicyBody,
        response: { 200: PolicySchema },
        hide: method !== 'PATCH',
      },
      config: { access: user('write:notifications') },
      handler: async (request) => {
        const { accountId } = viewerOf(request);
        await changePolicy(ctx, accountId, readPolicy(request.body));
        return serializePolicy(...(await read(accountId)));
      },
    });
    app.route({
      method,
      url: '/api/v1/notifications/policy',
      schema: {
        tags,
        summary: 'Change what becomes of it: the first form',
        body: PolicyV1Body,
        response: { 200: PolicyV1Schema },
        deprecated: true,
        hide: method !== 'PUT',
      },
      config: { access: user('write:notifications') },
      handler: async (request) => {
        const { accountId } = viewerOf(request);
        await changePolicy(ctx, accountId, readPolicyV1(request.body));
        return serializePolicyV1(...(await read(accountId)));
      },
    });
  }
}
