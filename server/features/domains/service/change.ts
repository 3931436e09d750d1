// The one writer of what is decided about other servers: a change is made whole, remembered with what held before, and told
// to all processes in the same transaction.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { BlockTerms, ChangeSource, ChangeStep } from '../entities.ts';
import { blocksNamed, shownFragment } from '../queries.ts';
import { domainsChannel } from './live.ts';

/** What shall hold for a name from now on; null: nothing. */
export type WantedStep =
  | { what: 'block'; domain: string; after: BlockTerms | null }
  | { what: 'allow'; domain: string; after: true | null };

export interface ChangeCause {
  source: ChangeSource;
  /** Who wants it; null: the command line, or the server itself. */
  actorId: string | null;
  listId?: string | null;
  undoesId?: string | null;
}

/** A change that was made: only what is different since. */
export interface MadeChange {
  id: string;
  steps: ChangeStep[];
}

/**
 * Decides and writes in one transaction, one change after the other. Here it holds when this resolves, in other processes a
 * moment later; what follows for accounts, follows and files is done in the background. Null when nothing is different.
 */
export async function changeDomains(
  ctx: AppContext,
  cause: ChangeCause,
  decide: (tx: Transaction) => Promise<WantedStep[]>,
): Promise<MadeChange | null> {
  const made = await ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('domains', 0))`.execute(tx.sql);
    const wanted = await decide(tx);
    const steps = await findSteps(tx, wanted);
    if (steps.length === 0) return null;
    await writeBlocks(ctx, tx, steps);
    await writeAllows(ctx, tx, steps);
    return { id: await noteChange(ctx, tx, cause, steps), steps };
  });
  if (made !== null) {
    await ctx.domains.refresh();
    await ctx.fragments.drop([shownFragment]);
  }
  return made;
}

/** Remembers a change, tells all processes, and lets the rest follow. Returns its id. */
export async function noteChange(
  ctx: AppContext,
  tx: Transaction,
  cause: ChangeCause,
  steps: readonly ChangeStep[],
): Promise<string> {
  const id = ctx.newId();
  await sql`
    insert into domain_changes (id, source, actor_id, list_id, undoes_id, steps, created_at)
    values (${id}, ${cause.source}, ${cause.actorId}, ${cause.listId ?? null}, ${cause.undoesId ?? null},
      ${JSON.stringify(steps)}::jsonb, ${ctx.clock()})`.execute(tx.sql);
  await tx.emit('domains.changed', { changeId: id });
  await sql`select pg_notify(${domainsChannel}, '')`.execute(tx.sql);
  return id;
}

async function findSteps(tx: Transaction, wanted: readonly WantedStep[]): Promise<ChangeStep[]> {
  const named = (what: WantedStep['what']): string[] =>
    wanted.filter((step) => step.what === what).map(({ domain }) => domain);
  const blocks = await blocksNamed(tx, named('block'));
  const { rows } = await sql<{ domain: string }>`
    select domain from server_allows where domain = any(${named('allow')}::text[]) for update`.execute(tx.sql);
  const allows = new Set(rows.map(({ domain }) => domain));
  const steps = wanted.map((step): ChangeStep => {
    if (step.what === 'allow') return { ...step, before: allows.has(step.domain) ? true : null };
    const before = blocks.get(step.domain);
    return { ...step, before: before === undefined ? null : termsOf(before) };
  });
  return steps.filter(({ before, after }) => !isSame(before, after));
}

/** What a block says, in an order of its own, so that two can be compared. */
export function termsOf(block: BlockTerms): BlockTerms {
  const { severity, rejectMedia, rejectReports, privateComment, publicComment, obfuscate, listId } = block;
  return { severity, rejectMedia, rejectReports, privateComment, publicComment, obfuscate, listId };
}

function isSame(one: BlockTerms | true | null, other: BlockTerms | true | null): boolean {
  if (one === null || other === null || one === true || other === true) return one === other;
  return JSON.stringify(termsOf(one)) === JSON.stringify(termsOf(other));
}

async function writeBlocks(ctx: AppContext, tx: Transaction, steps: readonly ChangeStep[]): Promise<void> {
  const gone = steps.filter(({ what, after }) => what === 'block' && after === null).map(({ domain }) => domain);
  if (gone.length > 0) await sql`delete from server_blocks where domain = any(${gone}::text[])`.execute(tx.sql);
  const rows = steps.flatMap((step) =>
    step.what === 'block' && step.after !== null ? [{ id: ctx.newId(), domain: step.domain, ...step.after }] : [],
  );
  if (rows.length === 0) return;
  await sql`
    insert into server_blocks (id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, list_id, created_at)
    select w.id, w.domain, w.severity, w."rejectMedia", w."rejectReports", w."privateComment", w."publicComment", w.obfuscate, w."listId", ${ctx.clock()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w (id bigint, domain text, severity text, "rejectMedia" boolean,
      "rejectReports" boolean, "privateComment" text, "publicComment" text, obfuscate boolean, "listId" bigint)
    on conflict (domain) do update set severity = excluded.severity, reject_media = excluded.reject_media,
      reject_reports = excluded.reject_reports, private_comment = excluded.private_comment,
      public_comment = excluded.public_comment, obfuscate = excluded.obfuscate, list_id = excluded.list_id`.execute(
    tx.sql,
  );
}

async function writeAllows(ctx: AppContext, tx: Transaction, steps: readonly ChangeStep[]): Promise<void> {
  const allows = steps.filter(({ what }) => what === 'allow');
  for (const { domain, after } of allows) {
    if (after === null) await sql`delete from server_allows where domain = ${domain}`.execute(tx.sql);
    else
      await sql`insert into server_allows (id, domain, created_at) values (${ctx.newId()}, ${domain}, ${ctx.clock()})
        on conflict do nothing`.execute(tx.sql);
  }
}
