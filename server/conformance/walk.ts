// How to knock properly: for every door a person who may, and an address that exists.
import { call, type Answer } from '#server/testing/people.ts';
import type { TestServer } from '#server/testing/server.ts';
import { nameOf, type Door } from './doors.ts';
import { pushSubscription, sampleFor } from './samples.ts';
import { appToken, signInTo, type Town, otherHost } from './town.ts';

/** A token that opens the door: of the right person, with all scopes. Fresh, because some doors end it. Null where none is needed. */
export async function keyOf(server: TestServer, town: Town, door: Door): Promise<string | null> {
  if (door.access === null || door.access.who === 'open') return null;
  if (door.access.who === 'client') return appToken(server, town);
  const { accessToken } = await signInTo(server.ctx, visitorOf(town, door).accountId);
  // Each token has its own, so one that was made now has none yet.
  if (door.path === pushDoor && door.method !== 'POST')
    await call(server.origin, 'POST', pushDoor, { token: accessToken, body: pushSubscription });
  return accessToken;
}

const pushDoor = '/api/v1/push/subscription';

function visitorOf(town: Town, door: Door): Town['alice'] {
  if (door.access?.role) return town.olga;
  if (door.path.includes('sign-out')) return town.bob;
  if (door.path === '/api/auth/account') return town.carol;
  return door.path.includes('follow_requests') ? town.carol : town.alice;
}

/** The path of a door with ids of the town in it, and the query that it cannot do without. */
export function addressOf(door: Door, town: Town): string {
  const { path } = door;
  const filled = path
    .replace(':account_id', accountFor(door, town))
    .replace(':list_id', town.things.list)
    .replace(':import_id', town.things.import)
    .replace(':filter_id', town.things.filter)
    .replace(':id', idFor(door, town))
    .replace(':quoting_id', town.quoting)
    .replace(/:hashtag|:name/, 'birds')
    .replace(':host', otherHost)
    .replace(':emoji', encodeURIComponent('👍'))
    .replace(':group_key', door.method === 'GET' ? `ungrouped-${town.notification}` : 'like-1-1')
    .replace(':year', '2026')
    .replace(':date', '2026-01-01')
    .replace(/:\w+_id/, '1');
  const query =
    path === '/oauth/authorize'
      ? `response_type=code&client_id=${town.app.clientId}&redirect_uri=${redirectUri}`
      : (queries[path] ?? queries[`${door.method} ${path}`]);
  return query === undefined ? filled : `${filled}?${query}`;
}

function accountFor({ path }: Door, town: Town): string {
  if (path.includes('/admin/')) return town.waiting[path.endsWith('reject') ? 1 : 0] ?? '';
  return town.bob.accountId;
}

function idFor({ path, method }: Door, town: Town): string {
  // Reactions are to a post that no other door deletes.
  if (path.includes(':emoji')) return town.reply;
  if (path.includes('/email_domain_blocks/')) return town.servers.provider;
  if (path.includes('/domain_blocks/')) return town.servers.block;
  if (path.includes('/domain_allows/')) return town.servers.allow;
  if (path.includes('/notifications/requests/')) return town.requests[path.endsWith('dismiss') ? 1 : 0];
  if (path.includes('/notifications/')) return town.notification;
  if (path.includes('/polls/')) return town.poll;
  if (path.includes(':quoting_id')) return town.quoted;
  if (path.includes('/scheduled_statuses/')) return town.later.scheduled;
  if (path.includes('/conversations/')) return town.later.talk;
  if (path.includes('/drafts/')) return town.later.draft;
  if (path.includes('/media/')) return town.things.media;
  if (path.includes('/lists/')) return town.things.list;
  if (path.includes('/v1/featured_tags/')) return town.things.featuredTag;
  if (path.includes('/filters/statuses/')) return town.things.filterPost;
  if (path.includes('/v1/filters/')) return town.things.oldFilter;
  if (path.includes('/filters/keywords/')) return town.things.keyword;
  if (path.includes('/filters/')) return town.things.filter;
  // Two doors delete a post: each has one of its own.
  if (path.includes('/posts/') && method === 'DELETE') return town.posts.tagged;
  if (path.includes('/statuses/') || path.includes('/posts/')) return town.posts.plain;
  if (path.includes('/sessions/')) return town.session;
  if (path.includes('/auth/apps/')) return town.app.id;
  if (path.includes('/api/users/')) return town.alice.accountId;
  return (path.endsWith('/reject') ? town.olga : town.bob).accountId;
}

const redirectUri = encodeURIComponent('https://crier.example/back');

const queries: Record<string, string> = {
  '/api/v1/accounts/lookup': 'acct=bob',
  '/api/v1/accounts/search': 'q=bo',
  '/api/v1/search': 'q=bir',
  '/api/v1/timelines/link': 'url=https://birds.example/watch',
  '/api/v2/search': 'q=bir',
  '/api/v1/markers': 'timeline[]=home',
  'DELETE /api/v1/domain_blocks': 'domain=far.example',
  '/.well-known/webfinger': 'resource=acct:alice@localhost',
};

