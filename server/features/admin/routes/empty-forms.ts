// Doors of features that are not ours yet. Lists are empty, as clients accept them; what would have to do something refuses in words.
// A feature that comes takes its doors from here; docs/api/mastodon-coverage.md tells which are left.
import { Type, type TSchema } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { anyone, open, user, type Access } from '#server/platform/http/access.ts';

interface EmptyDoor {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  summary: string;
  access: Access;
  /** What it answers; with `refuses` what it throws. */
  answer: () => object;
  refuses?: true;
}

const byOffset = { offset: Type.Optional(Type.Integer()), limit: Type.Optional(Type.Integer()) };

export async function emptyFormRoutes(app: App, ctx: AppContext): Promise<void> {
  const groups = { Trends: trends, Suggestions: suggestions, Collections: collections, Instance: instanceDoors };
  for (const [tag, doors] of Object.entries({ ...groups, Accounts: accountDoors, Posts: postDoors })) {
    for (const door of doors) register(app, ctx, tag, door);
  }
}

/** An account in the address must exist: an empty list of nobody would be an answer to a wrong question. */
function register(app: App, ctx: AppContext, tag: string, door: EmptyDoor): void {
  const { method, url, summary, access, answer } = door;
  const params = [...url.matchAll(/:(\w+)/g)].map(([, name = '']): [string, TSchema] => [name, Type.String()]);
  app.route({
    method,
    url,
    schema: {
      tags: [tag],
      summary,
      description: 'Not part of this server yet.',
      ...(params.length > 0 ? { params: Type.Object(Object.fromEntries(params)) } : {}),
      ...(method === 'GET' && !door.refuses ? { querystring: Type.Object(byOffset) } : {}),
    },
    config: { access, emptyForm: door.refuses ? 'refused' : 'empty' },
    handler: async (request) => {
      const { account_id: accountId } = request.params as { account_id?: string };
      if (accountId !== undefined && !(await findAccount(ctx, accountId))) throw new NotFound('Record not found');
      return answer();
    },
  });
}

const none = (): object => [];
const done = (): object => ({});
const missing = (): never => {
  throw new NotFound('Record not found');
};
const refuse = (text: string) => (): never => {
  throw new Invalid(text);
};

const trends: EmptyDoor[] = ['', '/tags', '/statuses', '/links'].map((kind) => ({
  method: 'GET',
  url: `/api/v1/trends${kind}`,
  summary: kind === '' ? 'Trending tags, for older clients' : `Trending ${kind.slice(1)}`,
  access: anyone(),
  answer: none,
}));

const suggestions: EmptyDoor[] = [
  ...(['v1', 'v2'] as const).map((version) => ({
    method: 'GET' as const,
    url: `/api/${version}/suggestions`,
    summary: 'Whom you may like to follow',
    access: user('read:accounts'),
    answer: none,
  })),
  {
    method: 'DELETE',
    url: '/api/v1/suggestions/:account_id',
    summary: 'Do not suggest somebody again',
    access: user('write:accounts', 'read:accounts'),
    answer: done,
  },
];

const noCollections = 'This server has no collections yet';
const collection = '/api/v1/collections/:id';
const write = (method: EmptyDoor['method'], url: string, summary: string): EmptyDoor => ({
  method,
  url,
  summary,
  access: user('write:collections'),
  answer: missing,
  refuses: true,
});
const collections: EmptyDoor[] = [
  ...(
    [
      ['collections', anyone('read:collections'), 'Collections of somebody'],
      ['in_collections', user('read:collections'), 'Collections that somebody is in'],
    ] as const
  ).map(([name, access, summary]) => ({
    method: 'GET' as const,
    url: `/api/v1/accounts/:account_id/${name}`,
    summary,
    access,
    answer: () => ({ collections: [] }),
  })),
  {
    method: 'GET',
    url: collection,
    summary: 'A collection',
    access: anyone('read:collections'),
    answer: missing,
    refuses: true,
  },
  { ...write('POST', '/api/v1/collections', 'Make a collection'), answer: refuse(noCollections) },
  write('PATCH', collection, 'Change a collection'),
  write('PUT', collection, 'Change a collection'),
  write('DELETE', collection, 'Delete a collection'),
  write('POST', `${collection}/items`, 'Add somebody to a collection'),
  write('DELETE', `${collection}/items/:item_id`, 'Take somebody out of a collection'),
  write('POST', `${collection}/items/:item_id/revoke`, 'Leave a collection'),
];

const announcement = '/api/v1/announcements/:id';
const instanceDoors: EmptyDoor[] = [
  {
    method: 'GET',
    url: '/api/v1/instance/translation_languages',
    summary: 'Languages that can be translated',
    access: open,
    answer: done,
  },
  // The rules and the privacy policy say it all: there are no terms beside them.
  ...['', '/:date'].map((date) => ({
    method: 'GET' as const,
    url: `/api/v1/instance/terms_of_service${date}`,
    summary: date === '' ? 'The terms' : 'The terms as they were on a day',
    access: open,
    answer: missing,
    refuses: true as const,
  })),
  { method: 'GET', url: '/api/v1/announcements', summary: 'Announcements', access: user(), answer: none },
  {
    method: 'POST',
    url: `${announcement}/dismiss`,
    summary: 'Mark an announcement as read',
    access: user('write:accounts'),
    answer: missing,
    refuses: true,
  },
  ...(['PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
    method,
    url: `${announcement}/reactions/:name`,
    summary: method === 'DELETE' ? 'Take a reaction back' : 'React to an announcement',
    access: user('write:favourites'),
    answer: missing,
    refuses: true as const,
  })),
];

const noReports = () => ({ annual_reports: [], accounts: [], statuses: [] });
const reports = '/api/v1/annual_reports';
const accountDoors: EmptyDoor[] = [
  { method: 'GET', url: reports, summary: 'Your annual reports', access: user('read:accounts'), answer: noReports },
  {
    method: 'GET',
    url: `${reports}/:year`,
    summary: 'Your report of a year',
    access: user('read:accounts'),
    answer: noReports,
  },
  {
    method: 'GET',
    url: `${reports}/:year/state`,
    summary: 'Whether there is a report of a year',
    access: user('read:accounts'),
    answer: () => ({ state: 'ineligible' }),
  },
  {
    method: 'POST',
    url: `${reports}/:year/read`,
    summary: 'Mark a report as read',
    access: user('write:accounts'),
    answer: missing,
    refuses: true,
  },
  {
    method: 'POST',
    url: `${reports}/:year/generate`,
    summary: 'Ask for a report',
    access: user('write:accounts'),
    answer: refuse('This server makes no annual reports'),
    refuses: true,
  },
  {
    method: 'GET',
    url: '/api/v1/accounts/:account_id/identity_proofs',
    summary: 'Proofs of identity, which nobody has any more',
    access: user('read:accounts'),
    answer: none,
  },
  {
    method: 'POST',
    url: '/api/v1/accounts/:account_id/email_subscriptions',
    summary: 'Get the posts of somebody by e-mail',
    access: open,
    answer: refuse('The posts of this account cannot be had by e-mail'),
    refuses: true,
  },
];

const postDoors: EmptyDoor[] = [
  {
    method: 'POST',
    url: '/api/v1/statuses/:id/translate',
    summary: 'Translate a post',
    access: user('read:statuses'),
    answer: refuse('Translation is not available on this server'),
    refuses: true,
  },
];
