// Taking back a whole change: each server gets what held before, unless somebody decided otherwise since.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Conflict, NotFound } from '#server/platform/errors.ts';
import { isId } from '#server/platform/ids.ts';
import type { BlockTerms, ChangeStep } from '../entities.ts';
import { findChange } from '../queries.ts';
import { presentTerms } from '../queries/lists.ts';
import { changeDomains, termsOf, type MadeChange, type WantedStep } from './change.ts';

export interface Undone {
  /** Null when nothing was left to take back. */
  change: MadeChange | null;
  /** Servers that were decided about again since, and stay as they are. */
  passedOver: string[];
}

/**
 * Undoes a change. Follows that it ended do not come back. A list whose doing it was rests from then on, or it would do the same again.
 * @throws {NotFound} {Conflict} when it was undone before
 */
export async function undoChange(ctx: AppContext, actorId: string | null, id: string): Promise<Undone> {
  const change = isId(id) ? await findChange(ctx, id) : null;
  if (change === null) throw new NotFound('There is no such change');
  const passedOver: string[] = [];
  const made = await changeDomains(ctx, { source: 'undo', actorId, undoesId: id }, async (tx) => {
    const { rows } = await sql`update domain_changes set undone_at = ${ctx.clock()}
      where id = ${id} and undone_at is null returning id`.execute(tx.sql);
    if (rows.length === 0) throw new Conflict('This change was undone before');
    if (change.source === 'list' && change.listId !== null)
      await sql`update block_lists set due_at = null where id = ${change.listId}`.execute(tx.sql);
    const present = await presentTerms(ctx, tx);
    const { rows: listed } = await sql<{ domain: string }>`select domain from server_allows`.execute(tx.sql);
    const allows = new Set(listed.map(({ domain }) => domain));
    const lists = await knownLists(tx);
    return change.steps.flatMap((step): WantedStep[] => {
      if (!stands(step, present, allows)) {
        passedOver.push(step.domain);
        return [];
      }
      if (step.what === 'allow') return [{ what: 'allow', domain: step.domain, after: step.before }];
      const { before } = step;
      const isOrphan = before !== null && before.listId !== null && !lists.has(before.listId);
      return [{ what: 'block', domain: step.domain, after: isOrphan ? { ...before, listId: null } : before }];
    });
  });
  return { change: made, passedOver };
}

async function knownLists(tx: Transaction): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select id::text from block_lists`.execute(tx.sql);
  return new Set(rows.map(({ id }) => id));
}

/** What the change left is still there. */
function stands(step: ChangeStep, present: ReadonlyMap<string, BlockTerms>, allows: ReadonlySet<string>): boolean {
  if (step.what === 'allow') return allows.has(step.domain) === (step.after === true);
  const now = present.get(step.domain);
  if (now === undefined || step.after === null) return now === undefined && step.after === null;
  return JSON.stringify(termsOf(now)) === JSON.stringify(termsOf(step.after));
}
