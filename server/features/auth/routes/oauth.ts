// The OAuth doors that programs use: register an app, get and revoke tokens, and what this server says about itself.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { Invalid, NotFound, type Failure } from '#server/platform/errors.ts';
import { client, open, user, viewerOf } from '#server/platform/http/access.ts';
import { isRedirectUri } from '../policy.ts';
import { findAppById } from '../queries.ts';
import {
  serializeApp,
  serializeMetadata,
  serializeNewApp,
  serializeRegistration,
  serializeToken,
} from '../serializers/oauth.ts';
import { grantToken, revokeToken } from '../service/grant-token.ts';
import { OauthFault } from '../service/oauth-fault.ts';
import { pushKeyOf } from '../service/push-key.ts';
import { registerApp } from '../service/register-app.ts';

const tags = ['OAuth'];
const Text = Type.Optional(Type.String({ maxLength: 4000 }));

export async function oauthRoutes(app: App, ctx: AppContext): Promise<void> {
  const push = pushKeyOf(ctx.secrets.secretKey);
  appRoutes(app, ctx, push.publicKey);
  app.get(
    '/.well-known/oauth-authorization-server',
    { schema: { tags, summary: 'What the OAuth doors can do' }, config: { access: open } },
    async () => serializeMetadata(ctx.config.origin),
  );
  app.route({
    method: ['GET', 'POST'],
    url: '/oauth/userinfo',
    schema: { tags, summary: 'Who signed in to the app' },
    config: { access: user('profile', 'read:accounts') },
    handler: async (request) => userInfo(ctx, viewerOf(request).accountId),
  });
  await app.register(async (scope) => {
    scope.setErrorHandler(answerOauthFault);
    // Safe: a child scope is the same kind of app.
    tokenRoutes(scope as App, ctx);
    registrationRoute(scope as App, ctx);
  });
}

function appRoutes(app: App, ctx: AppContext, pushKey: string): void {
  const body = Type.Object({
    client_name: Type.String({ maxLength: 200 }),
    redirect_uris: Type.Array(Type.String({ maxLength: 4000 }), { maxItems: 20 }),
    scopes: Text,
    website: Text,
  });
  app.post(
    '/api/v1/apps',
    { schema: { tags, summary: 'Register a client app', body }, config: { access: open } },
    async (request) => {
      const { client_name: name, redirect_uris: redirectUris, scopes, website } = request.body;
      const made = await registerApp(ctx, { name, redirectUris, scopes, website }, request.ip);
      return serializeNewApp(made.app, made.clientSecret, pushKey);
    },
  );
  app.get(
    '/api/v1/apps/verify_credentials',
    { schema: { tags, summary: 'The app that a token belongs to' }, config: { access: client() } },
    async (request) => {
      const { appId } = request.viewer ?? {};
      const found = appId == null ? null : await findAppById(ctx, appId);
      if (!found) throw new NotFound('Record not found');
      return serializeApp(found, pushKey);
    },
  );
}

/** @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo */
async function userInfo(ctx: AppContext, accountId: string) {
  const account = await findAccount(ctx, accountId);
  if (!account) throw new NotFound('Record not found');
  const shown = serializeAccount(account, ctx);
  return {
    iss: `${ctx.config.origin}/`,
    sub: account.uri,
    name: shown.display_name === '' ? account.username : shown.display_name,
    preferred_username: account.username,
    profile: shown.url,
    picture: shown.avatar,
  };
}

function tokenRoutes(app: App, ctx: AppContext): void {
  const credentials = { client_id: Text, client_secret: Text };
  const tokenBody = Type.Object({
    ...credentials,
    grant_type: Text,
    code: Text,
    redirect_uri: Text,
    code_verifier: Text,
    scope: Text,
  });
  app.post(
    '/oauth/token',
    { schema: { tags, summary: 'Get a token', body: tokenBody }, config: { access: open } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return serializeToken(await grantToken(ctx, withCredentials(request, request.body), request.ip));
    },
  );
  const revokeBody = Type.Object({ ...credentials, token: Text });
  app.post(
    '/oauth/revoke',
    { schema: { tags, summary: 'Revoke a token', body: revokeBody }, config: { access: open } },
    async (request) => {
      await revokeToken(ctx, withCredentials(request, request.body));
      return {};
    },
  );
}

/** Apps that know OAuth but not Mastodon register here. @see https://www.rfc-editor.org/rfc/rfc7591 */
function registrationRoute(app: App, ctx: AppContext): void {
  const body = Type.Object({
    client_name: Type.Optional(Type.String({ maxLength: 200 })),
    redirect_uris: Type.Optional(Type.Array(Type.String({ maxLength: 4000 }), { maxItems: 20 })),
    scope: Text,
    client_uri: Text,
    token_endpoint_auth_method: Text,
  });
  app.post(
    '/oauth/register',
    { schema: { tags, summary: 'Register a client app, as RFC 7591 has it', body }, config: { access: open } },
    async (request, reply) => {
      const { client_name: name = 'App', redirect_uris: redirectUris = [], scope: scopes, client_uri } = request.body;
      if (redirectUris.length === 0 || !redirectUris.every(isRedirectUri))
        throw new OauthFault('invalid_redirect_uri', 'redirect_uris must be absolute addresses without fragment');
      const made = await registerApp(ctx, { name, redirectUris, scopes, website: client_uri }, request.ip).catch(
        asMetadataFault,
      );
      reply.header('cache-control', 'no-store');
      return reply
        .code(201)
        .send(serializeRegistration(made.app, made.clientSecret, ctx.clock(), request.body.token_endpoint_auth_method));
    },
  );
}

function asMetadataFault(error: unknown): never {
  throw error instanceof Invalid ? new OauthFault('invalid_client_metadata', error.message) : error;
}

/** The app's credentials from a Basic header, from the body, or from both when they agree. @throws {OauthFault} */
function withCredentials<Body extends { client_id?: string; client_secret?: string }>(
  request: FastifyRequest,
  body: Body,
): Body {
  const match = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(request.headers.authorization ?? '');
  if (!match) return body;
  const [id = '', secret = ''] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':', 2)
    .map(decodeFormText);
  const agrees = (body.client_id ?? id) === id && (body.client_secret ?? secret) === secret;
  if (!agrees) throw new OauthFault('invalid_client', 'The client credentials in the header and in the body differ');
  return { ...body, client_id: id, client_secret: secret };
}

/** Clients should write both parts as in a form; many do not, which makes no difference for our own ids. */
function decodeFormText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** OAuth clients read `error` as a code. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function answerOauthFault(error: FastifyError | Failure, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OauthFault) {
    if (error.status === 401) reply.header('www-authenticate', 'Basic realm="Rookery"');
    return reply.code(error.status).send({ error: error.code, error_description: error.message });
  }
  if (error instanceof Invalid)
    return reply.code(400).send({ error: 'invalid_request', error_description: error.message });
  throw error;
}
