// Who may sign in, what a token may reach, and what a password, an address and a role must be. No I/O.
import { isReservedUsername, isUsername } from '#server/platform/text.ts';
import type { FieldError } from '#server/platform/errors.ts';
import { roles, type Role } from './entities.ts';

const objects = {
  read: 'accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses',
  write:
    'accounts blocks bookmarks collections conversations favourites filters follows lists media mutes notifications reports statuses',
  admin: 'accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks',
};

const below = (parent: string, list: string): string[] => [
  parent,
  ...list.split(' ').map((object) => `${parent}:${object}`),
];

/** Every scope that an app may ask for. @see https://docs.joinmastodon.org/api/oauth-scopes/ */
export const allScopes: readonly string[] = [
  ...below('read', objects.read),
  ...below('write', objects.write),
  'follow',
  'push',
  'profile',
  ...below('admin:read', objects.admin),
  ...below('admin:write', objects.admin),
];

/** What the web app's own token may reach; the admin scopes count for staff only. */
export const webScopes: readonly string[] = ['read', 'write', 'follow', 'push', 'admin:read', 'admin:write'];

/** The scopes in a text separated by spaces or `+`, each once; null when one does not exist. An absent text means `read`. */
export function parseScopes(text: string | undefined): string[] | null {
  const words = [...new Set((text ?? '').split(/[\s+]+/).filter((word) => word !== ''))];
  if (words.length === 0) return ['read'];
  return words.every((word) => allScopes.includes(word)) ? words : null;
}

/** True when every wanted scope is granted, itself or by the scope above it. */
export function areWithin(wanted: readonly string[], granted: readonly string[]): boolean {
  return wanted.every((scope) => granted.includes(scope) || granted.some((wider) => scope.startsWith(`${wider}:`)));
}

/** The scopes that count for that role: nobody gains power over others by a token that names it. */
export function effectiveScopes(scopes: readonly string[], role: Role | null): string[] {
  const isStaff = role !== null && role !== 'user';
  return scopes.filter((scope) => isStaff || !scope.startsWith('admin:'));
}

/** What decides whether a login may be used. */
export interface Standing {
  opened: boolean;
  emailConfirmedAt: Date | null;
  approvedAt: Date | null;
  disabledAt: Date | null;
  suspendedAt: Date | null;
  /** When its owner asked to delete it. */
  leavingAt: Date | null;
}

/** Why the login may not be used, in words for its owner; null when it may. `mailDelivers`: without it nobody can confirm an address. */
export function refusalOf(standing: Standing, mailDelivers: boolean): string | null {
  if (standing.suspendedAt !== null) return 'Your account is suspended';
  if (standing.disabledAt !== null) return 'Your login is currently disabled';
  if (standing.leavingAt !== null) return 'Your account is about to be deleted; sign in to keep it';
  if (standing.opened) return null;
  if (mailDelivers && standing.emailConfirmedAt === null) return 'Your login is missing a confirmed e-mail address';
  return 'Your login is currently pending approval';
}

/** As `refusalOf` for somebody who signs in: whoever is leaving stays by it. */
export function signInRefusalOf(standing: Standing, mailDelivers: boolean): string | null {
  return refusalOf(
    standing.leavingAt === null ? standing : { ...standing, leavingAt: null, opened: true },
    mailDelivers,
  );
}

/** True when nothing stands between a login and its first use any more. */
export function isReady(standing: Pick<Standing, 'emailConfirmedAt' | 'approvedAt'>, mailDelivers: boolean): boolean {
  return standing.approvedAt !== null && (standing.emailConfirmedAt !== null || !mailDelivers);
}

/** What is wrong with a new user name; null when nothing is. `mayBeReserved` lets the command line give names such as `admin`. */
export function usernameFault(username: string, mayBeReserved = false): FieldError | null {
  if (username === '') return { error: 'ERR_BLANK', description: 'Please choose a user name' };
  if (username.length > 30)
    return { error: 'ERR_TOO_LONG', description: 'The user name may have at most 30 characters' };
  if (!isUsername(username))
    return {
      error: 'ERR_INVALID',
      description: 'The user name may hold letters (a to z), digits and underscores only',
    };
  if (!mayBeReserved && isReservedUsername(username))
    return { error: 'ERR_RESERVED', description: 'This user name is kept for the people who run the server' };
  return null;
}

/** What is wrong with an e-mail address; null when nothing is. One plain mailbox: no quotes, routes, comments or line breaks. */
export function emailFault(email: string): FieldError | null {
  if (email === '') return { error: 'ERR_BLANK', description: 'Please give an e-mail address' };
  const isPlain =
    email.length <= 254 &&
    /^[\p{L}\p{N}!#$&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.)*[\p{L}\p{N}][\p{L}\p{N}-]{0,62}$/u.test(
      email,
    );
  return isPlain ? null : { error: 'ERR_INVALID', description: 'This is not an e-mail address' };
}

/** What is wrong with a new password; null when nothing is. */
export function passwordFault(password: string, person: { username: string; email: string }): FieldError | null {
  const length = Array.from(password).length;
  if (length === 0) return { error: 'ERR_BLANK', description: 'Please choose a password' };
  if (length < 8) return { error: 'ERR_TOO_SHORT', description: 'The password must have at least 8 characters' };
  if (length > 256) return { error: 'ERR_TOO_LONG', description: 'The password may have at most 256 characters' };
  const word = password.toLowerCase();
  const isGuess = [person.username, person.email, person.email.split('@')[0]].some(
    (text) => text !== undefined && text.toLowerCase() === word,
  );
  return isGuess
    ? { error: 'ERR_INVALID', description: 'The password must not be the user name or the e-mail address' }
    : null;
}

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

const forbiddenSchemes = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'view-source:',
  'filesystem:',
]);

/** The address that shows the code on a page instead of redirecting. */
export const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

/** True for an address to which codes may be sent: absolute, without fragment, user name and dangerous scheme. */
export function isRedirectUri(uri: string): boolean {
  if (uri === outOfBand) return true;
  if (uri.length > 2000 || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return false;
  const { protocol, hash, username, password, hostname } = new URL(uri);
  if (forbiddenSchemes.has(protocol) || hash !== '' || uri.includes('#') || username !== '' || password !== '')
    return false;
  return hostname !== '' || !/^https?:$/.test(protocol);
}
