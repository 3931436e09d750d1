// Binding uploads to what shows them: posts, and drafts or scheduled posts that wait. All in the caller's transaction.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { MediaState } from '../entities.ts';
import { checkDescription, checkNumber, readFocus, refuseFiles, unattachedForMs } from '../policy.ts';
import { removeMedia } from './remove.ts';
import { exchangeStill, type NewStill } from './still.ts';

/** A change of what stands beside a file of a post; what is left out stays. `focus` is as clients write it: `0.5,-0.25`. */
export interface MediaAttributes {
  id: string;
  description?: string;
  focus?: string;
  /** Another picture to stand for it. */
  still?: NewStill;
}

interface Wanted {
  accountId: string;
  postId: string;
  /** In the order in which the post shows them. */
  mediaIds: readonly string[];
}

/**
 * Refuses what `attachMedia` would, before anything is written; it may be asked outside of any transaction.
 * @throws {Invalid} when there are too many, or one is not the account's, used already, failed, not ready, or not described where it must be
 */
export async function checkAttachable(ctx: AppContext, accountId: string, mediaIds: readonly string[]): Promise<void> {
  const ids = distinct(ctx, mediaIds);
  if (ids.length === 0) return;
  const { rows } = await sql<Found>`select ${foundColumns} from media_attachments
    where id = any(${ids}::bigint[]) and account_id = ${accountId} and remote_url is null`.execute(ctx.database.read);
  refuseUnfit(ids, rows, null);
  refuseUndescribed(ctx, rows);
}

/**
 * Shows uploads of an account in a post of its own.
 * @throws {Invalid} when there are too many, or one is not the account's, used already, failed or not ready
 */
export async function attachMedia(ctx: AppContext, tx: Transaction, wanted: Wanted): Promise<void> {
  const ids = distinct(ctx, wanted.mediaIds);
  if (ids.length === 0) return;
  const found = await lockMedia(tx, wanted.accountId, ids);
  refuseUnfit(ids, found, null);
  refuseUndescribed(ctx, found);
  await place(ctx, tx, wanted.postId, ids);
}

/**
 * Puts other files, or the same ones in another order or with other words, into a post that is edited. Without `mediaIds` the
 * set stays. What the post shows no more is deleted. Returns whether anything has changed.
 * @throws {Invalid} as `attachMedia`, and when an attribute is wrong or of a file that the post does not show
 */
export async function replaceMedia(
  ctx: AppContext,
  tx: Transaction,
  edit: { accountId: string; postId: string; mediaIds?: readonly string[]; attributes?: readonly MediaAttributes[] },
): Promise<boolean> {
  const { accountId, postId, attributes = [] } = edit;
  const present = await sql<{ id: string }>`select id::text from media_attachments where post_id = ${postId}
    order by position, id for update`.execute(tx.sql);
  const before = present.rows.map(({ id }) => id);
  const after = edit.mediaIds === undefined ? before : distinct(ctx, edit.mediaIds);
  const moved = before.length !== after.length || before.some((id, position) => after[position] !== id);
  if (moved) {
    refuseUnfit(after, await lockMedia(tx, accountId, after), postId);
    await leaveToHistory(
      tx,
      before.filter((id) => !after.includes(id)),
    );
    await place(ctx, tx, postId, after);
  }
  let changed = moved;
  for (const attribute of attributes) {
    if (!after.includes(attribute.id))
      throw refuseFiles('ERR_INVALID', `This post does not show the file ${attribute.id.slice(0, 20)}`);
    if (await describe(ctx, tx, accountId, attribute)) changed = true;
    if (attribute.still === undefined) continue;
    await exchangeStill(ctx, tx, attribute.id, attribute.still);
    changed = true;
  }
  if (changed) refuseUndescribed(ctx, await lockMedia(tx, accountId, after));
  return changed;
}

