// What to bring along to every door that takes something.
import { makeDevice } from '#server/testing/push-service.ts';
import { nameOf, type Door } from './doors.ts';
import type { Town } from './town.ts';

const { p256dh, auth } = makeDevice();
/** What an app sends to be pushed to. */
export const pushSubscription = {
  subscription: { endpoint: 'https://push.example/1', keys: { p256dh, auth }, standard: true },
  data: { alerts: { mention: true }, policy: 'followed' },
};

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
    'POST /api/v1/admin/email_domain_blocks': { domain: `mail${unique}.example` },
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
