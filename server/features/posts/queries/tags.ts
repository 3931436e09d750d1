// Reading hashtags.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';

export interface TagView {
  id: string;
  /** The folded form. */
  name: string;
  display: string;
}

/** The hashtag with that key, or null when nobody has used it here. */
export async function findTag(ctx: AppContext, key: string): Promise<TagView | null> {
  const row = await ctx.database.read
    .selectFrom('tags')
    .select(['id', 'name', 'display'])
    .where('name', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

/** Hashtags whose key begins with the text, the exact one first, then the shorter ones. */
export async function searchTags(
  ctx: AppContext,
  key: string,
  page: { limit: number; offset: number },
): Promise<TagView[]> {
  if (key === '') return [];
  const pattern = `${key.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return ctx.database.read
    .selectFrom('tags')
    .select(['id', 'name', 'display'])
    .where('name', 'like', pattern)
    .orderBy(sql`name = ${key}`, 'desc')
    .orderBy(sql`length(name)`)
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
}
