// Changing what a post says. Who may see it never changes; a new mention only adds a reader.
import type { AppContext } from '#server/context.ts';
import { claimLink } from '#server/features/links/service/claim.ts';
import { mediaOfPost, type MediaView } from '#server/features/media/queries.ts';
import { replaceMedia, type MediaAttributes } from '#server/features/media/service/attach.ts';
import { prepareStill } from '#server/features/media/service/still.ts';
import { orDrop } from '#server/features/media/service/store.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { mayEdit } from '../policy.ts';
import type { PollView } from '../policy/poll.ts';
import { findPost, type PostView } from '../queries.ts';
import { checkDraft, renderDraft, type Draft, type RenderedDraft } from './draft.ts';
import { refusePollWithFiles } from './create.ts';
import { forget } from './forget.ts';
import { asksOther, checkPoll, replacePoll, type NewPoll } from './poll.ts';
import { noteMedia, recordMentions, recordTags } from './record.ts';

export interface PostEdit {
  postId: string;
  accountId: string;
  /** What is left out stays as it is; an empty summary takes the content warning away. */
  source?: string;
  summary?: string;
  sensitive?: boolean;
  language?: string | null;
  /** Other options begin the poll anew. */
  poll?: NewPoll;
  /** Exactly what it shows from now on, in this order. */
  mediaIds?: readonly string[];
  /** Descriptions, focus and stills of what it shows. */
  mediaAttributes?: readonly MediaChange[];
  /** Ends work on stills early. */
  signal?: AbortSignal;
}

export interface MediaChange {
  id: string;
  description?: string;
  focus?: string;
  /** A picture of this machine that shall stand for it; whoever put it there removes it. */
  thumbnailPath?: string | undefined;
}

/**
 * Edits a local post and keeps the former version. An edit that changes nothing leaves no version and tells nobody.
 * @throws {NotFound} when there is none of that account with that id
 * @throws {Invalid} as `createPost`
 */
export async function editPost(ctx: AppContext, edit: PostEdit): Promise<void> {
  const post = await findPost(ctx, edit.postId);
  if (post === null || !mayEdit(edit.accountId, post) || !post.local) throw new NotFound('Record not found');
  const files = (edit.mediaIds ?? post.media).length;
  const draft = checkDraft(ctx.config, {
    hasMedia: files > 0,
    source: edit.source ?? post.source ?? '',
    summary: edit.summary ?? post.summary,
    sensitive: edit.sensitive ?? (edit.summary === '' && post.summary !== '' ? false : post.sensitive),
    language: edit.language === undefined ? post.language : edit.language,
  });
  const poll = edit.poll && checkPoll(ctx.config, edit.poll);
  refusePollWithFiles(poll !== undefined || post.poll !== null, files);
  const keepsPoll = poll === undefined || isSamePoll(post.poll, poll);
  if (isSame(post, draft) && keepsPoll && keepsMedia(edit)) return;
  const rendered = await renderDraft(ctx, draft.source, [draft.summary, ...((poll ?? post.poll)?.options ?? [])]);
  const attributes = await prepareStills(ctx, post, edit);
  const stored = attributes.flatMap(({ still }) => still?.files ?? []);
  await orDrop(ctx, stored, () =>
    ctx.database.write((tx) => replaceVersion(ctx, tx, post, { draft, rendered, poll, keepsPoll, edit, attributes })),
  );
  await forget(ctx, { posts: [post.id] });
}

/** Makes the pictures that shall stand for files of the post, before any transaction; for other files nothing is made. */
async function prepareStills(ctx: AppContext, post: PostView, edit: PostEdit): Promise<MediaAttributes[]> {
  const { mediaIds = post.media.map(({ id }) => id), mediaAttributes = [], signal = ctx.closing } = edit;
  const prepared: MediaAttributes[] = [];
  for (const { thumbnailPath, ...attribute } of mediaAttributes) {
    const isShown = thumbnailPath !== undefined && mediaIds.includes(attribute.id);
    const stored = prepared.flatMap(({ still }) => still?.files ?? []);
    const still = isShown
      ? await orDrop(ctx, stored, () => prepareStill(ctx, attribute.id, thumbnailPath, signal))
      : undefined;
    prepared.push({ ...attribute, ...(still === undefined ? {} : { still }) });
  }
  return prepared;
}

