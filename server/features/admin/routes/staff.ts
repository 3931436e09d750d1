// What the staff decides: the community's settings, and who is let in.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { listSignUps } from '#server/features/auth/queries.ts';
import { approveSignUp, rejectSignUp } from '#server/features/auth/service/users.ts';
import { audiences, type Audience, type InstanceSettings } from '#server/features/instance/policy.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { changeInstanceSettings } from '#server/features/instance/service.ts';
import { staff } from '#server/platform/http/access.ts';

const tags = ['Administration'];

function serializeSettings(settings: InstanceSettings) {
  const { title, description, registrations, contactEmail, blocksShownTo, rules } = settings;
  return {
    title,
    description,
    registrations,
    contact_email: contactEmail,
    blocks_shown_to: blocksShownTo,
    rules: rules.map((rule) => rule.text),
  };
}

export async function staffRoutes(app: App, ctx: AppContext): Promise<void> {
  settingRoutes(app, ctx);
  signUpRoutes(app, ctx);
}

function settingRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/instance',
    { schema: { tags, summary: 'The settings' }, config: { access: staff('admin', 'admin:read') } },
    async () => serializeSettings(await readInstanceSettings(ctx)),
  );

  const body = Type.Object({
    title: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    registrations: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('approval'), Type.Literal('closed')])),
    contact_email: Type.Optional(Type.String()),
    blocks_shown_to: Type.Optional(Type.Unsafe<Audience>(Type.String({ enum: [...audiences] }))),
    rules: Type.Optional(Type.Array(Type.String())),
  });
  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/admin/instance',
      schema: { tags, summary: 'Change settings', body, hide: method === 'PUT' },
      config: { access: staff('admin', 'admin:write') },
      handler: async (request) => {
        const { contact_email: contactEmail, blocks_shown_to: blocksShownTo, ...change } = request.body;
        await changeInstanceSettings(ctx, { ...change, contactEmail, blocksShownTo });
        return serializeSettings(await readInstanceSettings(ctx));
      },
    });
  }
}

function signUpRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/sign-ups',
    { schema: { tags, summary: 'Sign-ups that wait' }, config: { access: staff('moderator', 'admin:read:accounts') } },
    async () => {
      const waiting = await listSignUps(ctx);
      return waiting.map((login) => ({
        account_id: login.accountId,
        username: login.username,
        email: login.email,
        reason: login.reason,
        created_at: login.createdAt.toISOString(),
      }));
    },
  );

  const params = Type.Object({ account_id: Type.String() });
  const answers = { approve: approveSignUp, reject: rejectSignUp };
  for (const [name, answer] of Object.entries(answers)) {
    app.post(
      `/api/admin/sign-ups/:account_id/${name}`,
      {
        schema: { tags, summary: `${name === 'approve' ? 'Let in' : 'Turn away'} somebody who waits`, params },
        config: { access: staff('moderator', 'admin:write:accounts') },
      },
      async (request) => {
        await answer(ctx, request.params.account_id);
        return {};
      },
    );
  }
}