/** Doors that are no API for apps: supervisors, pages, files, other servers, endless answers. */
export function isForApps({ path, method }: Door): boolean {
  if (method === 'HEAD' || method === 'OPTIONS' || path.includes('*')) return false;
  if (
    /^\/api\/(docs|openapi|exports|v1\/streaming)/.test(path) ||
    path === '/oauth/authorize' ||
    path === '/oauth/style.css'
  )
    return false;
  return /^\/(api|oauth)\//.test(path);
}

/** Doors for those who hold a secret out of a letter or wait for one, or hold a key or a code, know the address of a post, bring a file,
 * move, or wait for other servers. Their stories are told in features/auth, features/media, features/emojis and features/relays, and in federation. */
export const byLetter = new Set([
  'POST /api/auth/confirm',
  'POST /api/auth/password-reset',
  'POST /api/auth/password',
  'POST /api/auth/email',
  'POST /api/auth/email/confirm',
  'POST /api/auth/email/restore',
  'POST /api/v1/emails/confirmations',
  'GET /api/v1/emails/check_confirmation',
  'GET /api/oembed',
  'POST /api/v1/media',
  'POST /api/v2/media',
  'POST /api/auth/sign-in/second-factor',
  'POST /api/auth/sign-in/passkey',
  'POST /api/auth/proof',
  'POST /api/auth/totp/confirm',
  'POST /api/auth/recovery-codes',
  'POST /api/auth/passkeys',
  'POST /api/auth/passkeys/challenge',
  'POST /api/auth/sign-in/second-factor/challenge',
  'PATCH /api/auth/passkeys/:id',
  'PUT /api/auth/passkeys/:id',
  'GET /api/v1_alpha/async_refreshes/:id',
  'POST /api/move',
  'DELETE /api/move/aliases',
  'POST /api/uploads',
  'HEAD /api/uploads/:token',
  'PATCH /api/uploads/:token',
  'DELETE /api/uploads/:token',
  'DELETE /api/auth/passkeys/:id',
  'POST /api/admin/emojis',
  'GET /api/admin/emojis/:id',
  'PATCH /api/admin/emojis/:id',
  'PUT /api/admin/emojis/:id',
  'DELETE /api/admin/emojis/:id',
  'POST /api/admin/relays',
  'POST /api/admin/relays/:id/pause',
  'POST /api/admin/relays/:id/resume',
  'DELETE /api/admin/relays/:id',
  'GET /api/v1/severed_relationships/:id/accounts',
  'GET /api/admin/domain-blocks/export',
  'POST /api/admin/block-lists',
  'POST /api/admin/block-lists/:id/refresh',
  'DELETE /api/admin/block-lists/:id',
  'POST /api/admin/domain-changes/:id/undo',
]);

/** An id as nobody writes it, though a number would be the same. */
const misspelt = (id: string): string[] => [`0${id}`, `%2B${id}`, `%20${id}`, `${id}%20`];

/** The addresses of a door with an id in them written otherwise, one at a time; none where it takes no id. */
export function misspeltAddresses(door: Door, town: Town): string[] {
  const names = door.path.split('/');
  const parts = addressOf(door, town)
    .split(/(?=\?)/u, 1)
    .join('')
    .split('/');
  return parts.flatMap((id, at) => {
    if (names[at]?.startsWith(':') !== true || !/^\d+$/u.test(id) || !/:(?:\w+_)?id$/u.test(names[at])) return [];
    return misspelt(id).map((wrong) => parts.with(at, wrong).join('/'));
  });
}

export interface Seen {
  door: Door;
  /** Whether somebody was signed in. */
  signedIn: boolean;
  answer: Answer;
}

/** What takes something away comes later, so that the others find it. */
function order(door: Door): number {
  const name = nameOf(door);
  if (name.includes('/auth/account')) return 6;
  if (name.includes('sign-out')) return 5;
  if (/DELETE|clear|revoke/.test(name)) return 4;
  if (/\/un|\/block|reject|remove_/.test(name)) return 3;
  return door.method === 'GET' ? 0 : 1;
}

/** Knocks once at every door of the API: signed in, and where that is allowed also as nobody. */
export async function walkAllDoors(server: TestServer, town: Town, doors: readonly Door[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  const apps = doors
    .filter((door) => isForApps(door) && !byLetter.has(nameOf(door)) && door.emptyForm !== 'refused')
    .toSorted((one, other) => order(one) - order(other));
  for (const [index, door] of apps.entries()) {
    const token = await keyOf(server, town, door);
    const body = door.method === 'GET' || door.method === 'DELETE' ? undefined : sampleFor(door, town, `walk${index}`);
    const knock = (key: string | null): Promise<Answer> =>
      call(server.origin, door.method, addressOf(door, town), {
        ...(key === null ? {} : { token: key }),
        ...(body === undefined ? {} : { body }),
      });
    if (door.access?.who === 'anyone' && door.method === 'GET')
      seen.push({ door, signedIn: false, answer: await knock(null) });
    seen.push({ door, signedIn: token !== null, answer: await knock(token) });
  }
  return seen;
}
