// The staff's doors to relays.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { staff } from '#server/platform/http/access.ts';
import { findRelay, listRelays } from './queries.ts';
import { RelaySchema, serializeRelay } from './serializers.ts';
import { addRelay } from './activitypub/subscribe.ts';
import { pauseRelay, removeRelay, resumeRelay } from './service/subscribe.ts';

const tags = ['Administration'];
const params = Type.Object({ id: Type.String() });

export async function relayRoutes(app: App, ctx: AppContext): Promise<void> {
  const shown = async (id: string) => {
    const relay = await findRelay(ctx, id);
    if (relay === null) throw new NotFound('There is no such relay');
    return serializeRelay(relay);
  };
  app.get(
    '/api/admin/relays',
    {
      schema: { tags, summary: 'Relays', response: { 200: Type.Array(RelaySchema) } },
      config: { access: staff('admin', 'admin:read') },
    },
    async () => (await listRelays(ctx)).map(serializeRelay),
  );
  const body = Type.Object({
    address: Type.String({ maxLength: 2048, description: 'Its inbox, or its actor, as its makers give it' }),
  });
  app.post(
    '/api/admin/relays',
    {
      schema: { tags, summary: 'Subscribe to a relay', body, response: { 200: RelaySchema } },
      config: { access: staff('admin', 'admin:write') },
    },
    async (request) => shown(await addRelay(ctx, request.body)),
  );
  const verbs = { pause: [pauseRelay, 'Ask a relay to stop'], resume: [resumeRelay, 'Ask a relay again'] } as const;
  for (const [verb, [run, summary]] of Object.entries(verbs))
    app.post(
      `/api/admin/relays/:id/${verb}`,
      {
        schema: { tags, summary, params, response: { 200: RelaySchema } },
        config: { access: staff('admin', 'admin:write') },
      },
      async (request) => {
        await run(ctx, request.params.id);
        return shown(request.params.id);
      },
    );
  app.delete(
    '/api/admin/relays/:id',
    { schema: { tags, summary: 'Leave a relay', params }, config: { access: staff('admin', 'admin:write') } },
    async (request) => {
      await removeRelay(ctx, request.params.id);
      return {};
    },
  );
}