/** What an edit took out still shows in former versions of its post: it stays as long as these do. */
async function leaveToHistory(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update media_attachments set post_id = null, position = 0, expires_at = null
    where id = any(${ids}::bigint[])`.execute(tx.sql);
}

/** Deletes uploads that only former versions of a post showed, when it goes; what another post shows by now stays. */
export async function removeFormerMedia(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await sql<{ id: string }>`select id::text from media_attachments
    where id = any(${ids}::bigint[]) and post_id is null and expires_at is null order by id for update`.execute(tx.sql);
  await removeMedia(tx, { ids: rows.map(({ id }) => id) });
}

/** Words and focus of one file. Returns whether that changes anything. */
async function describe(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  { id, description, focus }: MediaAttributes,
): Promise<boolean> {
  const text = description === undefined ? null : checkDescription(ctx.config, description);
  const point = focus === undefined || focus === '' ? null : readFocus(focus);
  const { numAffectedRows } = await sql`update media_attachments set description = coalesce(${text}, description),
      focus_x = coalesce(${point?.x ?? null}, focus_x), focus_y = coalesce(${point?.y ?? null}, focus_y),
      updated_at = ${ctx.clock()}
    where id = ${id} and account_id = ${accountId} and remote_url is null and (
      description <> coalesce(${text}, description)
      or focus_x <> coalesce(${point?.x ?? null}, focus_x) or focus_y <> coalesce(${point?.y ?? null}, focus_y))`.execute(
    tx.sql,
  );
  return numAffectedRows === 1n;
}

/**
 * Takes files out of posts that go. With `keepForRedraft` their author may put uploads into another post for a day; else, and for
 * files of other servers, they are deleted.
 */
export async function detachMedia(
  ctx: AppContext,
  tx: Transaction,
  postIds: readonly string[],
  { keepForRedraft }: { keepForRedraft: boolean },
): Promise<void> {
  if (postIds.length === 0) return;
  if (keepForRedraft)
    await sql`update media_attachments set post_id = null, position = 0, expires_at = ${expiry(ctx)}
      where post_id = any(${postIds}::bigint[]) and remote_url is null`.execute(tx.sql);
  await removeMedia(tx, { postIds });
}

/**
 * Keeps uploads that a draft or scheduled post holds beyond their day.
 * @throws {Invalid} when there are too many, or one is not the account's or used already
 */
export async function holdMedia(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  mediaIds: readonly string[],
): Promise<void> {
  const ids = distinct(ctx, mediaIds);
  if (ids.length === 0) return;
  const found = await lockMedia(tx, accountId, ids);
  // Whoever saves a draft need not wait for a film.
  refuseUnfit(
    ids,
    found.map((row) => ({ ...row, state: 'ready' })),
    null,
  );
  await sql`update media_attachments set expires_at = null where id = any(${ids}::bigint[])`.execute(tx.sql);
}

/** Lets go of uploads that a draft or scheduled post held; those that no post has got since are deleted a day later. */
export async function releaseMedia(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  mediaIds: readonly string[],
): Promise<void> {
  const ids = mediaIds.filter(isId);
  if (ids.length === 0) return;
  await sql`update media_attachments set expires_at = ${expiry(ctx)} where id = any(${ids}::bigint[])
    and account_id = ${accountId} and post_id is null and expires_at is null`.execute(tx.sql);
}

interface Found {
  id: string;
  state: MediaState;
  postId: string | null;
  isDescribed: boolean;
}

const foundColumns = sql`id::text, state, post_id::text as "postId", description <> '' as "isDescribed"`;

/** Refuses what nobody described, where the server asks for that. @throws {Invalid} */
function refuseUndescribed({ config }: AppContext, found: readonly Found[]): void {
  if (config.mediaDescriptionRequired && found.some(({ isDescribed }) => !isDescribed))
    throw refuseFiles('ERR_BLANK', 'This server asks for a description of each picture, film and sound; one has none');
}

/** Each once, in the order given. @throws {Invalid} when they are too many */
function distinct(ctx: AppContext, mediaIds: readonly string[]): string[] {
  const ids = [...new Set(mediaIds)];
  checkNumber(ctx.config, ids.length);
  const wrong = ids.find((id) => !isId(id));
  if (wrong !== undefined) throw unknownFile(wrong);
  return ids;
}

/** The account's uploads among these, held until the transaction ends; in one order, so that two never wait for each other. */
async function lockMedia(tx: Transaction, accountId: string, ids: readonly string[]): Promise<Found[]> {
  const { rows } = await sql<Found>`select ${foundColumns} from media_attachments
    where id = any(${ids}::bigint[]) and account_id = ${accountId} and remote_url is null order by id for update`.execute(
    tx.sql,
  );
  return rows;
}

/** Refuses what no post may show; `postId` is the one that may show it already. @throws {Invalid} */
function refuseUnfit(ids: readonly string[], found: readonly Found[], postId: string | null): void {
  for (const id of ids) {
    const row = found.find((one) => one.id === id);
    if (row === undefined) throw unknownFile(id);
    if (row.postId !== null && row.postId !== postId)
      throw refuseFiles('ERR_TAKEN', `The file ${id} is shown in another post already; upload it once more`);
    if (row.postId !== null) continue;
    if (row.state === 'failed')
      throw refuseFiles('ERR_INVALID', `The file ${id} could not be made ready; take it out, or try it again`);
    if (row.state !== 'ready')
      throw refuseFiles('ERR_INVALID', 'A file is still being processed. Try again in a moment!');
  }
}

function unknownFile(id: string) {
  return refuseFiles('ERR_INVALID', `None of your uploads is ${id.slice(0, 20)}; upload the file once more`);
}

async function place(ctx: AppContext, tx: Transaction, postId: string, ids: readonly string[]): Promise<void> {
  await sql`update media_attachments m set post_id = ${postId}, position = wanted.position - 1, expires_at = null,
      updated_at = ${ctx.clock()}
    from unnest(${ids}::bigint[]) with ordinality as wanted (id, position) where m.id = wanted.id`.execute(tx.sql);
}

function expiry(ctx: AppContext): Date {
  return new Date(ctx.clock().getTime() + unattachedForMs);
}
