// A request that is sent twice makes one post: the key that the client gave remembers which.
import { createHash } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';

/** How long a key is remembered. Clients need an hour; a phone that was offline over night is served too. */
const rememberedMs = 24 * 60 * 60 * 1000;
const maxKeyLength = 255;

/** One request for a post, known by its key; `fingerprint` is that of its content. */
export interface KeyedRequest {
  accountId: string;
  key: string;
  fingerprint: string;
}

/** The key and content of a request, or null when it has no key. @throws {Invalid} when the key is too long */
export function keyedRequest(accountId: string, key: string | undefined, content: unknown): KeyedRequest | null {
  if (key === undefined || key.trim() === '') return null;
  if (key.length > maxKeyLength) throw new Invalid(`The idempotency key is longer than ${maxKeyLength} characters`);
  return {
    accountId,
    key: key.toWellFormed().replaceAll('\0', ''),
    fingerprint: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
  };
}

/**
 * Claims the key for `postId`. Returns null when the claim stands, or the post that the key stands for already. While another
 * request holds the same key in its transaction, this one waits for it.
 * @throws {Invalid} when the key was used for other content
 */
export async function claimKey(
  ctx: AppContext,
  tx: Transaction,
  request: KeyedRequest,
  postId: string,
): Promise<string | null> {
  const { accountId, key, fingerprint } = request;
  const now = ctx.clock();
  const claimed = await sql`
    insert into idempotency_keys as k (account_id, key, fingerprint, post_id, created_at)
    values (${accountId}, ${key}, ${fingerprint}, ${postId}, ${now})
    on conflict (account_id, key) do update
      set fingerprint = excluded.fingerprint, post_id = excluded.post_id, created_at = excluded.created_at
      where k.created_at < ${new Date(now.getTime() - rememberedMs)}
    returning post_id`.execute(tx.sql);
  if (claimed.rows.length > 0) return null;
  const earlier = await tx.sql
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'post_id'])
    .where('account_id', '=', accountId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!earlier) return null;
  if (earlier.fingerprint !== fingerprint)
    throw new Invalid('This idempotency key was used for another post; use a new one');
  return earlier.post_id;
}

/** Forgets keys that nobody asks for any more, `batch` at a time. Returns how many. */
export async function purgeKeys(ctx: AppContext, batch = 5000): Promise<number> {
  const before = new Date(ctx.clock().getTime() - rememberedMs);
  let purged = 0;
  for (;;) {
    const gone = await sql`delete from idempotency_keys where (account_id, key) in (
      select account_id, key from idempotency_keys where created_at < ${before} order by created_at limit ${batch})`.execute(
      ctx.database.read,
    );
    const count = Number(gone.numAffectedRows ?? 0);
    purged += count;
    if (count < batch) return purged;
  }
}
