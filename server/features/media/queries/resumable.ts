// Uploads that come piece by piece, as their owners find them again.
import type { AppContext } from '#server/context.ts';

export interface ResumableUpload {
  token: string;
  accountId: string;
  bytes: number;
  description: string;
  focus: string;
  /** Of what it became. */
  mediaId: string | null;
}

/** The account's upload with that token, or null; one that is older than `since` is not there any more. */
export async function findResumable(
  ctx: AppContext,
  { token, accountId, since }: { token: string; accountId: string; since: Date },
): Promise<ResumableUpload | null> {
  if (!/^[0-9a-f]{32}$/.test(token)) return null;
  const [found] = await ctx.database.prepared<Omit<ResumableUpload, 'bytes'> & { bytes: string }>(
    'media_resumable',
    `select token, account_id::text as "accountId", bytes::text, description, focus, media_id::text as "mediaId"
     from resumable_uploads where token = $1 and account_id = $2 and created_at > $3`,
    [token, accountId, since],
  );
  return found === undefined ? null : { ...found, bytes: Number(found.bytes) };
}
