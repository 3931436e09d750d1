// What a list of blocks would change: pure, so that a preview shows just what applying does.
import { severities, type BlockTerms } from '../entities.ts';

import type { ListedBlock } from './csv.ts';

/** What would change about one server. */
export interface PlannedBlock {
  domain: string;
  before: BlockTerms | null;
  after: BlockTerms | null;
}

/** A server that stays as it is although the list says otherwise: decided by hand, or by a list that is as strict. */
export interface KeptBlock {
  domain: string;
  terms: BlockTerms;
  reason: 'by_hand' | 'stricter';
}

export interface Plan {
  added: PlannedBlock[];
  changed: PlannedBlock[];
  removed: PlannedBlock[];
  kept: KeptBlock[];
  /** How many are so already. */
  same: number;
}

/**
 * Where the list comes from. A list that is followed owns its blocks: it changes and lifts them, but never touches one that was
 * made by hand, and one of another list only to make it stricter. A file adds, and makes stricter; with `overwrite` it sets.
 */
export type ListSource = { listId: string } | { overwrite: boolean };

/** Holds a list against the blocks that there are, by name. */
export function planList(
  present: ReadonlyMap<string, BlockTerms>,
  rows: readonly ListedBlock[],
  source: ListSource,
): Plan {
  const plan: Plan = { added: [], changed: [], removed: [], kept: [], same: 0 };
  for (const row of rows) {
    const before = present.get(row.domain) ?? null;
    const after = 'listId' in source ? byList(before, row, source.listId) : byFile(before, row, source.overwrite);
    if (typeof after === 'string') {
      if (before !== null && !saysTheSame(before, row))
        plan.kept.push({ domain: row.domain, terms: before, reason: after });
      else plan.same += 1;
    } else if (before === null) plan.added.push({ domain: row.domain, before, after });
    else if (isSameTerms(before, after)) plan.same += 1;
    else plan.changed.push({ domain: row.domain, before, after });
  }
  if ('listId' in source) {
    const named = new Set(rows.map(({ domain }) => domain));
    for (const [domain, before] of present)
      if (before.listId === source.listId && !named.has(domain)) plan.removed.push({ domain, before, after: null });
  }
  return plan;
}

function byList(before: BlockTerms | null, { terms }: ListedBlock, listId: string): BlockTerms | KeptBlock['reason'] {
  const after = { privateComment: '', ...terms, listId };
  if (before === null) return after;
  if (before.listId === null) return 'by_hand';
  if (before.listId === listId) return { ...after, privateComment: before.privateComment };
  return isStricter(after, before) ? { ...stricterOf(before, after), listId } : 'stricter';
}

function byFile(
  before: BlockTerms | null,
  { terms }: ListedBlock,
  overwrite: boolean,
): BlockTerms | KeptBlock['reason'] {
  if (before === null) return { privateComment: '', ...terms, listId: null };
  if (overwrite) return { ...before, ...terms, listId: null };
  const after = { ...before, ...terms, listId: null };
  return isStricter(after, before) ? { ...stricterOf(before, after), listId: null } : 'stricter';
}

/** True when one forbids something that the other does not. */
function isStricter(one: BlockTerms, other: BlockTerms): boolean {
  return (
    severities.indexOf(one.severity) > severities.indexOf(other.severity) ||
    (one.rejectMedia && !other.rejectMedia) ||
    (one.rejectReports && !other.rejectReports)
  );
}

/** Forbids what either forbids. */
function stricterOf(before: BlockTerms, after: BlockTerms): BlockTerms {
  const rank = Math.max(severities.indexOf(before.severity), severities.indexOf(after.severity));
  return {
    ...before,
    severity: severities[rank] ?? after.severity,
    rejectMedia: before.rejectMedia || after.rejectMedia,
    rejectReports: before.rejectReports || after.rejectReports,
    publicComment: before.publicComment || after.publicComment,
  };
}

function saysTheSame(before: BlockTerms, { terms }: ListedBlock): boolean {
  return (
    before.severity === terms.severity &&
    before.rejectMedia === terms.rejectMedia &&
    before.rejectReports === terms.rejectReports
  );
}

function isSameTerms(one: BlockTerms, other: BlockTerms): boolean {
  return (
    one.severity === other.severity &&
    one.rejectMedia === other.rejectMedia &&
    one.rejectReports === other.rejectReports &&
    one.publicComment === other.publicComment &&
    one.privateComment === other.privateComment &&
    one.obfuscate === other.obfuscate &&
    one.listId === other.listId
  );
}
