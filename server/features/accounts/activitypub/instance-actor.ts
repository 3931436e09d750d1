// The server's own account: it signs what no person asks for, such as fetching an unknown actor. It follows nobody.
import type { AppContext } from '#server/context.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Signer } from '#server/platform/fediverse/documents.ts';
import { importPrivateKey } from '#server/platform/fediverse/keys.ts';
import { accountView, type AccountView } from '../queries.ts';
import { makeAccountKeys } from '../service/create.ts';

/** The dot keeps it apart from names that people can have. */
export const instanceUsername = 'instance.actor';

const signers = new WeakMap<AppContext['config'], Promise<Signer>>();

/** Signs in the name of the server. The account is made on first use; when two processes make it at once, one wins. */
export function instanceSigner(ctx: AppContext): Promise<Signer> {
  const known = signers.get(ctx.config);
  if (known !== undefined) return known;
  const found = readSigner(ctx);
  signers.set(ctx.config, found);
  found.catch(() => signers.delete(ctx.config));
  return found;
}

async function readSigner(ctx: AppContext): Promise<Signer> {
  const { id } = await ensureInstanceActor(ctx);
  const row = await ctx.database.read
    .selectFrom('account_keys')
    .select(['key_id', 'rsa_private'])
    .where('account_id', '=', id)
    .executeTakeFirstOrThrow();
  return { keyId: row.key_id, privateKey: importPrivateKey(row.rsa_private ?? '') };
}

/** The server's account, made when it is not there yet. */
export async function ensureInstanceActor(ctx: AppContext): Promise<AccountView> {
  const present = await findInstanceActor(ctx);
  if (present !== null) return present;
  await createInstanceActor(ctx);
  const made = await findInstanceActor(ctx);
  if (made === null) throw new Error('the instance actor could not be made');
  return made;
}

async function findInstanceActor(ctx: AppContext): Promise<AccountView | null> {
  const row = await ctx.database.read
    .selectFrom('accounts')
    .selectAll()
    .where('uri', '=', addresses(ctx.config).instanceActor)
    .executeTakeFirst();
  return row ? accountView(row) : null;
}

async function createInstanceActor(ctx: AppContext): Promise<void> {
  const at = addresses(ctx.config);
  const keys = await makeAccountKeys();
  const id = ctx.newId();
  const now = ctx.clock();
  await ctx.database.write(async (tx) => {
    const made = await tx.sql
      .insertInto('accounts')
      .values({
        id,
        username: instanceUsername,
        kind: 'application',
        uri: at.instanceActor,
        url: `${ctx.config.origin}/about`,
        inbox_url: at.sharedInbox,
        shared_inbox_url: at.sharedInbox,
        outbox_url: `${at.instanceActor}/outbox`,
        locked: true,
        discoverable: false,
        created_at: now,
        updated_at: now,
      })
      .onConflict((is) => is.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) return;
    await tx.sql
      .insertInto('account_keys')
      .values({
        account_id: id,
        key_id: `${at.instanceActor}#main-key`,
        rsa_public: keys.rsaPublic,
        rsa_private: keys.rsaPrivate,
        ed_key_id: `${at.instanceActor}#multikey-1`,
        ed_public: keys.edPublic,
        ed_private: keys.edPrivate,
        fetched_at: now,
      })
      .execute();
  });
}
