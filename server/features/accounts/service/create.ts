// Opening a local account: its row, its addresses and the keys that sign for it.
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { generateEd25519Keys, generateRsaKeys } from '#server/platform/fediverse/keys.ts';
import type { AccountKind } from '../entities.ts';

/** Key pairs as PEM texts: SPKI for the public, PKCS #8 for the private half. */
export interface AccountKeys {
  rsaPublic: string;
  rsaPrivate: string;
  edPublic: string;
  edPrivate: string;
}

export interface NewAccount {
  /** Checked by the caller: ASCII letters, digits and underscores. */
  username: string;
  kind?: AccountKind;
  displayName?: string;
  locked?: boolean;
  discoverable?: boolean;
  /** False for a sign-up that still waits; nobody sees the account until `openAccount`. */
  opened?: boolean;
  /** From `makeAccountKeys`, made before the transaction: RSA keys take a tenth of a second. Made here when absent. */
  keys?: AccountKeys;
}

/** New keys for an account: RSA-2048, which every server verifies, and Ed25519 for those that know it. */
export async function makeAccountKeys(): Promise<AccountKeys> {
  const [rsa, ed] = await Promise.all([generateRsaKeys(), generateEd25519Keys()]);
  return {
    rsaPublic: rsa.publicKeyPem,
    rsaPrivate: rsa.privateKeyPem,
    edPublic: ed.publicKeyPem,
    edPrivate: ed.privateKeyPem,
  };
}

/**
 * Writes a local account with its keys and returns its id. An account that is open at once emits `account.opened`.
 * A name that is taken fails as a unique violation of `accounts_handle`.
 */
export async function createAccount(tx: Transaction, ctx: AppContext, account: NewAccount): Promise<string> {
  const keys = account.keys ?? (await makeAccountKeys());
  const id = ctx.newId();
  const now = ctx.clock();
  const at = addresses(ctx.config);
  const opened = account.opened ?? true;
  await tx.sql
    .insertInto('accounts')
    .values({
      id,
      username: account.username,
      kind: account.kind ?? 'person',
      uri: at.user(id),
      url: at.profilePage(account.username),
      inbox_url: at.inbox(id),
      shared_inbox_url: at.sharedInbox,
      outbox_url: at.outbox(id),
      followers_url: at.followers(id),
      following_url: at.following(id),
      featured_url: at.featured(id),
      display_name: account.displayName ?? '',
      opened,
      locked: account.locked ?? false,
      discoverable: account.discoverable ?? true,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await tx.sql
    .insertInto('account_keys')
    .values({
      account_id: id,
      key_id: at.mainKey(id),
      rsa_public: keys.rsaPublic,
      rsa_private: keys.rsaPrivate,
      ed_key_id: at.multikey(id),
      ed_public: keys.edPublic,
      ed_private: keys.edPrivate,
      fetched_at: now,
    })
    .execute();
  if (opened) await tx.emit('account.opened', { accountId: id });
  return id;
}

/** Lets everybody see an account whose owner confirmed and was approved; once is enough. */
export async function openAccount(tx: Transaction, accountId: string): Promise<void> {
  const { numUpdatedRows } = await tx.sql
    .updateTable('accounts')
    .set({ opened: true })
    .where('id', '=', accountId)
    .where('opened', '=', false)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) await tx.emit('account.opened', { accountId });
}

/** Hides an account whose owner wants to leave; `openAccount` shows it again. */
export async function hideAccount(tx: Transaction, accountId: string): Promise<void> {
  await tx.sql.updateTable('accounts').set({ opened: false }).where('id', '=', accountId).execute();
  await tx.emit('account.hidden', { accountId });
}
