// Scopes in words that people understand.

const objects: Record<string, string> = {
  accounts: 'accounts',
  blocks: 'whom you block',
  bookmarks: 'your bookmarks',
  collections: 'your collections',
  conversations: 'your conversations',
  favourites: 'what you like',
  filters: 'your filters',
  follows: 'whom you follow',
  lists: 'your lists',
  media: 'your uploads',
  mutes: 'whom you mute',
  notifications: 'your notifications',
  reports: 'reports',
  search: 'search results',
  statuses: 'posts',
  domain_allows: 'allowed servers',
  domain_blocks: 'blocked servers',
  ip_blocks: 'blocked addresses',
  email_domain_blocks: 'blocked e-mail providers',
  canonical_email_blocks: 'blocked e-mail addresses',
};

const whole: Record<string, string> = {
  read: 'read everything that you can read, also what is addressed to you alone',
  write: 'post, change and delete in your name, and change your profile',
  follow: 'follow, block and mute accounts for you',
  push: 'send you notifications',
  profile: 'read your name and picture',
  'admin:read': 'read everything that the staff of this server can read',
  'admin:write': 'do everything that the staff of this server can do',
};

/** One wish of an app. `grave` ones change things or reach what is private. */
export interface ScopeWords {
  text: string;
  grave: boolean;
}

/** What an app with these scopes could do, each wish once. */
export function describeScopes(scopes: readonly string[]): ScopeWords[] {
  const texts = new Map<string, ScopeWords>();
  for (const scope of scopes) {
    const text = whole[scope] ?? describePart(scope);
    texts.set(text, { text, grave: scope.startsWith('admin') || scope.startsWith('write') });
  }
  return [...texts.values()];
}

function describePart(scope: string): string {
  const object = objects[scope.split(':').at(-1) ?? ''] ?? scope;
  if (scope === 'write:statuses') return 'post, edit and delete in your name';
  if (scope === 'write:accounts') return 'change your profile';
  if (scope.startsWith('admin:read')) return `read as staff: ${object}`;
  if (scope.startsWith('admin:write')) return `change as staff: ${object}`;
  return scope.startsWith('read') ? `read ${object}` : `change ${object}`;
}