/** What a version holds: the row as it is written. */
export interface Version {
  source: string | null;
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
  emojis: readonly EmojiReference[];
  /** What is shown of its first link. */
  linkPreviewId: string | null;
}

/**
 * Keeps the present version of a post in its history and puts `next` in its place. The row must be locked or owned by the caller.
 * `former` is what the post showed before the edit.
 */
export async function recordVersion(
  tx: Transaction,
  postId: string,
  { linkPreviewId, emojis, ...next }: Version,
  { editedAt, former }: { editedAt: Date; former: readonly MediaView[] },
): Promise<void> {
  const media = former.length === 0 ? null : JSON.stringify(former);
  await sql`insert into post_versions (post_id, source, html, summary, sensitive, language, emojis, poll_options, media, created_at)
    select id, source, html, summary, sensitive, language, emojis, (select options from polls where post_id = posts.id),
      ${media}::jsonb, coalesce(edited_at, created_at)
    from posts where id = ${postId}`.execute(tx.sql);
  await tx.sql
    .updateTable('posts')
    .set({
      ...next,
      emojis: sql`${JSON.stringify(emojis)}::jsonb`,
      link_preview_id: linkPreviewId,
      edited_at: editedAt,
    })
    .where('id', '=', postId)
    .execute();
}

/** What a post shows, as the transaction sees it. */
export async function mediaShown(tx: Transaction, postId: string): Promise<MediaView[]> {
  const { rows } = await sql<{ media: MediaView[] }>`select ${mediaOfPost(sql`${postId}::bigint`)} as media`.execute(
    tx.sql,
  );
  return rows[0]?.media ?? [];
}

/** What an edit puts in the place of what was there. */
interface Replacement {
  draft: Draft;
  rendered: RenderedDraft;
  poll: NewPoll | undefined;
  keepsPoll: boolean;
  edit: PostEdit;
  attributes: readonly MediaAttributes[];
}

async function replaceVersion(ctx: AppContext, tx: Transaction, post: PostView, next: Replacement): Promise<void> {
  const { draft, rendered, poll, edit, attributes } = next;
  const locked = await sql`select from posts where id = ${post.id} for update`.execute(tx.sql);
  if (locked.rows.length === 0) throw new NotFound('Record not found');
  const asksNew = poll !== undefined && (post.poll === null || asksOther(post.poll, poll));
  const former = await mediaShown(tx, post.id);
  const { mediaIds } = edit;
  const showsOther =
    !keepsMedia(edit) &&
    (await replaceMedia(ctx, tx, { accountId: post.accountId, postId: post.id, mediaIds, attributes }));
  if (isSame(post, draft) && next.keepsPoll && !showsOther) return;
  if (showsOther) await noteMedia(tx, post.id);
  if (asksNew || showsOther || !isSame(post, draft)) {
    const linkPreviewId = await claimLink(ctx, tx, { ...post, html: rendered.html, besides: [post.uri, post.url] });
    const version = { ...draft, html: rendered.html, emojis: rendered.emojis, linkPreviewId };
    await recordVersion(tx, post.id, version, { editedAt: ctx.clock(), former });
  }
  if (poll) await replacePoll(ctx, tx, post.id, post.poll, poll);
  await recordMentions(tx, post.id, rendered.mentionedIds);
  await recordTags(tx, post.id, rendered.tags, ctx.clock());
  await tx.emit('post.edited', { postId: post.id, accountId: post.accountId });
}

/** True when the edit has nothing to say of files. */
function keepsMedia({ mediaIds, mediaAttributes = [] }: PostEdit): boolean {
  return mediaIds === undefined && mediaAttributes.length === 0;
}

/** True when nothing of the poll but its end would change. */
function isSamePoll(present: PollView | null, next: NewPoll): boolean {
  return present !== null && !asksOther(present, next) && present.hideTotals === next.hideTotals;
}

function isSame(post: PostView, draft: Draft): boolean {
  return (
    post.source === draft.source &&
    post.summary === draft.summary &&
    post.sensitive === draft.sensitive &&
    post.language === draft.language
  );
}
