// Making, changing and removing filters with their keywords.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { filterActions, filterContexts, type FilterAction, type FilterContext } from '../entities.ts';
import { filterLimits } from '../policy.ts';
import { addKeywords, applyKeywords, readKeyword, type KeywordChange } from './keywords.ts';
import { holdFilter, writeFilters } from './write.ts';

/** What somebody asks of a filter; what is absent stays, or is the default of a new one. */
export interface FilterWish {
  title?: string;
  contexts?: readonly string[];
  action?: string;
  /** Seconds from now; null for never. */
  expiresIn?: number | null;
  keywords?: readonly KeywordChange[];
}

interface FilterTerms {
  title?: string;
  contexts?: FilterContext[];
  action?: FilterAction;
  expiresAt?: Date | null;
}

/** Makes a filter and returns its id. @throws {Invalid} without a title or a context, or when there are too many */
export async function createFilter(ctx: AppContext, accountId: string, wish: FilterWish): Promise<string> {
  const terms = readTerms(ctx, { ...wish, title: wish.title ?? '', contexts: wish.contexts ?? [] });
  const keywords = (wish.keywords ?? []).filter(({ destroy }) => destroy !== true).map(readKeyword);
  const id = await writeFilters(ctx, accountId, async (tx) => {
    await sql`select from accounts where id = ${accountId} for no key update`.execute(tx.sql);
    const { rows: own } = await sql`select from filters where account_id = ${accountId}`.execute(tx.sql);
    if (own.length >= filterLimits.filters)
      throw new Invalid(`Validation failed: You have ${filterLimits.filters} filters; remove one first`);
    const made = await tx.sql
      .insertInto('filters')
      .values({
        account_id: accountId,
        title: terms.title ?? '',
        contexts: sql`${JSON.stringify(terms.contexts)}::jsonb`,
        action: terms.action ?? 'warn',
        expires_at: terms.expiresAt ?? null,
        created_at: ctx.clock(),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await addKeywords(tx, accountId, made.id, keywords);
    return made.id;
  });
  return id;
}

/** Changes a filter of that account and its keywords, all of it or nothing. @throws {NotFound} {Invalid} */
export async function changeFilter(ctx: AppContext, accountId: string, id: string, wish: FilterWish): Promise<void> {
  const terms = readTerms(ctx, wish);
  await writeFilters(ctx, accountId, async (tx) => {
    await holdFilter(tx, accountId, id);
    const { title, contexts, action, expiresAt } = terms;
    await sql`update filters set
      title = coalesce(${title ?? null}::text, title),
      contexts = coalesce(${contexts === undefined ? null : JSON.stringify(contexts)}::jsonb, contexts),
      action = coalesce(${action ?? null}::text, action),
      expires_at = case when ${expiresAt === undefined} then expires_at else ${expiresAt ?? null}::timestamptz end
      where id = ${id}`.execute(tx.sql);
    await applyKeywords(tx, accountId, id, wish.keywords ?? []);
  });
}

/** Removes a filter of that account. @throws {NotFound} */
export async function removeFilter(ctx: AppContext, accountId: string, id: string): Promise<void> {
  await writeFilters(ctx, accountId, async (tx) => {
    await holdFilter(tx, accountId, id);
    await tx.sql.deleteFrom('filters').where('id', '=', id).execute();
  });
}

function readTerms(ctx: AppContext, wish: FilterWish): FilterTerms {
  return {
    ...(wish.title === undefined ? {} : { title: readTitle(wish.title) }),
    ...(wish.contexts === undefined ? {} : { contexts: readContexts(wish.contexts) }),
    ...(wish.action === undefined ? {} : { action: readAction(wish.action) }),
    ...(wish.expiresIn === undefined ? {} : { expiresAt: readExpiry(ctx, wish.expiresIn) }),
  };
}

function readTitle(text: string): string {
  const title = text.trim();
  if (title === '') throw new Invalid("Validation failed: Title can't be blank");
  if (title.length > filterLimits.titleLength)
    throw new Invalid(`Validation failed: Title is longer than ${filterLimits.titleLength} characters`);
  return title;
}

function readContexts(words: readonly string[]): FilterContext[] {
  const unknown = words.find((word) => !filterContexts.some((context) => context === word));
  if (unknown !== undefined || words.length === 0)
    throw new Invalid(`Validation failed: Context is one or more of ${filterContexts.join(', ')}`);
  return filterContexts.filter((context) => words.includes(context));
}

function readAction(word: string): FilterAction {
  const action = filterActions.find((known) => known === word);
  if (action === undefined) throw new Invalid(`Validation failed: Filter action is one of ${filterActions.join(', ')}`);
  return action;
}

const longestSeconds = 100 * 365 * 24 * 60 * 60;

function readExpiry(ctx: AppContext, seconds: number | null): Date | null {
  if (seconds === null) return null;
  if (seconds < 0 || seconds > longestSeconds)
    throw new Invalid('Validation failed: Expires in is a number of seconds from now');
  return new Date(ctx.clock().getTime() + seconds * 1000);
}
