// Reading one stretch of a long list by position: the SQL side of platform/http/paging.ts.
import { sql, type RawBuilder } from 'kysely';

/** A stretch of a list ordered newest first. Ids are decimal strings, bounds exclusive; see `Page` in http/paging.ts. */
export interface Stretch {
  limit: number;
  maxId: string | null;
  sinceId: string | null;
  minId: string | null;
}

/** The first stretch of a list. */
export const firstStretch = (limit: number): Stretch => ({ limit, maxId: null, sinceId: null, minId: null });

/** The condition, and order with limit, that take a stretch. `id` is the column that the list is ordered by; the end of a statement is `where … ${bounds} ${order}`. */
export function takeStretch(
  id: RawBuilder<unknown>,
  page: Stretch,
): { bounds: RawBuilder<boolean>; order: RawBuilder<unknown> } {
  const lower = page.minId ?? page.sinceId;
  const conditions = [
    ...(page.maxId === null ? [] : [sql<boolean>`${id} < ${page.maxId}::bigint`]),
    ...(lower === null ? [] : [sql<boolean>`${id} > ${lower}::bigint`]),
  ];
  return {
    bounds: conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`,
    order:
      page.minId === null ? sql`order by ${id} desc limit ${page.limit}` : sql`order by ${id} asc limit ${page.limit}`,
  };
}

const largestId = '9223372036854775807';

/** Which way a prepared statement reads a stretch. */
export type Way = 'up' | 'down';
export const wayOf = (page: Stretch): Way => (page.minId === null ? 'down' : 'up');

/** The bounds of a stretch as a prepared statement is given them: open ends are the ends of all ids. */
export interface Bounds {
  below: string;
  above: string;
  limit: number;
}
export const boundsOf = ({ limit, maxId, sinceId, minId }: Stretch): Bounds => ({
  below: maxId ?? largestId,
  above: minId ?? sinceId ?? '0',
  limit,
});

/**
 * `takeStretch` for a prepared statement that is given `Bounds`. Only for statements that walk an index in the order of `id`: of
 * bounds that it does not know PostgreSQL believes that they leave next to nothing, and elsewhere it would read a whole table so.
 */
export function takeGiven(
  id: RawBuilder<unknown>,
  way: Way,
  given: (name: keyof Bounds) => RawBuilder<unknown>,
): { bounds: RawBuilder<boolean>; order: RawBuilder<unknown> } {
  return {
    bounds: sql<boolean>`${id} < ${given('below')}::bigint and ${id} > ${given('above')}::bigint`,
    order: sql`order by ${id} ${sql.raw(way === 'up' ? 'asc' : 'desc')} limit ${given('limit')}::int`,
  };
}

/** Rows in the order of the page: `takeStretch` reads upwards from `minId`, but pages are always given newest first. */
export function newestFirst<Row>(rows: Row[], page: Stretch): Row[] {
  return page.minId === null ? rows : rows.toReversed();
}
