// What the post doors have in common: ids in paths, and posts as answers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { serializeAccount, type MastodonAccount } from '#server/features/accounts/serializers.ts';
import { NotFound } from '#server/platform/errors.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { setLinks } from '#server/platform/http/paging.ts';
import { renderSeen, renderStatus } from '../pages.ts';
import type { PlacedPost } from '../queries/lists.ts';

export const IdParams = Type.Object({ id: Type.String() });

/** Sends one post as the viewer sees it. @throws {NotFound} when they do not */
export async function sendStatus(
  ctx: AppContext,
  reply: FastifyReply,
  id: string,
  viewerId: string | null,
): Promise<FastifyReply> {
  const status = await renderStatus(ctx, id, viewerId);
  if (status === null) throw new NotFound('Record not found');
  return sendJson(reply, status);
}

/** Sends a page of posts with its links. */
export async function sendStatuses(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  rows: PlacedPost[],
  viewerId: string | null,
): Promise<FastifyReply> {
  setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.position, last: rows.at(-1)?.position });
  const statuses = await renderSeen(ctx, rows, viewerId);
  return sendJson(reply, jsonList(statuses));
}

/** The author of a post in Mastodon's shape. @throws {NotFound} when the account went a moment ago */
export async function authorOf(ctx: AppContext, accountId: string): Promise<MastodonAccount> {
  const [account] = await loadAccounts(ctx, [accountId]);
  if (!account) throw new NotFound('Record not found');
  return serializeAccount(account, ctx);
}
