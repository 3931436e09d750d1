// The page on which a person lets an app use their account.
import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { pictureAddresses } from '#server/features/accounts/serializers.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { open } from '#server/platform/http/access.ts';
import { pagePolicy } from '#server/platform/http/headers.ts';
import { pickLanguage } from '#server/platform/http/language.ts';
import { sameText } from '#server/platform/tokens.ts';
import { outOfBand } from '../policy.ts';
import { codePage, consentPage, faultPage, stylePath, type PageFacts } from '../serializers/consent-page.ts';
import { consentStyle } from '../serializers/consent-style.ts';
import { consentWords } from '../serializers/consent-words.ts';
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
  lang: Text,
};
const tags = ['OAuth'];

export async function authorizeRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/oauth/authorize',
    {
      schema: {
        tags,
        summary: 'The page that asks for consent',
        querystring: Type.Object({ ...fields, force_login: Type.Optional(Type.Boolean()) }),
      },
      config: { access: open },
    },
    async (request, reply) => {
      const { force_login: mustSignIn, ...parameters } = request.query;
      const person = mustSignIn === true ? null : await signedIn(ctx, request);
      const facts = await pageFacts(ctx, request, parameters.lang, person);
      const wish = await readOrExplain(ctx, reply, parameters, facts);
      if (!wish) return reply;
      if ('code' in wish) return sendRefusal(ctx, reply, wish, facts);
      if (!person) return reply.redirect(signInAddress(parameters));
      return showConsent(ctx, reply, { wish, parameters, person, facts });
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
      const person = await signedIn(ctx, request);
      const facts = await pageFacts(ctx, request, parameters.lang, person);
      const wish = await readOrExplain(ctx, reply, parameters, facts);
      if (!wish) return reply;
      if ('code' in wish) return sendRefusal(ctx, reply, wish, facts);
      if (!person) return reply.redirect(signInAddress(parameters));
      if (!sameText(csrf, csrfToken(ctx, person.session.id)))
        return showConsent(ctx, reply, { wish, parameters, person, facts });
      return decide(ctx, reply, { wish, person, facts }, decision === 'allow');
    },
  );

  app.get(stylePath, { schema: { hide: true }, config: { access: open } }, async (_request, reply) => {
    return reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(consentStyle);
  });
}

type Parameters = AuthorizationParameters & { lang?: string };
type Person = NonNullable<Awaited<ReturnType<typeof signedIn>>>;

/** In the language that the app asks for, that the person chose, or that the browser prefers. */
async function pageFacts(
  ctx: AppContext,
  request: FastifyRequest,
  wanted: string | undefined,
  person: Person | null,
): Promise<PageFacts> {
  const { title } = await readInstanceSettings(ctx);
  const language = pickLanguage(wanted, person?.login.locale, request.headers['accept-language']);
  return { community: title, language };
}

/** The checked request; null when it is so wrong that a page has said so. */
async function readOrExplain(
  ctx: AppContext,
  reply: FastifyReply,
  parameters: Parameters,
  facts: PageFacts,
): Promise<AuthorizationRequest | RefusedRequest | null> {
  try {
    return await readAuthorization(ctx, parameters);
  } catch (error) {
    if (!(error instanceof OauthFault)) throw error;
    const fault = error.code === 'invalid_client' ? 'unknownApp' : 'wrongAddress';
    await page(ctx, reply.code(400), faultPage(facts, fault));
    return null;
  }
}

function page(ctx: AppContext, reply: FastifyReply, html: string, formTargets: string[] = []): FastifyReply {
  return (
    reply
      .header('content-security-policy', pagePolicy(ctx, formTargets))
      .header('cache-control', 'private, no-store')
      .header('vary', 'Cookie, Accept-Language')
      .header('referrer-policy', 'no-referrer')
      // A client may have opened this page in a window of its own and wait for it to come back.
      .header('cross-origin-opener-policy', 'unsafe-none')
      .type('text/html; charset=utf-8')
      .send(html)
  );
}

async function sendRefusal(
  ctx: AppContext,
  reply: FastifyReply,
  refused: RefusedRequest,
  facts: PageFacts,
): Promise<FastifyReply> {
  if (refused.redirectUri === outOfBand) {
    const fault = refused.code === 'invalid_scope' ? 'wrongScope' : 'wrongRequest';
    return page(ctx, reply.code(400), faultPage(facts, fault));
  }
  return reply.redirect(
    redirectTo(refused.redirectUri, {
      error: refused.code,
      error_description: refused.description,
      state: refused.state,
    }),
  );
}

function signInAddress(parameters: Parameters): string {
  const returnTo = redirectTo('/oauth/authorize', { ...parameters });
  return redirectTo('/sign-in', { return_to: returnTo });
}

interface Asking {
  wish: AuthorizationRequest;
  person: Person;
  facts: PageFacts;
}

async function showConsent(
  ctx: AppContext,
  reply: FastifyReply,
  { wish, parameters, person, facts }: Asking & { parameters: Parameters },
): Promise<FastifyReply> {
  const account = await findAccount(ctx, person.login.accountId);
  const html = consentPage({
    ...facts,
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
  { wish, person, facts }: Asking,
  isAllowed: boolean,
): Promise<FastifyReply> {
  const isOutOfBand = wish.redirectUri === outOfBand;
  reply.header('cache-control', 'private, no-store');
  if (!isAllowed) {
    if (isOutOfBand) return page(ctx, reply, faultPage(facts, 'denied'));
    const description = consentWords.en.denied;
    return reply.redirect(
      redirectTo(wish.redirectUri, { error: 'access_denied', error_description: description, state: wish.state }),
    );
  }
  const code = await grantCode(ctx, person.login.accountId, wish);
  if (isOutOfBand) return page(ctx, reply, codePage(facts, wish.app.name, code));
  return reply.redirect(redirectTo(wish.redirectUri, { code, state: wish.state }));
}
