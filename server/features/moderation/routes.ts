// The door through which people tell the staff about an account.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { reportCategories, type ReportCategory } from './entities.ts';
import { findReport } from './queries.ts';
import { ReportSchema, serializeReport } from './serializers.ts';
import { createReport } from './service/report.ts';

const Ids = Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 500 }));

export async function moderationRoutes(app: App, ctx: AppContext): Promise<void> {
  const body = Type.Object({
    account_id: Type.String(),
    status_ids: Ids,
    collection_ids: Ids,
    comment: Type.Optional(Type.String({ maxLength: 10_000 })),
    forward: Type.Optional(Type.Boolean({ description: 'Tell the server of the account too, without your name' })),
    forward_to_domains: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 500 })),
    category: Type.Optional(Type.Unsafe<ReportCategory>(Type.String({ enum: [...reportCategories] }))),
    rule_ids: Ids,
  });
  app.post(
    '/api/v1/reports',
    {
      schema: { tags: ['Reports'], summary: 'Tell the staff about an account', body, response: { 200: ReportSchema } },
      config: { access: user('write:reports') },
    },
    async (request) => {
      const { account_id: targetId, status_ids: postIds, rule_ids: ruleIds, category, comment, forward } = request.body;
      const { accountId: reporterId } = viewerOf(request);
      const id = await createReport(ctx, { reporterId, targetId, postIds, ruleIds, category, comment, forward });
      const report = await findReport(ctx, id);
      if (report === null) throw new NotFound('Record not found');
      return serializeReport(report, serializeAccount(await requireAccount(ctx, targetId), ctx));
    },
  );
}
