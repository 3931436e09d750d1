// Changing one's profile. Only what is given changes: a client that knows fewer fields must not wipe the others.
import { randomBytes } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { emojisIn } from '#server/features/emojis/queries.ts';
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound, type FieldErrors } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { cutPicture } from '#server/platform/media/pictures-cut.ts';
import { cleanName, extractMentions, plainToHtml } from '#server/platform/text.ts';
import type { AccountKind, PictureReference, ProfileField } from '../entities.ts';
import { handleOf, profileLimits, siteName } from '../policy.ts';
import { findAccount, findAccountsByHandles, type AccountView } from '../queries.ts';

/** What may change; absent means: stays. Texts are plain. */
export interface ProfileChange {
  displayName?: string;
  bio?: string;
  /** All fields there shall be, in order; those without a name and value are dropped. */
  fields?: Array<{ name: string; value: string }>;
  locked?: boolean;
  bot?: boolean;
  discoverable?: boolean;
  indexable?: boolean;
  hideCollections?: boolean;
  /** Which tabs the profile page has. */
  showMedia?: boolean;
  showMediaReplies?: boolean;
  showFeatured?: boolean;
  /** Sites whose pages may name the account as their author. */
  attributionDomains?: string[];
  /** The bytes of an uploaded picture, or null to have none. */
  avatar?: Buffer | null;
  header?: Buffer | null;
  avatarDescription?: string;
  headerDescription?: string;
}

type PictureKind = 'avatar' | 'header';

/**
 * Changes the profile of a local account and tells the others. Pictures are cut to the server's sizes first; former ones go afterwards.
 * @throws {Invalid} with the reason for each field; nothing is changed then
 */
export async function updateProfile(ctx: AppContext, accountId: string, change: ProfileChange): Promise<void> {
  const account = await findAccount(ctx, accountId);
  if (!account || account.domain !== null) throw new NotFound('Record not found');
  checkTexts(change);
  const avatar = await storePicture(ctx, account, 'avatar', change.avatar, change.avatarDescription);
  const header = await storePicture(ctx, account, 'header', change.header, change.headerDescription);
  const bioHtml = change.bio === undefined ? undefined : await renderBio(ctx, change.bio);
  const emojis = await emojisOf(ctx, account, change);
  await ctx.database.write(async (tx) => {
    await writeProfile(ctx, tx, account, change, { avatar, header, bioHtml, emojis });
    await tx.emit('account.updated', { accountId });
  });
  for (const [former, present] of [[account.avatar, avatar] as const, [account.header, header] as const]) {
    if (present !== undefined && former?.key !== undefined && former.key !== present?.key)
      await ctx.files.delete(former.key);
  }
}

interface Prepared {
  avatar: PictureReference | null | undefined;
  header: PictureReference | null | undefined;
  bioHtml: string | undefined;
  emojis: EmojiReference[] | undefined;
}

async function writeProfile(
  ctx: AppContext,
  tx: Transaction,
  account: AccountView,
  change: ProfileChange,
  prepared: Prepared,
): Promise<void> {
  const { avatar, header, bioHtml, emojis } = prepared;
  await tx.sql
    .updateTable('accounts')
    .set({
      updated_at: ctx.clock(),
      ...(change.displayName === undefined
        ? {}
        : { display_name: cleanName(change.displayName, profileLimits.displayName) }),
      ...(change.bio === undefined || bioHtml === undefined ? {} : { bio: change.bio.trim(), bio_html: bioHtml }),
      ...(change.fields === undefined ? {} : { fields: json(keptFields(account.fields, change.fields)) }),
      ...(emojis === undefined ? {} : { emojis: json(emojis) }),
      ...(change.locked === undefined ? {} : { locked: change.locked }),
      ...(change.bot === undefined ? {} : { kind: kindFor(account.kind, change.bot) }),
      ...(change.discoverable === undefined ? {} : { discoverable: change.discoverable }),
      ...(change.indexable === undefined ? {} : { indexable: change.indexable }),
      ...(change.hideCollections === undefined ? {} : { hide_collections: change.hideCollections }),
      ...shownTabs(change),
      ...(change.attributionDomains === undefined
        ? {}
        : { attribution_domains: json(change.attributionDomains.flatMap((site) => siteName(site) ?? [])) }),
      ...(avatar === undefined ? {} : { avatar: json(avatar) }),
      ...(header === undefined ? {} : { header: json(header) }),
    })
    .where('id', '=', account.id)
    .execute();
}

/** The emoji of all texts, when one of them changes. */
async function emojisOf(
  ctx: AppContext,
  account: AccountView,
  { displayName, bio, fields }: ProfileChange,
): Promise<EmojiReference[] | undefined> {
  if (displayName === undefined && bio === undefined && fields === undefined) return undefined;
  const shown = (fields ?? account.fields).flatMap(({ name, value }) => [name, value]);
  return emojisIn(ctx, [displayName ?? account.displayName, bio ?? account.bio, ...shown]);
}

