// What guards a login, in the hands of its owner: sessions, apps, second factors, the password. The web app's own token opens these
// doors; what is grave also asks for a fresh proof (service/fresh.ts).
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { user } from '#server/platform/http/access.ts';
import { listSessions } from '../queries.ts';
import { findSecondFactors, listAuthorizedApps, listPasskeys } from '../queries/security.ts';
import { serializeAuthorizedApp, serializeSecurity, serializeSession } from '../serializers/security.ts';
import { endApp, endSession } from '../service/end-access.ts';
import { freshUntil, proveSession, requireFresh, type Owner } from '../service/fresh.ts';
import { openSession } from '../service/open-session.ts';
import { addPasskey, askForPasskey, offerPasskey, renamePasskey } from '../service/passkeys.ts';
import { replaceRecoveryCodes } from '../service/recovery-codes.ts';
import { removePasskey, removeTotp } from '../service/second-factor.ts';
import { confirmTotp, startTotp } from '../service/totp.ts';
import { changePassword } from '../service/users.ts';
import { NewPasskey, PasskeyAnswer } from './passkey-schemas.ts';
import { deviceOf, inSession, setSessionCookie } from './session-cookie.ts';
import { giveSession } from './sign-in.ts';

const tags = ['Security'];
const Word = Type.String({ maxLength: 1000 });
const params = Type.Object({ id: Type.String() });
const config = { access: user() };

export function securityRoutes(app: App, ctx: AppContext): void {
  accessRoutes(app, ctx);
  proofRoutes(app, ctx);
  totpRoutes(app, ctx);
  passkeyRoutes(app, ctx);
}

/** The one who asks, who proved lately who they are. @throws {Stale} */
async function inFreshSession(ctx: AppContext, request: FastifyRequest): Promise<Owner> {
  const owner = inSession(request);
  await requireFresh(ctx, owner);
  return owner;
}

function accessRoutes(app: App, ctx: AppContext): void {
  app.get('/api/auth/sessions', { schema: { tags, summary: 'Where you are signed in' }, config }, async (request) => {
    const { accountId, sessionId } = inSession(request);
    return (await listSessions(ctx, accountId)).map((session) => serializeSession(session, sessionId));
  });
  app.delete(
    '/api/auth/sessions/:id',
    { schema: { tags, summary: 'End a session', params }, config },
    async (request) => {
      await endSession(ctx, inSession(request).accountId, request.params.id);
      return {};
    },
  );
  app.get('/api/auth/apps', { schema: { tags, summary: 'Apps that you let in' }, config }, async (request) =>
    (await listAuthorizedApps(ctx, inSession(request).accountId)).map(serializeAuthorizedApp),
  );
  app.delete(
    '/api/auth/apps/:id',
    { schema: { tags, summary: 'Take back what an app may do', params }, config },
    async (request) => {
      await endApp(ctx, inSession(request).accountId, request.params.id);
      return {};
    },
  );
  const change = Type.Object({ current_password: Word, password: Word });
  app.post(
    '/api/auth/password',
    {
      schema: { tags, summary: 'Change your password; signs out everywhere else', body: change },
      config,
    },
    async (request, reply) => {
      const { current_password: current, password } = request.body;
      const { accountId } = inSession(request);
      await changePassword(ctx, accountId, { current, password });
      const session = await ctx.database.write((tx) => openSession(tx, ctx, accountId, deviceOf(request)));
      return giveSession(ctx, reply, session);
    },
  );
}

