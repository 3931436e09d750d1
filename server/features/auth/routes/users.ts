// Our own REST API for people, and the sign-up door of Mastodon's clients. The same services stand behind both.
import { Type, type Static } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import {
  findAccount,
  findAccountByHandle,
  isId,
  listLocalAccounts,
  type AccountView,
} from '#server/features/accounts/queries.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { Forbidden, NotFound, Unauthorized } from '#server/platform/errors.ts';
import { anyone, bearerToken, client, open } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { findUser, type UserView } from '../queries.ts';
import { serializeToken } from '../serializers/oauth.ts';
import { changeWaitingAddress } from '../service/change-waiting-address.ts';
import { wantLetter } from '../service/confirm.ts';
import { findWaitingViewer } from '../service/find-viewer.ts';
import { issueToken } from '../service/grant-token.ts';
import { limitAddress } from '../service/limits.ts';
import { signUp } from '../service/sign-up.ts';
import { SignUpBody } from './sessions.ts';

const tags = ['Users'];
const nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()]);

const UserSchema = Type.Object({
  id: Type.String({ description: 'Decimal digits' }),
  username: Type.String(),
  handle: Type.String({ description: 'name@domain' }),
  display_name: Type.String(),
  url: Type.String({ description: 'The profile page' }),
  bio: Type.String({ description: 'HTML, safe to show' }),
  avatar: Type.String(),
  locked: Type.Boolean({ description: 'New followers must be accepted' }),
  posts_count: Type.Integer(),
  followers_count: Type.Integer(),
  following_count: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
});

const StateSchema = Type.Union([Type.Literal('active'), Type.Literal('unconfirmed'), Type.Literal('pending')]);

function serializeUser(account: AccountView, ctx: AppContext): Static<typeof UserSchema> {
  const shown = serializeAccount(account, ctx);
  return {
    id: shown.id,
    username: shown.username,
    handle: `${account.username}@${account.domain ?? ctx.config.handleDomain}`,
    display_name: shown.display_name,
    url: shown.url,
    bio: shown.note,
    avatar: shown.avatar,
    locked: shown.locked,
    posts_count: shown.statuses_count,
    followers_count: shown.followers_count,
    following_count: shown.following_count,
    created_at: account.createdAt.toISOString(),
  };
}

export async function userRoutes(app: App, ctx: AppContext): Promise<void> {
  readRoutes(app, ctx);
  signUpRoute(app, ctx);
  mastodonSignUpRoutes(app, ctx);
}

function readRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/users',
    {
      schema: {
        tags,
        summary: 'People of this server, newest first',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(UserSchema) },
      },
      config: { access: anyone('read:accounts') },
    },
    async (request, reply) => {
      const page = readPage(request.query, { default: 40, max: 80 });
      const accounts = await listLocalAccounts(ctx, page);
      setLinks(request, reply, ctx.config.origin, { first: accounts[0]?.id, last: accounts.at(-1)?.id });
      return accounts.map((account) => serializeUser(account, ctx));
    },
  );

  app.get(
    '/api/users/:id',
    {
      schema: {
        tags,
        summary: 'One person, by id or user name',
        params: Type.Object({ id: Type.String() }),
        response: { 200: UserSchema },
      },
      config: { access: anyone('read:accounts') },
    },
    async (request) => {
      const { id } = request.params;
      const account = (isId(id) ? await findAccount(ctx, id) : null) ?? (await findAccountByHandle(ctx, id));
      if (!account) throw new NotFound('Record not found');
      return serializeUser(account, ctx);
    },
  );
}

function signUpRoute(app: App, ctx: AppContext): void {
  const answer = Type.Object({
    id: nullable(Type.String({ description: 'Null until the address is confirmed' })),
    username: Type.String(),
    state: StateSchema,
  });
  app.post(
    '/api/users',
    {
      schema: {
        tags,
        summary: 'Sign up',
        description: 'By sending this you agree to the rules of the server. Then sign in at /api/auth/sign-in.',
        body: SignUpBody,
        response: { 201: answer },
      },
      config: { access: open },
    },
    async (request, reply) => {
      await limitAddress(ctx, 'signUp', request.ip);
      const { state, accountId } = await signUp(ctx, { ...request.body, agreement: request.body.agreement ?? true });
      const id = state === 'unconfirmed' ? null : accountId;
      return reply.code(201).send({ id, username: request.body.username.trim(), state });
    },
  );
}

function mastodonSignUpRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/v1/accounts',
    {
      schema: { tags: ['Accounts'], summary: 'Sign up through an app', body: SignUpBody },
      config: { access: client('write:accounts') },
    },
    async (request, reply) => {
      const { viewer } = request;
      if (viewer === null || viewer.appId === null)
        throw new Forbidden('Only an app with its own token may sign people up');
      await limitAddress(ctx, 'signUp', request.ip);
      const { accountId } = await signUp(ctx, { ...request.body, agreement: request.body.agreement ?? false });
      reply.header('cache-control', 'no-store');
      // An address that has a login already gets a token that reaches nothing, so that the answer tells nothing.
      const scopes = accountId === null ? [''] : viewer.scopes.filter((scope) => !scope.startsWith('admin'));
      return serializeToken({
        ...(await issueToken(ctx, { appId: viewer.appId, accountId, scopes })),
        scopes: [...viewer.scopes],
      });
    },
  );

  app.post(
    '/api/v1/emails/confirmations',
    {
      schema: {
        tags: ['Accounts'],
        summary: 'Send the confirmation again, to another address if one is given',
        body: Type.Object({ email: Type.Optional(Type.String({ maxLength: 1000 })) }),
      },
      config: { access: open },
    },
    async (request) => {
      const login = await waitingLogin(ctx, request.headers.authorization);
      if (login.emailConfirmedAt !== null) throw new Forbidden('This e-mail address is confirmed already');
      const { email } = request.body;
      if (email !== undefined) await changeWaitingAddress(ctx, login.accountId, email);
      await wantLetter(ctx, 'confirm', email ?? login.email, request.ip);
      return {};
    },
  );

  app.get(
    '/api/v1/emails/check_confirmation',
    { schema: { tags: ['Accounts'], summary: 'Whether your address is confirmed' }, config: { access: open } },
    async (request) => {
      const login = await waitingLogin(ctx, request.headers.authorization);
      return login.emailConfirmedAt !== null;
    },
  );
}

/** The login of a token that may still wait for its confirmation: the doors above are all that it opens. @throws {Unauthorized} */
async function waitingLogin(ctx: AppContext, authorization: string | undefined): Promise<UserView> {
  const token = bearerToken(authorization);
  const viewer = token === null ? null : await findWaitingViewer(ctx, token);
  const login = viewer?.accountId == null ? null : await findUser(ctx, viewer.accountId);
  if (!login) throw new Unauthorized('The access token is invalid');
  return login;
}
