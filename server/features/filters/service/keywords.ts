// The keywords of a filter: within a change of the whole, as Mastodon's forms send them, or one by one.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { foldText } from '#server/platform/text.ts';
import { filterLimits } from '../policy.ts';
import { holdFilter, writeFilters } from './write.ts';

/** One line of a form: without an id a new keyword, with one a change of it, or its end. */
export interface KeywordChange {
  id?: string;
  keyword?: string;
  wholeWord?: boolean;
  destroy?: boolean;
}

interface Keyword {
  keyword: string;
  wholeWord: boolean;
}

/** Adds a keyword to a filter of that account and returns its id. @throws {NotFound} {Invalid} */
export async function addKeyword(
  ctx: AppContext,
  accountId: string,
  filterId: string,
  change: KeywordChange,
): Promise<string> {
  const keyword = readKeyword(change);
  return writeFilters(ctx, accountId, async (tx) => {
    await holdFilter(tx, accountId, filterId);
    const [id] = await addKeywords(tx, accountId, filterId, [keyword]);
    return id ?? '';
  });
}

/** Changes a keyword of that account; what is absent stays. @throws {NotFound} {Invalid} */
export async function changeKeyword(
  ctx: AppContext,
  accountId: string,
  id: string,
  change: KeywordChange,
): Promise<void> {
  await writeFilters(ctx, accountId, async (tx) => {
    const filterId = await filterOfKeyword(tx, accountId, id);
    await applyKeywords(tx, accountId, filterId, [{ ...change, id }]);
  });
}

/** Removes a keyword of that account; `withEmpty`: and its filter, when nothing else is in it. @throws {NotFound} */
export async function removeKeyword(
  ctx: AppContext,
  accountId: string,
  id: string,
  options: { withEmpty: boolean },
): Promise<void> {
  await writeFilters(ctx, accountId, async (tx) => {
    const filterId = await filterOfKeyword(tx, accountId, id);
    await tx.sql.deleteFrom('filter_keywords').where('id', '=', id).execute();
    if (!options.withEmpty) return;
    await sql`delete from filters f where f.id = ${filterId}
      and not exists (select from filter_keywords k where k.filter_id = f.id)
      and not exists (select from filter_posts p where p.filter_id = f.id)`.execute(tx.sql);
  });
}

async function filterOfKeyword(tx: Transaction, accountId: string, id: string): Promise<string> {
  const { rows } = isId(id)
    ? await sql<{ filter_id: string }>`select k.filter_id from filter_keywords k join filters f on f.id = k.filter_id
        where k.id = ${id} and f.account_id = ${accountId} for update of f`.execute(tx.sql)
    : { rows: [] };
  const [row] = rows;
  if (!row) throw new NotFound('Record not found');
  return row.filter_id;
}

/** Within a write: does what each line of a form says. @throws {NotFound} for a keyword that is not in this filter @throws {Invalid} */
export async function applyKeywords(
  tx: Transaction,
  accountId: string,
  filterId: string,
  changes: readonly KeywordChange[],
): Promise<void> {
  for (const change of changes) {
    if (change.id === undefined || change.id === '') continue;
    const present = isId(change.id)
      ? await tx.sql
          .selectFrom('filter_keywords')
          .select(['id', 'keyword', 'whole_word'])
          .where('id', '=', change.id)
          .where('filter_id', '=', filterId)
          .executeTakeFirst()
      : undefined;
    if (!present) throw new NotFound('Record not found');
    if (change.destroy === true) {
      await tx.sql.deleteFrom('filter_keywords').where('id', '=', present.id).execute();
      continue;
    }
    const { keyword, wholeWord } = readKeyword({
      keyword: change.keyword ?? present.keyword,
      wholeWord: change.wholeWord ?? present.whole_word,
    });
    await tx.sql
      .updateTable('filter_keywords')
      .set({ keyword, whole_word: wholeWord })
      .where('id', '=', present.id)
      .execute();
  }
  const added = changes.filter(({ id, destroy }) => (id === undefined || id === '') && destroy !== true);
  await addKeywords(tx, accountId, filterId, added.map(readKeyword));
}

/** Within a write: adds keywords and returns their ids. @throws {Invalid} when the account then has too many */
export async function addKeywords(
  tx: Transaction,
  accountId: string,
  filterId: string,
  keywords: readonly Keyword[],
): Promise<string[]> {
  if (keywords.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    insert into filter_keywords (filter_id, keyword, whole_word)
    select ${filterId}::bigint, keyword, whole_word
    from unnest(${keywords.map(({ keyword }) => keyword)}::text[], ${keywords.map(({ wholeWord }) => wholeWord)}::boolean[])
      with ordinality as added (keyword, whole_word, place) order by place
    returning id`.execute(tx.sql);
  const { rows: all } = await sql`select from filter_keywords k join filters f on f.id = k.filter_id
    where f.account_id = ${accountId}`.execute(tx.sql);
  if (all.length > filterLimits.keywords)
    throw new Invalid(`Validation failed: You have more than ${filterLimits.keywords} keywords in all filters`);
  return rows.map(({ id }) => id);
}

/** A keyword as it is kept. @throws {Invalid} when it is blank or too long */
export function readKeyword(change: KeywordChange): Keyword {
  const keyword = (change.keyword ?? '').trim();
  if (foldText(keyword).trim() === '') throw new Invalid("Validation failed: Keyword can't be blank");
  if (keyword.length > filterLimits.keywordLength)
    throw new Invalid(`Validation failed: Keyword is longer than ${filterLimits.keywordLength} characters`);
  return { keyword, wholeWord: change.wholeWord ?? true };
}
