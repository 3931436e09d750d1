// The description of our HTTP API, and a page to read and try it on.
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';

/** The reference page runs its own inline style and script, which no other page may. It loads nothing from elsewhere. */
const referencePolicy = `default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

/** Collects the schemas of all routes that come after it: `/api/openapi.json`, and `/api/docs` to browse them. */
export async function describeApi(app: App, ctx: AppContext, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rookery',
        version,
        description:
          'Our own REST API, and the Mastodon client API that existing apps speak. Both stand on the same services.',
        license: { name: 'MIT' },
      },
      servers: [{ url: ctx.config.origin }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'An access token from /oauth/token, or `bin/rookery token create NAME`',
          },
        },
      },
      security: [{ token: [] }, {}],
      tags: [
        { name: 'Posts', description: 'Our own API: write, read, change and delete posts' },
        { name: 'Users', description: 'Our own API: people of this server' },
        { name: 'Sign-in', description: 'Our own API: signing up and in, sessions' },
        { name: 'Mastodon', description: 'The client API that Mastodon apps use' },
      ],
    },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('content-security-policy', referencePolicy);
    });
    await scope.register(scalar, {
      routePrefix: '/api/docs',
      configuration: {
        url: '/api/openapi.json',
        title: 'Rookery API',
        telemetry: false,
        withDefaultFonts: false,
        hideClientButton: true,
      },
    });
  });
}
