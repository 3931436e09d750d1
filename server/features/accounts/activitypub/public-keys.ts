// The keys by which our own accounts sign: the public halves for their documents, the private one for what they ask.
import { createPublicKey } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { importPrivateKey, toMultikey } from '#server/platform/fediverse/keys.ts';
import type { Signer } from '#server/platform/fediverse/documents.ts';
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

/** What signs in the name of a local account; null when it has no key of its own (any more). */
export async function signerOf(ctx: AppContext, accountId: string): Promise<Signer | null> {
  const row = await ctx.database.read
    .selectFrom('account_keys')
    .select(['key_id', 'rsa_private'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined || row.rsa_private === null) return null;
  return { keyId: row.key_id, privateKey: importPrivateKey(row.rsa_private) };
}
