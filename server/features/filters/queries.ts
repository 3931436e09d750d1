// Reading filters: whole for their owner's settings, prepared for the pages that they read.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import type { FilterAction, FilterContext } from './entities.ts';
import { prepareFilters, preparedByText, type FilterView, type PreparedFilters } from './policy.ts';

/** Where the filters of an account are kept as text, in this process, until they change. */
export const filtersFragment = (accountId: string): string => `filters:${accountId}`;

interface FilterRow {
  account_id: string;
  id: string;
  title: string;
  contexts: FilterContext[];
  action: FilterAction;
  expires_at: Date | null;
  keywords: FilterView['keywords'];
  posts: FilterView['posts'];
}

/** All filters of each of these accounts, the first made first. One statement. */
async function loadFilters(ctx: AppContext, accountIds: readonly string[]): Promise<Map<string, FilterView[]>> {
  const rows = await ctx.database.prepared<FilterRow>(
    'filters_of',
    `select f.account_id, f.id, f.title, f.contexts, f.action, f.expires_at,
      coalesce((select json_agg(json_build_object('id', k.id::text, 'keyword', k.keyword, 'wholeWord', k.whole_word) order by k.id)
        from filter_keywords k where k.filter_id = f.id), '[]') as keywords,
      coalesce((select json_agg(json_build_object('id', p.id::text, 'postId', p.post_id::text) order by p.id)
        from filter_posts p where p.filter_id = f.id), '[]') as posts
    from filters f where f.account_id = any($1::bigint[]) order by f.id`,
    [accountIds],
  );
  const found = new Map<string, FilterView[]>(accountIds.map((id) => [id, []]));
  for (const { account_id: accountId, expires_at: expiresAt, ...filter } of rows)
    found.get(accountId)?.push({ ...filter, expiresAt: expiresAt?.getTime() ?? null });
  return found;
}

/** All filters of an account as they are now. */
export async function filtersOf(ctx: AppContext, accountId: string): Promise<FilterView[]> {
  return (await loadFilters(ctx, [accountId])).get(accountId) ?? [];
}

/** The filter with that id when it is that account's, else null. */
export async function findFilter(ctx: AppContext, accountId: string, id: string): Promise<FilterView | null> {
  if (!isId(id)) return null;
  return (await filtersOf(ctx, accountId)).find((filter) => filter.id === id) ?? null;
}

/** A keyword of that account with the filter that it belongs to, or null. */
export async function findKeyword(
  ctx: AppContext,
  accountId: string,
  id: string,
): Promise<{ filter: FilterView; keyword: FilterView['keywords'][number] } | null> {
  for (const filter of await filtersOf(ctx, accountId)) {
    const keyword = filter.keywords.find((one) => one.id === id);
    if (keyword) return { filter, keyword };
  }
  return null;
}

/** A filtered post of that account, by the id of the entry, or null. */
export async function findFilterPost(
  ctx: AppContext,
  accountId: string,
  id: string,
): Promise<FilterView['posts'][number] | null> {
  const posts = (await filtersOf(ctx, accountId)).flatMap((filter) => filter.posts);
  return posts.find((post) => post.id === id) ?? null;
}

/**
 * The filters of these readers, prepared for `matchFilters`; those who have none are left out. No statement for readers who
 * are known already, one for all others: every page asks, the answer is kept until they change (or for some minutes).
 */
export async function preparedFilters(
  ctx: AppContext,
  accountIds: Iterable<string>,
): Promise<Map<string, PreparedFilters>> {
  const { fragments } = ctx;
  const texts = new Map<string, string>();
  const missing: string[] = [];
  for (const id of new Set(accountIds)) {
    const text = fragments.get(filtersFragment(id));
    if (text === undefined) missing.push(id);
    else texts.set(id, text);
  }
  if (missing.length > 0) {
    const since = fragments.mark();
    for (const [id, filters] of await loadFilters(ctx, missing)) {
      const text = filters.length === 0 ? '' : JSON.stringify(filters);
      fragments.set(filtersFragment(id), text, since);
      texts.set(id, text);
      if (text !== '') prepare(text, filters);
    }
  }
  return new Map(
    [...texts].flatMap(([id, text]) => {
      const prepared = text === '' ? null : (preparedByText.get(text) ?? prepare(text, JSON.parse(text)));
      return prepared === null ? [] : [[id, prepared] as const];
    }),
  );
}

function prepare(text: string, filters: FilterView[]): PreparedFilters | null {
  const prepared = prepareFilters(filters);
  if (prepared !== null) preparedByText.set(text, prepared);
  return prepared;
}