function shownTabs(change: ProfileChange) {
  return {
    ...(change.showMedia === undefined ? {} : { show_media: change.showMedia }),
    ...(change.showMediaReplies === undefined ? {} : { show_media_replies: change.showMediaReplies }),
    ...(change.showFeatured === undefined ? {} : { show_featured: change.showFeatured }),
  };
}

/** A value for a jsonb column: the driver would send a list as a PostgreSQL array. */
function json<Value>(value: Value): RawBuilder<Value> {
  return sql<Value>`${value === null ? null : JSON.stringify(value)}::jsonb`;
}

function checkTexts(change: ProfileChange): void {
  const details: FieldErrors = {};
  const check = (name: string, text: string | undefined, max: number): void => {
    if (text === undefined || Array.from(text).length <= max) return;
    details[name] = [{ error: 'ERR_TOO_LONG', description: `${name} is too long (at most ${max} characters)` }];
  };
  check('display_name', change.displayName, profileLimits.displayName);
  check('note', change.bio, profileLimits.bio);
  check('avatar_description', change.avatarDescription, profileLimits.pictureDescription);
  check('header_description', change.headerDescription, profileLimits.pictureDescription);
  for (const field of change.fields ?? []) {
    check('fields', field.name, profileLimits.fieldName);
    check('fields', field.value, profileLimits.fieldValue);
  }
  if ((change.fields ?? []).filter(isFilled).length > profileLimits.fields) {
    details.fields = [{ error: 'ERR_TOO_LONG', description: `there may be at most ${profileLimits.fields} fields` }];
  }
  const sites = (change.attributionDomains ?? []).map(siteName);
  if (sites.some((site) => site === null || !/\.[^.]{2,63}$/u.test(site))) {
    details.attribution_domains = [{ error: 'ERR_INVALID', description: 'attribution_domains must be names of sites' }];
  }
  if (sites.length > profileLimits.attributionDomains) {
    const description = `there may be at most ${profileLimits.attributionDomains} attribution_domains`;
    details.attribution_domains = [{ error: 'ERR_TOO_LONG', description }];
  }
  const reasons = Object.values(details).flat();
  if (reasons.length === 0) return;
  throw new Invalid(`Validation failed: ${reasons.map((reason) => reason.description).join(', ')}`, { details });
}

function isFilled(field: { name: string; value: string }): boolean {
  return field.name.trim() !== '' || field.value.trim() !== '';
}

/** The new fields; one that stays as it was keeps the moment at which its link was verified. */
function keptFields(former: ProfileField[], fields: Array<{ name: string; value: string }>): ProfileField[] {
  return fields.filter(isFilled).map((field) => {
    const name = cleanName(field.name, profileLimits.fieldName);
    const value = cleanName(field.value, profileLimits.fieldValue);
    const same = former.find((entry) => entry.name === name && entry.value === value);
    return { name, value, verifiedAt: same?.verifiedAt ?? null };
  });
}

function kindFor(kind: AccountKind, bot: boolean): AccountKind {
  if (bot) return 'service';
  return kind === 'service' ? 'person' : kind;
}

/** Undefined: stays. Stores a new picture under an unguessable key. */
async function storePicture(
  ctx: AppContext,
  account: AccountView,
  kind: PictureKind,
  upload: Buffer | null | undefined,
  description: string | undefined,
): Promise<PictureReference | null | undefined> {
  if (upload === null) return null;
  if (upload === undefined) {
    const former = account[kind];
    return former === null || description === undefined
      ? undefined
      : { ...former, description: cleanText(description) };
  }
  if (upload.length > profileLimits.uploadBytes) throw tooLarge(kind);
  const picture = await cutPicture(kind, upload, profileLimits[kind]);
  const key = `accounts/${account.id}/${kind}-${randomBytes(16).toString('hex')}.webp`;
  await ctx.files.put(key, picture.content, picture.contentType);
  return { key, description: cleanText(description ?? '') };
}

function cleanText(text: string): string {
  return cleanName(text, profileLimits.pictureDescription);
}

function tooLarge(kind: PictureKind): Invalid {
  const description = `${kind} is too large (at most ${profileLimits.uploadBytes / 1024 / 1024} MB)`;
  return new Invalid(`Validation failed: ${description}`, {
    details: { [kind]: [{ error: 'ERR_TOO_LONG', description }] },
  });
}

/** The bio as HTML, with links to people whom this server knows; strangers stay text. */
async function renderBio(ctx: AppContext, bio: string): Promise<string> {
  const handles = extractMentions(bio).slice(0, 50);
  const accounts = await findAccountsByHandles(ctx, handles);
  const byHandle = new Map(accounts.map((account) => [handleOf(account).toLowerCase(), account]));
  const ownDomain = `@${ctx.config.handleDomain.toLowerCase()}`;
  return plainToHtml(bio, {
    mentions(handle) {
      const account = byHandle.get(handle.toLowerCase().replace(ownDomain, ''));
      return account ? { url: account.url ?? account.uri, name: account.username } : null;
    },
    tagUrl: addresses(ctx.config).tagPage,
  });
}
