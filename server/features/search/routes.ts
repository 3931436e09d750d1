// The door to search: people, hashtags, and whatever an address leads to.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { ensureAccounts } from '#server/features/accounts/activitypub.ts';
import { serializeAccount, type MastodonAccount } from '#server/features/accounts/serializers.ts';
import { searchPeople } from '#server/features/graph/queries.ts';
import { renderStatuses } from '#server/features/posts/pages.ts';
import { searchTags } from '#server/features/tags/queries.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { renderTags } from '#server/features/tags/pages.ts';
import { TagSchema, type MastodonTag } from '#server/features/tags/serializers.ts';
import { anyone } from '#server/platform/http/access.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { readPage, setOffsetLinks } from '#server/platform/http/paging.ts';
import { tagKey } from '#server/platform/text.ts';
import { findByAddress } from './activitypub.ts';

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
}

/** What is found: accounts and hashtags as values, posts as JSON text. */
interface Results {
  accounts: MastodonAccount[];
  statuses: string[];
  hashtags: MastodonTag[];
}

/** Registers the door. */
export async function searchRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v2/search',
    {
      schema: {
        tags: ['search'],
        summary: 'People, hashtags, and what an address leads to',
        querystring: Type.Object({
          q: Type.String({ description: 'Part of a name, #hashtag, name@domain, or an address' }),
          type: Type.Optional(Type.String({ description: 'accounts, statuses or hashtags; all when absent' })),
          resolve: Type.Optional(Type.Boolean({ description: 'Ask other servers' })),
          following: Type.Optional(Type.Boolean()),
          limit: Type.Optional(Type.Integer()),
          offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
        }),
        response: {
          200: Type.Object({
            accounts: Type.Array(Type.Object({}, { additionalProperties: true })),
            statuses: Type.Array(StatusSchema),
            hashtags: Type.Array(TagSchema),
          }),
        },
      },
      config: { access: anyone('read:search') },
    },
    async (request, reply) => {
      const { q, type, resolve = false, following = false, offset = 0 } = request.query;
      const viewerId = request.viewer?.accountId ?? null;
      const { limit } = readPage(request.query, limits);
      const search = {
        text: q.trim().toWellFormed().replaceAll('\0', ''),
        viewerId,
        fetch: resolve && viewerId !== null && offset === 0,
        following,
        limit,
        offset,
      };
      const wanted = kinds.filter((kind) => !type || kind === type);
      const found = isAddress(search.text)
        ? await searchAddress(ctx, search, wanted)
        : await searchWords(ctx, search, wanted);
      setOffsetLinks(request, reply, ctx.config.origin, {
        offset,
        limit,
        count: Math.max(found.accounts.length, found.hashtags.length),
      });
      return sendJson(
        reply,
        `{"accounts":${JSON.stringify(found.accounts)},"statuses":[${found.statuses.join(',')}],"hashtags":${JSON.stringify(found.hashtags)}}`,
      );
    },
  );
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** An address gives exactly what is behind it, or nothing. */
async function searchAddress(ctx: AppContext, search: Search, wanted: readonly Kind[]): Promise<Results> {
  const { post, account } = await findByAddress(ctx, search.text, { fetch: search.fetch, timeoutMs: lookupTimeoutMs });
  return {
    accounts: account !== null && wanted.includes('accounts') ? [serializeAccount(account, ctx.config)] : [],
    statuses: post !== null && wanted.includes('statuses') ? await renderStatuses(ctx, [post.id], search.viewerId) : [],
    hashtags: [],
  };
}

async function searchWords(ctx: AppContext, search: Search, wanted: readonly Kind[]): Promise<Results> {
  const { text, viewerId, following, limit, offset } = search;
  const isHandle = /^@?[^@\s]+@[^@\s]+$/.test(text);
  if (isHandle && search.fetch && wanted.includes('accounts'))
    await ensureAccounts(ctx, [text.replace(/^@/, '')], { timeoutMs: lookupTimeoutMs });
  const people =
    wanted.includes('accounts') && !text.startsWith('#')
      ? await searchPeople(ctx, viewerId, { text, limit, offset, following })
      : [];
  const isWord = /^#?[^\s@]+$/.test(text);
  const tags =
    wanted.includes('hashtags') && isWord
      ? await searchTags(ctx, tagKey(text.replace(/^#/, '')), { limit, offset })
      : [];
  return {
    accounts: people.map((account) => serializeAccount(account, ctx.config)),
    statuses: [],
    hashtags: await renderTags(ctx, tags, viewerId),
  };
}
