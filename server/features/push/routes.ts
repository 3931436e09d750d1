// The door to one's own subscription: an access token has one or none.
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { pushKeyOf } from '#server/features/auth/service/push-key.ts';
import { NotFound } from '#server/platform/errors.ts';
import { bearerToken, user, viewerOf } from '#server/platform/http/access.ts';
import { findSubscription } from './queries.ts';
import {
  ChangeBody,
  readAlerts,
  readReach,
  serializeSubscription,
  SubscribeBody,
  WebPushSubscriptionSchema,
  type MastodonPushSubscription,
} from './serializers.ts';
import { changeWishes, subscribe, unsubscribe } from './service/subscribe.ts';

const url = '/api/v1/push/subscription';
const tags = ['push'];
const response = { 200: WebPushSubscriptionSchema };

/** Registers the doors. */
export async function pushRoutes(app: App, ctx: AppContext): Promise<void> {
  const config = { access: user('push') };
  const { publicKey } = pushKeyOf(ctx.secrets.secretKey);
  const show = async (request: FastifyRequest): Promise<MastodonPushSubscription> => {
    const subscription = await findSubscription(ctx, viewerOf(request).tokenId);
    if (subscription === null) throw new NotFound('Record not found');
    return serializeSubscription(subscription, publicKey);
  };

  app.get(url, { schema: { tags, summary: 'The subscription of this app', response }, config }, show);

  app.post(
    url,
    { schema: { tags, summary: 'Subscribe this app; replaces what it had', body: SubscribeBody, response }, config },
    async (request) => {
      const { subscription, data } = request.body;
      await subscribe(
        ctx,
        viewerOf(request),
        bearerToken(request.headers.authorization) ?? '',
        {
          endpoint: subscription.endpoint,
          deviceKey: subscription.keys.p256dh,
          deviceSecret: subscription.keys.auth,
          standard: subscription.standard ?? false,
        },
        { alerts: readAlerts(data?.alerts) ?? [], reach: readReach(request.body) ?? 'all' },
      );
      return show(request);
    },
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url,
    schema: { tags, summary: 'Change what it is told', body: ChangeBody, response },
    config,
    handler: async (request) => {
      const reach = readReach(request.body);
      const alerts = readAlerts(request.body.data?.alerts);
      const isThere = await changeWishes(ctx, viewerOf(request).tokenId, {
        ...(alerts ? { alerts } : {}),
        ...(reach ? { reach } : {}),
      });
      if (!isThere) throw new NotFound('Record not found');
      return show(request);
    },
  });

  app.delete(
    url,
    { schema: { tags, summary: 'End the subscription', response: { 200: Type.Object({}) } }, config },
    async (request) => {
      await unsubscribe(ctx, viewerOf(request).tokenId);
      return {};
    },
  );
}
