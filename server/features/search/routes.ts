// The doors to search: people, hashtags, posts, and whatever an address leads to.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { lookUpHandle } from '#server/features/accounts/activitypub.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { serializeAccount, type MastodonAccount } from '#server/features/accounts/serializers.ts';
import { searchPeople } from '#server/features/graph/queries.ts';
import { renderSeen, renderStatuses } from '#server/features/posts/pages.ts';
import { searchTags } from '#server/features/tags/queries.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { renderTags } from '#server/features/tags/pages.ts';
import { TagSchema, type MastodonTag } from '#server/features/tags/serializers.ts';
import { anyone, user } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setOffsetLinks } from '#server/platform/http/paging.ts';
import { tagKey } from '#server/platform/text.ts';
import { findByAddress } from './activitypub.ts';
import { parseQuery } from './policy.ts';
import { searchPosts, type PostSearchPage } from './queries.ts';

const kinds = ['accounts', 'statuses', 'hashtags'] as const;
type Kind = (typeof kinds)[number];
const lookupTimeoutMs = 5000;
const limits = { default: 20, max: 40 };

interface Search {
  text: string;
  viewerId: string | null;
  /** Other servers may be asked: somebody signed in wants it, on the first page. */
  fetch: boolean;
  following: boolean;
  limit: number;
  offset: number;
  posts: Pick<PostSearchPage, 'accountId' | 'maxId' | 'minId'>;
}

/** What is found: accounts and hashtags as values, posts as JSON text. */
interface Results {
  accounts: MastodonAccount[];
  statuses: string[];
  hashtags: MastodonTag[];
}

const querystring = Type.Object({
  ...pageParameters,
  q: Type.String({
    description:
      'Part of a name, #hashtag, name@domain, an address, or words with operators: from: before: after: during: has: is: language: in:',
  }),
  type: Type.Optional(Type.String({ description: 'accounts, statuses or hashtags; all when absent' })),
  resolve: Type.Optional(Type.Boolean({ description: 'Ask other servers' })),
  following: Type.Optional(Type.Boolean({ description: 'Only people whom one follows' })),
  account_id: Type.Optional(Type.String({ description: 'Only posts by that account' })),
  exclude_unreviewed: Type.Optional(Type.Boolean({ description: 'Hashtags are not reviewed here: nothing changes' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
});
const Accounts = Type.Array(Type.Object({}, { additionalProperties: true }));

/** Registers the doors. */
export async function searchRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v2/search',
    {
      schema: {
        tags: ['search'],
        summary: 'People, hashtags, posts, and what an address leads to',
        querystring,
        response: {
          200: Type.Object({
            accounts: Accounts,
            statuses: Type.Array(StatusSchema),
            hashtags: Type.Array(TagSchema),
          }),
        },
      },
      config: { access: anyone('read:search') },
    },
    async (request, reply) => {
      const found = await answer(ctx, request, reply, request.query);
      return sendResults(reply, found, JSON.stringify(found.hashtags));
    },
  );

  app.get(
    '/api/v1/search',
    {
      schema: {
        tags: ['search'],
        summary: 'The same for old apps: hashtags by their names',
        querystring,
        response: {
          200: Type.Object({
            accounts: Accounts,
            statuses: Type.Array(StatusSchema),
            hashtags: Type.Array(Type.String()),
          }),
        },
      },
      config: { access: user('read:search') },
    },
    async (request, reply) => {
      const found = await answer(ctx, request, reply, request.query);
      return sendResults(reply, found, JSON.stringify(found.hashtags.map(({ name }) => name)));
    },
  );
}

function sendResults(reply: FastifyReply, { accounts, statuses }: Results, hashtags: string): FastifyReply {
  return sendJson(
    reply,
    `{"accounts":${JSON.stringify(accounts)},"statuses":${jsonList(statuses)},"hashtags":${hashtags}}`,
  );
}

/** Searches as a request asks, and sets the links of the answer. */
async function answer(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Static<typeof querystring>,
): Promise<Results> {
  const { q, type, resolve = false, following = false, account_id: accountId = null, offset = 0 } = query;
  const viewerId = request.viewer?.accountId ?? null;
  const { limit, maxId, minId, sinceId } = readPage(query, limits);
  const search: Search = {
    text: q.trim().toWellFormed().replaceAll('\0', ''),
    viewerId,
    fetch: resolve && viewerId !== null && offset === 0,
    following,
    limit,
    offset,
    posts: { accountId, maxId, minId: minId ?? sinceId },
  };
  const wanted = kinds.filter((kind) => !type || kind === type);
  const found = isAddress(search.text)
    ? await searchAddress(ctx, search, wanted)
    : await searchWords(ctx, search, wanted);
  const count = Math.max(found.accounts.length, found.statuses.length, found.hashtags.length);
  setOffsetLinks(request, reply, ctx.config.origin, { offset, limit, count });
  return found;
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** An address gives exactly what is behind it, or nothing. */
async function searchAddress(ctx: AppContext, search: Search, wanted: readonly Kind[]): Promise<Results> {
  const { post, account } = await findByAddress(ctx, search.text, { fetch: search.fetch, timeoutMs: lookupTimeoutMs });
  return {
    accounts: account !== null && wanted.includes('accounts') ? [serializeAccount(account, ctx)] : [],
    statuses: post !== null && wanted.includes('statuses') ? await renderStatuses(ctx, [post.id], search.viewerId) : [],
    hashtags: [],
  };
}

async function searchWords(ctx: AppContext, search: Search, wanted: readonly Kind[]): Promise<Results> {
  const { text, viewerId, following, limit, offset } = search;
  const isHandle = /^@?[^@\s]+@[^@\s]+$/.test(text);
  const isAsked = isHandle && search.fetch && wanted.includes('accounts');
  const name = isAsked ? await lookUpHandle(ctx, text.replace(/^@/, ''), { timeoutMs: lookupTimeoutMs }) : text;
  const people =
    wanted.includes('accounts') && !text.startsWith('#')
      ? await searchPeople(ctx, viewerId, { text: name, limit, offset, following })
      : [];
  const isWord = /^#?[^\s@]+$/.test(text);
  const tags =
    wanted.includes('hashtags') && isWord
      ? await searchTags(ctx, tagKey(text.replace(/^#/, '')), { limit, offset })
      : [];
  return {
    accounts: people.map((account) => serializeAccount(account, ctx)),
    statuses: wanted.includes('statuses') ? await searchStatuses(ctx, search) : [],
    hashtags: await renderTags(ctx, tags, viewerId),
  };
}

/** Posts are searched by people with an account only: strangers would read what was written for the people here. */
async function searchStatuses(ctx: AppContext, search: Search): Promise<string[]> {
  const { text, viewerId, limit, offset, posts } = search;
  if (viewerId === null || text === '' || (posts.accountId !== null && !isId(posts.accountId))) return [];
  const rows = await searchPosts(ctx, parseQuery(text), viewerId, { limit, offset, ...posts });
  return renderSeen(ctx, rows, viewerId);
}
