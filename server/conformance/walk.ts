// How to knock properly: for every door a person who may, an address that exists, and what to bring along.
import { call, type Answer } from '#server/testing/people.ts';
import type { TestServer } from '#server/testing/server.ts';
import { makeDevice } from '#server/testing/push-service.ts';
import { nameOf, type Door } from './doors.ts';
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
const { p256dh, auth } = makeDevice();
const pushSubscription = {
  subscription: { endpoint: 'https://push.example/1', keys: { p256dh, auth }, standard: true },
  data: { alerts: { mention: true }, policy: 'followed' },
};

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

/** What to bring to a door that takes a body; `unique` goes into names that may exist once only. */
export function sampleFor(door: Door, town: Town, unique: string): Record<string, unknown> {
  return samples(town, unique)[nameOf(door).replace('PATCH', 'PUT')] ?? {};
}

const password = 'a long enough pass phrase';

function samples(town: Town, unique: string): Record<string, Record<string, unknown>> {
  const { clientId: client_id, clientSecret: client_secret } = town.app;
  const person = {
    username: `new${unique}`,
    email: `new${unique}@mail.example`,
    password,
    agreement: true,
    locale: 'en',
  };
  const text = { content_warning: 'feathers', sensitive: true, language: 'en' };
  const filter = {
    filter_action: 'hide',
    expires_in: 3600,
    keywords_attributes: [{ keyword: 'one', whole_word: true }, { keyword: 'two' }],
  };
  const status = { spoiler_text: 'feathers', sensitive: true, language: 'en' };
  return {
    'POST /api/auth/sign-up': person,
    'POST /api/auth/proof': { password: town.alice.password },
    'POST /api/auth/totp/confirm': { code: '123456' },
    'POST /api/auth/passkeys': {
      name: 'Key',
      passkey: {
        id: 'AA',
        rawId: 'AA',
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON: 'e30', attestationObject: 'oA' },
      },
    },
    'PUT /api/auth/passkeys/:id': { name: 'Key' },
    'POST /api/auth/sign-in': { login: 'alice', password: town.alice.password },
    'POST /api/auth/email': { email: `moved${unique}@mail.example` },
    'POST /api/auth/confirm/resend': { email: `who${unique}@mail.example` },
    'POST /api/auth/password-reset/request': { email: `who${unique}@mail.example` },
    'POST /api/users': person,
    'POST /api/v1/accounts': person,
    'POST /api/v1/apps': {
      client_name: 'App',
      redirect_uris: ['https://a.example/1', 'https://a.example/2'],
      scopes: 'read write',
      website: 'https://a.example',
    },
    'POST /oauth/register': { client_name: 'App', redirect_uris: ['https://a.example/1'], scope: 'read' },
    'POST /oauth/token': { grant_type: 'client_credentials', client_id, client_secret, scope: 'read write' },
    'POST /oauth/revoke': { client_id, client_secret, token: 'gone already' },
    'PUT /api/v1/accounts/update_credentials': {
      display_name: 'Alice',
      note: 'birds & bees',
      bot: false,
      discoverable: true,
      fields_attributes: [
        { name: 'One', value: '1' },
        { name: 'Two', value: 'https://two.example' },
      ],
      source: { privacy: 'unlisted', sensitive: false, language: 'en' },
    },
    'POST /api/v1/accounts/:id/follow': { reblogs: false, notify: true, languages: ['en', 'de'] },
    'POST /api/v1/accounts/:id/mute': { notifications: false, duration: 60 },
    'POST /api/v1/statuses': { status: 'one & two', visibility: 'unlisted', in_reply_to_id: town.reply, ...status },
    'PUT /api/v1/statuses/:id': { status: `edited ${unique}`, ...status },
    'POST /api/v1/polls/:id/votes': { choices: [0] },
    'PUT /api/v1/statuses/:id/interaction_policy': { quote_approval_policy: 'public', reply_policy: 'everyone' },
    'PUT /api/v1/scheduled_statuses/:id': { scheduled_at: new Date(Date.now() + 7_200_000).toISOString() },
    'POST /api/drafts': { content: 'to be', ...text, poll: { options: ['or', 'not'], expires_in: 600 } },
    'PUT /api/drafts/:id': { content: `to be ${unique}`, ...text },
    'POST /api/v1/statuses/:id/reblog': { visibility: 'unlisted' },
    'POST /api/posts': { content: 'one & two', visibility: 'unlisted', in_reply_to: town.reply, ...text },
    'PUT /api/posts/:id': { content: `edited ${unique}`, ...text },
    'POST /api/v1/lists': { title: 'birds & bees', replies_policy: 'followed', exclusive: true },
    'PUT /api/v1/lists/:id': { title: 'birds & bees', replies_policy: 'none', exclusive: false },
    'POST /api/v1/lists/:id/accounts': { account_ids: [town.bob.accountId, town.carol.accountId] },
    'POST /api/lists/:id/tags': { tags: ['birds', 'bees'] },
    'POST /api/v1/reports': {
      account_id: town.bob.accountId,
      status_ids: [town.reply, town.boost],
      rule_ids: ['1', '2'],
      comment: 'rude & loud',
      forward: false,
    },
    'POST /api/v1/accounts/:id/note': { comment: 'met & liked' },
    'POST /api/v1/domain_blocks': { domain: `far${unique}.example` },
    'POST /api/v1/admin/domain_blocks': {
      domain: `evil${unique}.example`,
      severity: 'suspend',
      reject_media: true,
      public_comment: 'spam & lies',
    },
    'PUT /api/v1/admin/domain_blocks/:id': { severity: 'silence', obfuscate: true, private_comment: 'see & ask' },
    'POST /api/v1/admin/domain_allows': { domain: `kind${unique}.example` },
    'POST /api/admin/domain-blocks/preview': { csv: 'odd.example', overwrite: true },
    'POST /api/admin/domain-blocks/import': { csv: `odd${unique}.example`, overwrite: false },
    'PUT /api/v1/profile': {
      display_name: 'Alice',
      note: 'birds & bees',
      show_media: false,
      attribution_domains: ['a.example', 'b.example'],
    },
    'POST /api/v1/notifications/dismiss': { id: town.otherNotification },
    'POST /api/v1/notifications/requests/accept': { id: ['900000001', '900000002'] },
    'POST /api/v1/notifications/requests/dismiss': { id: ['900000001', '900000002'] },
    'PUT /api/v1/notifications/policy': { filter_not_following: false },
    'PUT /api/v2/notifications/policy': { for_not_following: 'accept', for_new_accounts: 'accept' },
    'POST /api/v1/featured_tags': { name: 'birds' },
    'PUT /api/preferences/home': { boost_hours: 6 },
    'PUT /api/preferences/media': { describe: 'off' },
    'PUT /api/preferences/language': { language: 'en' },
    'POST /api/v2/filters': { title: 'one & two', context: ['home', 'public'], ...filter },
    'PUT /api/v2/filters/:id': {
      title: 'three & four',
      context: ['thread'],
      ...filter,
      keywords_attributes: [{ id: town.things.keyword, keyword: 'ending', whole_word: true }],
    },
    'POST /api/v2/filters/:filter_id/keywords': { keyword: 'feathers', whole_word: false },
    'PUT /api/v2/filters/keywords/:id': { keyword: 'feathers', whole_word: true },
    'POST /api/v2/filters/:filter_id/statuses': { status_id: town.reply },
    'POST /api/v1/filters': { phrase: 'one & two', context: ['home'], irreversible: true, whole_word: false },
    'PUT /api/v1/filters/:id': { phrase: 'feathers', whole_word: false },
    'PUT /api/v1/media/:id': { description: 'birds & bees', focus: '0.5,-0.5' },
    'PUT /api/digests': { frequency: 'monthly' },
    'POST /api/move/aliases': { account: 'bob' },
    'POST /api/imports': { kind: 'domain_blocks', mode: 'merge', csv: 'spam.example' },
    'POST /api/v1/push/subscription': pushSubscription,
    'PUT /api/v1/push/subscription': { data: { alerts: { reblog: true, poll: false }, policy: 'follower' } },
    'POST /api/v1/markers': {
      home: { last_read_id: town.posts.plain },
      notifications: { last_read_id: town.notification },
    },
    'PUT /api/admin/instance': {
      title: 'Town',
      description: 'birds',
      registrations: 'open',
      rules: ['Be kind.', 'Be quiet.'],
    },
  };
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
