// The description of our HTTP API, and a page to read and try it on.
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import type { Access } from '#server/platform/http/access.ts';

/** The reference page runs its own inline style and script, which no other page may. It loads nothing from elsewhere. */
const referencePolicy = `default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

/** Who may call a route, as the description has it: no `security` where tokens are not looked at, an empty one where none is needed. */
function tellAccess(access: Access | undefined): { security?: Array<{ token?: string[] }> } {
  if (!access || access.who === 'open') return { security: [] };
  const token = { token: [...access.scopes, ...(access.role ? [`role:${access.role}`] : [])] };
  return { security: access.who === 'anyone' ? [token, {}] : [token] };
}

/** How the reference is divided, in this order: our own API, the Mastodon client API, what stands around them. */
const groups = [
  { name: 'Posts', description: 'Our own API: write, read, change and delete posts' },
  { name: 'Users', description: 'Our own API: people of this server' },
  { name: 'Statuses', description: 'Posts as Mastodon apps know them' },
  { name: 'Timelines', description: 'Home, public, hashtag, list and link timelines' },
  { name: 'Notifications', description: 'What happened to you: one by one, in groups, and held back as requests' },
  { name: 'Accounts', description: 'People, here and elsewhere' },
  { name: 'Relationships', description: 'Follow, block, mute, and who did' },
  { name: 'Lists' },
  { name: 'Filters' },
  { name: 'Tags' },
  { name: 'Search' },
  { name: 'Instance', description: 'What this server says of itself' },
  { name: 'OAuth', description: 'How an app gets a token' },
  { name: 'Signing in', description: 'Our own API: signing up and in, by password, code or passkey' },
  { name: 'Security', description: 'Our own API: sessions, apps, second factors; for the web app alone' },
  { name: 'Administration', description: 'Our own API: what the staff decides' },
];

/** Tags of routes are written as words; a group begins with a capital. */
const asGroup = (tag: string): string => tag.charAt(0).toUpperCase() + tag.slice(1);

/** Collects the schemas of all routes that come after it: `/api/openapi.json`, and `/api/docs` to browse them. */
export async function describeApi(app: App, ctx: AppContext, version: string): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({
      schema: {
        ...schema,
        ...(schema?.tags === undefined ? {} : { tags: schema.tags.map(asGroup) }),
        ...tellAccess(route.config?.access),
      },
      url,
    }),
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
      tags: groups,
    },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/api/docs', { schema: { hide: true } }, (request, reply) => showReference(request.url, reply));
  app.get('/api/docs/*', { schema: { hide: true } }, (request, reply) => showReference(request.url, reply));
}

/** Answers from the page's own small application, which is made when somebody first looks: it takes some 50 MB. */
async function showReference(url: string, reply: FastifyReply): Promise<FastifyReply> {
  reference ??= openReference();
  const answer = await (await reference).inject({ url });
  for (const name of ['content-type', 'location', 'cache-control']) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply.code(answer.statusCode).header('content-security-policy', referencePolicy).send(answer.rawPayload);
}

let reference: Promise<FastifyInstance> | undefined;

async function openReference(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const pages = fastify();
  await pages.register(scalar, {
    routePrefix: '/api/docs',
    configuration: {
      url: '/api/openapi.json',
      title: 'Rookery API',
      telemetry: false,
      withDefaultFonts: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  await pages.ready();
  return pages;
}
