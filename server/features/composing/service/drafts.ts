// Drafts: keeping, changing and throwing away what somebody has not finished writing.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { exchangeHeld } from './hold.ts';
import type { DraftContent, PlannedPost } from '../entities.ts';

const maxDrafts = 300;
const maxLength = 200_000;

/** Keeps a draft and what it holds, and returns its id. @throws {Invalid} when it is too long, one too many, or a file is not the account's */
export async function createDraft(ctx: AppContext, accountId: string, content: Partial<DraftContent>): Promise<string> {
  const whole = clean({ ...empty, ...content });
  return ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`drafts:${accountId}`}, 0))`.execute(tx.sql);
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from drafts where account_id = ${accountId}`.execute(tx.sql);
    if ((rows[0]?.count ?? 0) >= maxDrafts)
      throw new Invalid(`Validation failed: At most ${maxDrafts} drafts are kept`);
    const id = await recordDraft(ctx, tx, accountId, whole, null);
    await exchangeHeld(ctx, tx, accountId, { before: [], after: whole.media_ids ?? [] });
    return id;
  });
}

/** Changes a draft; what is left out stays. @throws {NotFound} when the account has none with that id @throws {Invalid} as `createDraft` */
export async function changeDraft(
  ctx: AppContext,
  accountId: string,
  id: string,
  content: Partial<DraftContent>,
): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ content: DraftContent }>`
      select content from drafts where id = ${id} and account_id = ${accountId} for update`.execute(tx.sql);
    const present = rows[0]?.content;
    if (present === undefined) throw new NotFound('Record not found');
    const next = clean({ ...present, ...content });
    await sql`update drafts set content = ${JSON.stringify(next)}::jsonb, updated_at = ${ctx.clock()}
      where id = ${id}`.execute(tx.sql);
    await exchangeHeld(ctx, tx, accountId, { before: present.media_ids ?? [], after: next.media_ids ?? [] });
  });
}

/** Throws a draft away. @throws {NotFound} when the account has none with that id */
export async function deleteDraft(ctx: AppContext, accountId: string, id: string): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ content: DraftContent }>`
      delete from drafts where id = ${id} and account_id = ${accountId} returning content`.execute(tx.sql);
    const [gone] = rows;
    if (gone === undefined) throw new NotFound('Record not found');
    await exchangeHeld(ctx, tx, accountId, { before: gone.content.media_ids ?? [], after: [] });
  });
}

/** Writes a draft and returns its id. */
export async function recordDraft(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  content: DraftContent,
  problem: string | null,
): Promise<string> {
  const id = ctx.newId();
  const now = ctx.clock();
  await sql`insert into drafts (id, account_id, content, problem, created_at, updated_at)
    values (${id}, ${accountId}, ${JSON.stringify(content)}::jsonb, ${problem}, ${now}, ${now})`.execute(tx.sql);
  return id;
}

/** A planned post as a draft. */
export function toDraft(post: PlannedPost): DraftContent {
  const { poll, mediaIds = [] } = post;
  return {
    content: post.source,
    visibility: post.visibility,
    in_reply_to: post.inReplyToId ?? null,
    content_warning: post.summary ?? null,
    sensitive: post.sensitive ?? null,
    language: post.language ?? null,
    poll: poll
      ? { options: poll.options, expires_in: poll.expiresIn, multiple: poll.multiple, hide_totals: poll.hideTotals }
      : null,
    media_ids: [...mediaIds],
    quoted: post.quotedId ?? null,
    quote_policy: post.quotePolicy ?? null,
    // Its time has come, in vain.
    scheduled_at: null,
  };
}

const empty: DraftContent = {
  content: '',
  visibility: null,
  in_reply_to: null,
  content_warning: null,
  sensitive: null,
  language: null,
  poll: null,
  media_ids: [],
  quoted: null,
  quote_policy: null,
  scheduled_at: null,
};

/** Text that the database takes, and not endless. */
function clean(content: DraftContent): DraftContent {
  const text = JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  );
  if (text.length > maxLength) throw new Invalid('Validation failed: The draft is too long');
  const cleaned: DraftContent = JSON.parse(text);
  return cleaned;
}
