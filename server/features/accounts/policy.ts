// What a profile may hold, and which accounts anybody may see: as code and as its SQL twin.
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** The most that a profile here may hold, in characters (names, texts), pixels (pictures) and bytes (uploads). */
export const profileLimits = {
  displayName: 50,
  bio: 1000,
  fields: 8,
  fieldName: 255,
  fieldValue: 1000,
  pictureDescription: 1500,
  attributionDomains: 100,
  uploadBytes: 8 * 1024 * 1024,
  avatar: { width: 400, height: 400 },
  header: { width: 1500, height: 500 },
} as const;

/** What decides whether an account is seen. */
export interface AccountStanding {
  opened: boolean;
  suspendedAt: Date | null;
  deletedAt: Date | null;
}

/** True for an account that exists for others: opened by its owner and not deleted. A suspended one exists, emptied. */
export function isKnown(account: AccountStanding): boolean {
  return account.opened && account.deletedAt === null;
}

/** True for an account that may act and be acted upon. */
export function isActive(account: AccountStanding): boolean {
  return isKnown(account) && account.suspendedAt === null;
}

/** SQL twin of `isKnown`; `table` is the name or alias of accounts in the statement. */
export function knownAccounts(table = 'accounts'): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${table}.opened`)} and ${sql.ref(`${table}.deleted_at`)} is null)`;
}

/** SQL twin of `isActive`. */
export function activeAccounts(table = 'accounts'): RawBuilder<boolean> {
  return sql<boolean>`(${knownAccounts(table)} and ${sql.ref(`${table}.suspended_at`)} is null)`;
}

/** The name of a site in lower-case ASCII, from `example.org` or from `https://Example.org/` as people paste it; null when it is none. */
export function siteName(text: string): string | null {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  if (!/^[^\s/?#@:\\]{1,253}$/u.test(name)) return null;
  return URL.parse(`https://${name}`)?.hostname ?? null;
}

/** `name` for our own accounts, `name@domain` for others: how clients write a handle. */
export function handleOf(account: { username: string; domain: string | null }): string {
  return account.domain === null ? account.username : `${account.username}@${account.domain}`;
}
