// Changing what a post says. Who may see it never changes; a new mention only adds a reader.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { mayEdit } from '../policy.ts';
import { findPost, type PostView } from '../queries.ts';
import { checkDraft, renderDraft, type Draft, type RenderedDraft } from './draft.ts';
import { forget } from './forget.ts';
import { recordMentions, recordTags } from './record.ts';

export interface PostEdit {
  postId: string;
  accountId: string;
  /** What is left out stays as it is; an empty summary takes the content warning away. */
  source?: string;
  summary?: string;
  sensitive?: boolean;
  language?: string | null;
}

/**
 * Edits a local post and keeps the former version. An edit that changes nothing leaves no version and tells nobody.
 * @throws {NotFound} when there is none of that account with that id
 * @throws {Invalid} as `createPost`
 */
export async function editPost(ctx: AppContext, edit: PostEdit): Promise<void> {
  const post = await findPost(ctx, edit.postId);
  if (post === null || !mayEdit(edit.accountId, post) || !post.local) throw new NotFound('Record not found');
  const draft = checkDraft(ctx.config, {
    source: edit.source ?? post.source ?? '',
    summary: edit.summary ?? post.summary,
    sensitive: edit.sensitive ?? (edit.summary === '' && post.summary !== '' ? false : post.sensitive),
    language: edit.language === undefined ? post.language : edit.language,
  });
  if (isSame(post, draft)) return;
  const rendered = await renderDraft(ctx, draft.source);
  await ctx.database.write((tx) => replaceVersion(ctx, tx, post.id, draft, rendered));
  await forget(ctx, { posts: [post.id] });
}

/** What a version holds: the row as it is written. */
export interface Version {
  source: string | null;
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
}

/** Keeps the present version of a post in its history and puts `next` in its place. The row must be locked or owned by the caller. */
export async function recordVersion(tx: Transaction, postId: string, next: Version, editedAt: Date): Promise<void> {
  await sql`insert into post_versions (post_id, source, html, summary, sensitive, language, created_at)
    select id, source, html, summary, sensitive, language, coalesce(edited_at, created_at) from posts where id = ${postId}`.execute(
    tx.sql,
  );
  await tx.sql
    .updateTable('posts')
    .set({ ...next, edited_at: editedAt })
    .where('id', '=', postId)
    .execute();
}

async function replaceVersion(
  ctx: AppContext,
  tx: Transaction,
  postId: string,
  draft: Draft,
  rendered: RenderedDraft,
): Promise<void> {
  const locked = await sql<{
    account_id: string;
  }>`select account_id from posts where id = ${postId} for update`.execute(tx.sql);
  const accountId = locked.rows[0]?.account_id;
  if (accountId === undefined) throw new NotFound('Record not found');
  await recordVersion(tx, postId, { ...draft, html: rendered.html }, ctx.clock());
  await recordMentions(tx, postId, rendered.mentionedIds);
  await recordTags(tx, postId, rendered.tags, ctx.clock());
  await tx.emit('post.edited', { postId, accountId });
}

function isSame(post: PostView, draft: Draft): boolean {
  return (
    post.source === draft.source &&
    post.summary === draft.summary &&
    post.sensitive === draft.sensitive &&
    post.language === draft.language
  );
}
