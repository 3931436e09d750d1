// Scopes in words that people understand.
import type { Language } from '#server/platform/http/language.ts';

interface ScopeTable {
  /** What a scope as a whole allows. */
  whole: Record<string, string>;
  /** What a part of a scope is about. */
  objects: Record<string, string>;
  part: (verb: 'read' | 'write', isStaff: boolean, object: string) => string;
}

const en: ScopeTable = {
  whole: {
    read: 'read everything that you can read, also what is addressed to you alone',
    write: 'post, change and delete in your name, and change your profile',
    follow: 'follow, block and mute accounts for you',
    push: 'send you notifications',
    profile: 'read your name and picture',
    'admin:read': 'read everything that the staff of this server can read',
    'admin:write': 'do everything that the staff of this server can do',
    'write:statuses': 'post, edit and delete in your name',
    'write:accounts': 'change your profile',
  },
  objects: {
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
  },
  part: (verb, isStaff, object) => {
    const does = verb === 'read' ? 'read' : 'change';
    return isStaff ? `${does} as staff: ${object}` : `${does} ${object}`;
  },
};

const de: ScopeTable = {
  whole: {
    read: 'alles lesen, was du lesen kannst, auch was nur an dich gerichtet ist',
    write: 'in deinem Namen schreiben, ändern und löschen und dein Profil ändern',
    follow: 'für dich Konten folgen, sie blockieren und stummschalten',
    push: 'dir Mitteilungen schicken',
    profile: 'deinen Namen und dein Bild lesen',
    'admin:read': 'alles lesen, was das Team dieses Servers lesen kann',
    'admin:write': 'alles tun, was das Team dieses Servers tun kann',
    'write:statuses': 'in deinem Namen schreiben, bearbeiten und löschen',
    'write:accounts': 'dein Profil ändern',
  },
  objects: {
    accounts: 'Konten',
    blocks: 'wen du blockierst',
    bookmarks: 'deine Lesezeichen',
    collections: 'deine Sammlungen',
    conversations: 'deine Unterhaltungen',
    favourites: 'was dir gefällt',
    filters: 'deine Filter',
    follows: 'wem du folgst',
    lists: 'deine Listen',
    media: 'deine Uploads',
    mutes: 'wen du stummschaltest',
    notifications: 'deine Mitteilungen',
    reports: 'Meldungen',
    search: 'Suchergebnisse',
    statuses: 'Beiträge',
    domain_allows: 'erlaubte Server',
    domain_blocks: 'gesperrte Server',
    ip_blocks: 'gesperrte Adressen',
    email_domain_blocks: 'gesperrte E-Mail-Anbieter',
    canonical_email_blocks: 'gesperrte E-Mail-Adressen',
  },
  part: (verb, isStaff, object) => `${verb === 'read' ? 'lesen' : 'ändern'}${isStaff ? ' als Team' : ''}: ${object}`,
};

const tables: Record<Language, ScopeTable> = { en, de };

/** One wish of an app. `grave` ones change things or reach what is private. */
export interface ScopeWords {
  text: string;
  grave: boolean;
}

/** What an app with these scopes could do, each wish once. */
export function describeScopes(scopes: readonly string[], language: Language): ScopeWords[] {
  const texts = new Map<string, ScopeWords>();
  for (const scope of scopes) {
    const text = tables[language].whole[scope] ?? describePart(scope, tables[language]);
    texts.set(text, { text, grave: scope.startsWith('admin') || scope.startsWith('write') });
  }
  return [...texts.values()];
}

function describePart(scope: string, { objects, part }: ScopeTable): string {
  const object = objects[scope.split(':').at(-1) ?? ''] ?? scope;
  const isStaff = scope.startsWith('admin:');
  const verb = /^(?:admin:)?read/.test(scope) ? 'read' : 'write';
  return part(verb, isStaff, object);
}