function proofRoutes(app: App, ctx: AppContext): void {
  app.get('/api/auth/security', { schema: { tags, summary: 'What guards your login' }, config }, async (request) => {
    const owner = inSession(request);
    const [factors, passkeys, until] = await Promise.all([
      findSecondFactors(ctx, owner.accountId),
      listPasskeys(ctx, owner.accountId),
      freshUntil(ctx, owner),
    ]);
    return serializeSecurity(factors, passkeys, until);
  });
  app.post(
    '/api/auth/proof/challenge',
    { schema: { tags, summary: 'What to ask the browser for, to prove that it is you' }, config },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return askForPasskey(ctx, 'passkey-proof', inSession(request).accountId);
    },
  );
  const body = Type.Object({
    password: Type.Optional(Word),
    code: Type.Optional(Word),
    passkey: Type.Optional(PasskeyAnswer),
  });
  app.post(
    '/api/auth/proof',
    {
      schema: {
        tags,
        summary: 'Prove that it is you: by password (and code), or by passkey',
        description: 'Grave changes ask for this when the last proof is older than a quarter of an hour.',
        body,
      },
      config,
    },
    async (request, reply) => {
      const owner = inSession(request);
      setSessionCookie(ctx, reply, await proveSession(ctx, owner, request.body));
      return { fresh_until: (await freshUntil(ctx, owner))?.toISOString() ?? null };
    },
  );
}

function totpRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/auth/totp',
    { schema: { tags, summary: 'Begin to set up an authenticator app' }, config },
    async (request, reply) => {
      const { accountId } = await inFreshSession(ctx, request);
      reply.header('cache-control', 'no-store');
      return startTotp(ctx, accountId);
    },
  );
  app.post(
    '/api/auth/totp/confirm',
    {
      schema: {
        tags,
        summary: 'Finish it with a code of the app',
        description: 'The first second factor comes with recovery codes, which are shown this once.',
        body: Type.Object({ code: Word }),
      },
      config,
    },
    async (request, reply) => {
      const { accountId } = await inFreshSession(ctx, request);
      reply.header('cache-control', 'no-store');
      return { recovery_codes: await confirmTotp(ctx, accountId, request.body.code) };
    },
  );
  app.delete(
    '/api/auth/totp',
    { schema: { tags, summary: 'Remove the authenticator app' }, config },
    async (request) => {
      await removeTotp(ctx, (await inFreshSession(ctx, request)).accountId);
      return {};
    },
  );
  app.post(
    '/api/auth/recovery-codes',
    { schema: { tags, summary: 'New recovery codes; the old ones are void' }, config },
    async (request, reply) => {
      const { accountId } = await inFreshSession(ctx, request);
      reply.header('cache-control', 'no-store');
      return { recovery_codes: await replaceRecoveryCodes(ctx, accountId) };
    },
  );
}

function passkeyRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/auth/passkeys/challenge',
    { schema: { tags, summary: 'What to ask the browser for, to make a passkey' }, config },
    async (request, reply) => {
      const { accountId } = await inFreshSession(ctx, request);
      reply.header('cache-control', 'no-store');
      return offerPasskey(ctx, accountId);
    },
  );
  const made = Type.Object({ name: Type.String({ maxLength: 200 }), passkey: NewPasskey });
  app.post(
    '/api/auth/passkeys',
    { schema: { tags, summary: 'Add a passkey', body: made }, config },
    async (request, reply) => {
      const { accountId } = await inFreshSession(ctx, request);
      const { name, passkey: response } = request.body;
      const added = await addPasskey(ctx, accountId, { name, response });
      reply.header('cache-control', 'no-store');
      return { id: added.id, recovery_codes: added.recoveryCodes };
    },
  );
  const body = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });
  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/auth/passkeys/:id',
      schema: { tags, summary: 'Name a passkey', params, body, hide: method === 'PUT' },
      config,
      handler: async (request) => {
        await renamePasskey(ctx, inSession(request).accountId, request.params.id, request.body.name);
        return {};
      },
    });
  }
  app.delete(
    '/api/auth/passkeys/:id',
    { schema: { tags, summary: 'Remove a passkey', params }, config },
    async (request) => {
      await removePasskey(ctx, (await inFreshSession(ctx, request)).accountId, request.params.id);
      return {};
    },
  );
}
