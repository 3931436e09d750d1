// What an app may do, in the person's language. The server's words stand in for scopes that this app does not know.
import { t, type MessageKey } from '#web/lib/i18n.ts';

const whole: Readonly<Record<string, MessageKey>> = {
  read: 'scope.read',
  write: 'scope.write',
  follow: 'scope.follow',
  push: 'scope.push',
  profile: 'scope.profile',
  'write:statuses': 'scope.posting',
  'write:accounts': 'scope.editProfile',
  'admin:read': 'scope.staffRead',
  'admin:write': 'scope.staffWrite',
};

const objects: Readonly<Record<string, MessageKey>> = {
  accounts: 'scope.accounts',
  blocks: 'scope.blocks',
  bookmarks: 'scope.bookmarks',
  collections: 'scope.collections',
  conversations: 'scope.conversations',
  favourites: 'scope.likes',
  filters: 'scope.filters',
  follows: 'scope.follows',
  lists: 'scope.lists',
  media: 'scope.media',
  mutes: 'scope.mutes',
  notifications: 'scope.notifications',
  reports: 'scope.reports',
  search: 'scope.search',
  statuses: 'scope.posts',
};

/** One line for each thing that the scopes allow; `fallback` has the server's own words. */
export function scopeWords(scopes: readonly string[], fallback: readonly string[]): string[] {
  const lines = scopes.map(describe);
  const known = lines.filter((line) => line !== null);
  return known.length === lines.length ? [...new Set(known)] : [...fallback];
}

function describe(scope: string): string | null {
  const key = whole[scope];
  if (key) return t(key);
  const [verb = '', object = ''] = scope.split(':');
  const about = objects[object];
  if (!about || (verb !== 'read' && verb !== 'write')) return null;
  return t(verb === 'read' ? 'scope.readPart' : 'scope.writePart', { object: t(about) });
}
