// The public halves of the keys by which our own accounts sign, for their documents.
import { createPublicKey } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { toMultikey } from '#server/platform/fediverse/keys.ts';
import type { PublicKeys } from './actor-document.ts';

/** The public keys of a local account. @throws when it has none */
export async function publicKeysOf(ctx: AppContext, accountId: string): Promise<PublicKeys> {
  const row = await ctx.database.read
    .selectFrom('account_keys')
    .select(['key_id', 'rsa_public', 'ed_key_id', 'ed_public'])
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  const edMultibase = row.ed_public === null ? null : toMultikey(createPublicKey(row.ed_public));
  return { keyId: row.key_id, rsaPublic: row.rsa_public, edKeyId: row.ed_key_id, edMultibase };
}
