// The page on which a person lets an app use their account.
import { createHmac } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { pictureAddresses } from '#server/features/accounts/serializers.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { open } from '#server/platform/http/access.ts';
import { pagePolicy } from '#server/platform/http/headers.ts';
import { sameText } from '#server/platform/tokens.ts';
import { outOfBand } from '../policy.ts';
import { codePage, consentPage, faultPage, stylePath } from '../serializers/consent-page.ts';
import { consentStyle } from '../serializers/consent-style.ts';
import {
  grantCode,
  readAuthorization,
  redirectTo,
  type AuthorizationParameters,
  type AuthorizationRequest,
  type RefusedRequest,
} from '../service/authorize.ts';
import { OauthFault } from '../service/oauth-fault.ts';
import { refuseOtherSites, signedIn } from './session-cookie.ts';

const Text = Type.Optional(Type.String({ maxLength: 4000 }));
const fields = {
  response_type: Text,
  client_id: Text,
  redirect_uri: Text,
  scope: Text,
  state: Text,
  code_challenge: Text,
  code_challenge_method: Text,
};
const tags = ['OAuth'];

export async function authorizeRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/oauth/authorize',
    {
      schema: {
        tags,
        summary: 'The page that asks for consent',
        querystring: Type.Object({ ...fields, force_login: Type.Optional(Type.Boolean()), lang: Text }),
      },
      config: { access: open },
    },
    async (request, reply) => {
      const { force_login: mustSignIn, lang: _lang, ...parameters } = request.query;
      const wish = await readOrExplain(ctx, reply, parameters);
      if (!wish) return reply;
      if ('code' in wish) return sendRefusal(ctx, reply, wish);
      const person = mustSignIn === true ? null : await signedIn(ctx, request);
      if (!person) return reply.redirect(signInAddress(parameters));
      return showConsent(ctx, reply, wish, parameters, person);
    },
  );

  app.post(
    '/oauth/authorize',
    {
      schema: { tags, hide: true, body: Type.Object({ ...fields, csrf: Text, decision: Text }) },
      config: { access: open },
    },
    async (request, reply) => {
      const { csrf = '', decision, ...parameters } = request.body;
      refuseOtherSites(ctx, request);
      const wish = await readOrExplain(ctx, reply, parameters);
      if (!wish) return reply;
      if ('code' in wish) return sendRefusal(ctx, reply, wish);
      const person = await signedIn(ctx, request);
      if (!person) return reply.redirect(signInAddress(parameters));
      if (!sameText(csrf, csrfToken(ctx, person.session.id))) return showConsent(ctx, reply, wish, parameters, person);
      return decide(ctx, reply, wish, person.login.accountId, decision === 'allow');
    },
  );

  app.get(stylePath, { schema: { hide: true }, config: { access: open } }, async (_request, reply) => {
    return reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(consentStyle);
  });
}

/** The checked request; null when it is so wrong that a page has said so. */
async function readOrExplain(
  ctx: AppContext,
  reply: FastifyReply,
  parameters: AuthorizationParameters,
): Promise<AuthorizationRequest | RefusedRequest | null> {
  try {
    return await readAuthorization(ctx, parameters);
  } catch (error) {
    if (!(error instanceof OauthFault)) throw error;
    const { title } = await readInstanceSettings(ctx);
    await page(ctx, reply.code(400), faultPage(title, error.message));
    return null;
  }
}

function page(ctx: AppContext, reply: FastifyReply, html: string, formTargets: string[] = []): FastifyReply {
  return (
    reply
      .header('content-security-policy', pagePolicy(ctx, formTargets))
      .header('cache-control', 'private, no-store')
      .header('vary', 'Cookie')
      .header('referrer-policy', 'no-referrer')
      // A client may have opened this page in a window of its own and wait for it to come back.
      .header('cross-origin-opener-policy', 'unsafe-none')
      .type('text/html; charset=utf-8')
      .send(html)
  );
}

async function sendRefusal(ctx: AppContext, reply: FastifyReply, refused: RefusedRequest): Promise<FastifyReply> {
  if (refused.redirectUri === outOfBand) {
    const { title } = await readInstanceSettings(ctx);
    return page(ctx, reply.code(400), faultPage(title, refused.description));
  }
  return reply.redirect(
    redirectTo(refused.redirectUri, {
      error: refused.code,
      error_description: refused.description,
      state: refused.state,
    }),
  );
}

function signInAddress(parameters: AuthorizationParameters): string {
  const returnTo = redirectTo('/oauth/authorize', { ...parameters });
  return redirectTo('/sign-in', { return_to: returnTo });
}

type Person = NonNullable<Awaited<ReturnType<typeof signedIn>>>;

async function showConsent(
  ctx: AppContext,
  reply: FastifyReply,
  wish: AuthorizationRequest,
  parameters: AuthorizationParameters,
  person: Person,
): Promise<FastifyReply> {
  const [{ title }, account] = await Promise.all([readInstanceSettings(ctx), findAccount(ctx, person.login.accountId)]);
  const html = consentPage({
    community: title,
    app: wish.app,
    person: {
      handle: `@${person.login.username}@${ctx.config.handleDomain}`,
      name: account?.displayName || person.login.username,
      avatar: pictureAddresses(account?.avatar ?? null, 'avatar', ctx).url,
    },
    scopes: wish.scopes,
    redirectUri: wish.redirectUri,
    parameters: { ...parameters, redirect_uri: wish.redirectUri },
    csrfToken: csrfToken(ctx, person.session.id),
    switchAddress: signInAddress(parameters),
  });
  return page(ctx, reply, html, formTargets(wish.redirectUri));
}

/** Browsers hold the page's form policy also against the redirect that answers the form. */
function formTargets(redirectUri: string): string[] {
  if (redirectUri === outOfBand) return [];
  const { protocol, origin } = new URL(redirectUri);
  return [/^https?:$/.test(protocol) ? origin : protocol];
}

/** Bound to the session, so that no other page can make it. */
function csrfToken(ctx: AppContext, sessionId: string): string {
  return createHmac('sha256', ctx.secrets.secretKey).update(`consent of session ${sessionId}`).digest('base64url');
}

async function decide(
  ctx: AppContext,
  reply: FastifyReply,
  wish: AuthorizationRequest,
  accountId: string,
  isAllowed: boolean,
): Promise<FastifyReply> {
  const { title } = await readInstanceSettings(ctx);
  const isOutOfBand = wish.redirectUri === outOfBand;
  reply.header('cache-control', 'private, no-store');
  if (!isAllowed) {
    const text = 'You did not allow the app to use your account.';
    if (isOutOfBand) return page(ctx, reply, faultPage(title, text));
    return reply.redirect(
      redirectTo(wish.redirectUri, { error: 'access_denied', error_description: text, state: wish.state }),
    );
  }
  const code = await grantCode(ctx, accountId, wish);
  if (isOutOfBand) return page(ctx, reply, codePage(title, wish.app.name, code));
  return reply.redirect(redirectTo(wish.redirectUri, { code, state: wish.state }));
}
