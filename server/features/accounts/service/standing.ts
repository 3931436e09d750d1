// What the rules about other servers make of the accounts that come from there: some at a time, and safe to run twice.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { hostsOf, standingOf, type Standing } from '#server/features/domains/policy.ts';
import { patternsOf } from '#server/features/domains/policy/names.ts';
import { changedNames } from '#server/features/domains/queries/changes.ts';
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';

interface Judged {
  id: string;
  domain: string;
  uri: string;
  isShut: boolean;
  isLimited: boolean;
}

const looked = 2000;
const batch = 100;

/** Holds accounts of other servers against the rules: all of them, or those that a small change is about. */
export async function judgeAccounts(ctx: AppContext, { changeId }: Events['domains.changed']): Promise<void> {
  // The process that runs this may not have heard of the change yet.
  await ctx.domains.refresh();
  const concerned = concernedBy(await changedNames(ctx, changeId));
  for (let after = '0'; ;) {
    const { rows } = await sql<Judged>`
      select id::text, domain, uri, suspended_by_domain as "isShut", limited_by_domain as "isLimited" from accounts
      where domain is not null and deleted_at is null and id > ${after}::bigint and ${concerned}
      order by id limit ${looked}`.execute(ctx.database.read);
    await mend(ctx, changeId, rows);
    const last = rows.at(-1);
    if (rows.length < looked || last === undefined) return;
    ctx.closing.throwIfAborted();
    after = last.id;
  }
}

/** Accounts whose domain or host is one of the names or lies below it; null: all. */
function concernedBy(names: string[] | null): RawBuilder<unknown> {
  if (names === null) return sql`true`;
  const patterns = patternsOf(names);
  return sql`(lower(domain) like any(${patterns}::text[]) or lower(split_part(uri, '/', 3)) like any(${patterns}::text[]))`;
}

async function mend(ctx: AppContext, changeId: string, rows: readonly Judged[]): Promise<void> {
  const wrong = rows.flatMap((row) => {
    const standing = standingOf(ctx.domains, row);
    const isRight = row.isShut === (standing === 'shut') && row.isLimited === (standing === 'limited');
    return isRight ? [] : [{ ...row, standing }];
  });
  // Follows that a block ended are told by the name of the block.
  const groups = Map.groupBy(wrong, (row) => `${row.standing} ${blockedName(ctx, row) ?? ''}`);
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += batch) {
      const some = group.slice(from, from + batch);
      const [first] = some;
      if (first === undefined) continue;
      const ids = some.map(({ id }) => id);
      await ctx.database.write(async (tx) => {
        await stand(ctx, tx, first.standing, ids);
        await tx.emit('accounts.judged', { accountIds: ids });
        const domain = blockedName(ctx, first);
        if (domain !== null) await tx.emit('accounts.blocked', { accountIds: ids, changeId, domain });
      });
      await ctx.fragments.drop(ids.map((id) => `account:${id}`));
    }
  }
}

/** The name of the block that shuts an account out; null when none does. */
function blockedName(ctx: AppContext, origin: Pick<Judged, 'domain' | 'uri'>): string | null {
  for (const host of hostsOf(origin)) {
    const rule = ctx.domains.blockOf(host);
    if (rule !== null) return rule.domain;
  }
  return null;
}

/** What was decided about an account itself stays: only what came by its server comes and goes. */
async function stand(ctx: AppContext, tx: Transaction, standing: Standing, ids: string[]): Promise<void> {
  const now = ctx.clock();
  const isShut = standing === 'shut';
  const isLimited = standing === 'limited';
  await sql`
    update accounts set
      suspended_at = case when ${isShut} then coalesce(suspended_at, ${now}) when suspended_by_domain then null else suspended_at end,
      suspended_by_domain = ${isShut} and (suspended_at is null or suspended_by_domain),
      limited_at = case when ${isLimited} then coalesce(limited_at, ${now}) when limited_by_domain then null else limited_at end,
      limited_by_domain = ${isLimited} and (limited_at is null or limited_by_domain)
    where id = any(${ids}::bigint[])`.execute(tx.sql);
}
