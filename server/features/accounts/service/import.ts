// Writing accounts of other servers: as their own server describes them, again and again.
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { hostsOf, standingOf } from '#server/features/domains/policy.ts';
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';
import { Conflict, Gone } from '#server/platform/errors.ts';
import type { AccountKind, PictureReference, ProfileField } from '../entities.ts';

/** A remote actor in our own words; addresses are normalised, HTML is safe. */
export interface RemoteActor {
  uri: string;
  /** `preferredUsername`: by itself no handle, since the domain that goes with it must agree. */
  username: string;
  /** The handle that the actor claims (FEP-2c59), not verified. */
  claimedHandle: string | null;
  kind: AccountKind;
  url: string | null;
  inboxUrl: string;
  sharedInboxUrl: string | null;
  outboxUrl: string | null;
  followersUrl: string | null;
  followingUrl: string | null;
  featuredUrl: string | null;
  displayName: string;
  bioHtml: string;
  fields: ProfileField[];
  emojis: EmojiReference[];
  avatar: PictureReference | null;
  header: PictureReference | null;
  locked: boolean;
  discoverable: boolean;
  indexable: boolean;
  alsoKnownAs: string[];
  /** Sites whose pages may name this account as their author. */
  attributionDomains: string[];
  movedToUri: string | null;
  createdAt: Date | null;
  /** The key that the actor presents as its own, if we can use it. */
  key: RemoteKey | null;
}

export interface RemoteKey {
  keyId: string;
  rsaPublic: string;
  edKeyId: string | null;
  /** A Multikey. */
  edPublic: string | null;
}

/** A remote actor with the domain that its handle was verified for. */
export interface ImportedAccount extends RemoteActor {
  domain: string;
}

/**
 * Writes a remote account, new or again, with its key, and returns its id. Emits `account.updated` when an account that
 * was known shows something new.
 * @throws {Conflict} when another account has that handle
 * @throws {Gone} when the account was deleted: it never comes back
 */
export async function importAccount(ctx: AppContext, account: ImportedAccount): Promise<string> {
  const { id, changed } = await ctx.database.write(async (tx) => {
    await refuseTaken(tx, account);
    const written = await upsert(ctx, tx, account);
    if (account.key !== null) await writeKey(ctx, tx, written.id, account.key);
    if (written.changed) await tx.emit('account.updated', { accountId: written.id });
    return written;
  });
  if (changed) await ctx.fragments.drop([`account:${id}`]);
  return id;
}

async function refuseTaken(tx: Transaction, account: ImportedAccount): Promise<void> {
  const { rows } = await sql<{ uri: string; deleted: boolean }>`
    select uri, deleted_at is not null as deleted from accounts
    where uri = ${account.uri} or (lower(username) = lower(${account.username}) and coalesce(lower(domain), '') = lower(${account.domain}))`.execute(
    tx.sql,
  );
  if (rows.some((row) => row.uri === account.uri && row.deleted)) throw new Gone('This account has been deleted.');
  if (rows.some((row) => row.uri !== account.uri)) throw new Conflict('Another account has this handle.');
}

async function upsert(
  ctx: AppContext,
  tx: Transaction,
  account: ImportedAccount,
): Promise<{ id: string; changed: boolean }> {
  const now = ctx.clock();
  const hasMedia = !hostsOf(account).some((host) => ctx.domains.rejectsMedia(host));
  const isLimited = standingOf(ctx.domains, account) === 'limited';
  const limited = isLimited ? { limited_at: now, limited_by_domain: true } : {};
  const shown = {
    username: account.username,
    domain: account.domain,
    kind: account.kind,
    url: account.url,
    display_name: account.displayName,
    bio_html: account.bioHtml,
    fields: json(account.fields),
    emojis: json(hasMedia ? account.emojis : []),
    avatar: json(hasMedia ? account.avatar : null),
    header: json(hasMedia ? account.header : null),
    locked: account.locked,
    discoverable: account.discoverable,
    indexable: account.indexable,
    also_known_as: json(account.alsoKnownAs),
    attribution_domains: json(account.attributionDomains),
    moved_to_uri: account.movedToUri,
  };
  const reached = {
    inbox_url: account.inboxUrl,
    shared_inbox_url: account.sharedInboxUrl,
    outbox_url: account.outboxUrl,
    followers_url: account.followersUrl,
    following_url: account.followingUrl,
    featured_url: account.featuredUrl,
    fetched_at: now,
  };
  const createdAt = account.createdAt !== null && account.createdAt < now ? account.createdAt : now;
  const made = await tx.sql
    .insertInto('accounts')
    .values({
      id: ctx.newId(),
      uri: account.uri,
      ...shown,
      ...reached,
      ...limited,
      created_at: createdAt,
      updated_at: now,
    })
    .onConflict((is) => is.column('uri').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) return { id: made.id, changed: false };
  const changed = await tx.sql
    .updateTable('accounts')
    .set({ ...shown, updated_at: now })
    .where('uri', '=', account.uri)
    .where(sql<boolean>`(${columns(shown)}) is distinct from (${values(shown)})`)
    .returning('id')
    .executeTakeFirst();
  const present = await tx.sql
    .updateTable('accounts')
    .set(reached)
    .where('uri', '=', account.uri)
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: present.id, changed: changed !== undefined };
}

function columns(row: Record<string, unknown>): RawBuilder<unknown> {
  return sql.join(Object.keys(row).map((name) => sql.ref(name)));
}

function values(row: Record<string, unknown>): RawBuilder<unknown> {
  return sql.join(Object.values(row).map((value) => (isBuilder(value) ? value : sql`${value}`)));
}

function isBuilder(value: unknown): value is RawBuilder<unknown> {
  return typeof value === 'object' && value !== null && 'toOperationNode' in value;
}

/** A key that another account holds stays with it. */
async function writeKey(ctx: AppContext, tx: Transaction, accountId: string, key: RemoteKey): Promise<void> {
  await sql`
    insert into account_keys (account_id, key_id, rsa_public, ed_key_id, ed_public, fetched_at)
    select ${accountId}::bigint, ${key.keyId}, ${key.rsaPublic}, ${key.edKeyId}, ${key.edPublic}, ${ctx.clock()}
    where not exists (select from account_keys where key_id = ${key.keyId} and account_id <> ${accountId})
    on conflict (account_id) do update set key_id = excluded.key_id, rsa_public = excluded.rsa_public,
      ed_key_id = excluded.ed_key_id, ed_public = excluded.ed_public, fetched_at = excluded.fetched_at`.execute(tx.sql);
}

function json<Value>(value: Value): RawBuilder<Value> {
  return sql<Value>`${value === null ? null : JSON.stringify(value)}::jsonb`;
}

/** Marks a remote account as deleted: nobody sees it any more. Its follows and posts go by `account.removed`. */
export async function removeRemoteAccount(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const removed = await tx.sql
      .updateTable('accounts')
      .set({
        deleted_at: ctx.clock(),
        display_name: '',
        bio_html: '',
        fields: json([]),
        avatar: json(null),
        header: json(null),
      })
      .where('id', '=', id)
      .where('domain', 'is not', null)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (removed) await tx.emit('account.removed', { accountId: id });
  });
  await ctx.fragments.drop([`account:${id}`]);
}
