// Lists of blocks, what they would change, and what was changed, for the doors of the staff.
import { Type, type Static } from 'typebox';
import type { BlockTerms, ChangeStep } from '../entities.ts';
import type { PlannedBlock } from '../policy/plan.ts';
import type { ChangeView } from '../queries.ts';
import type { ListView } from '../queries/lists.ts';
import { serializeTerms, SeveritySchema } from '../serializers.ts';
import type { MadeChange } from '../service/change.ts';
import type { Preview } from '../service/lists.ts';

const Comment = Type.Union([Type.String(), Type.Null()]);
const TermsSchema = Type.Object({
  severity: SeveritySchema,
  reject_media: Type.Boolean(),
  reject_reports: Type.Boolean(),
  private_comment: Comment,
  public_comment: Comment,
  obfuscate: Type.Boolean(),
  list_id: Type.Union([Type.String(), Type.Null()]),
});
const MaybeTerms = Type.Union([TermsSchema, Type.Null()]);
const PlannedSchema = Type.Object({
  domain: Type.String(),
  before: MaybeTerms,
  after: MaybeTerms,
  follows: Type.Integer({ description: 'How many follows this would end' }),
});

export const PreviewSchema = Type.Object({
  added: Type.Array(PlannedSchema),
  changed: Type.Array(PlannedSchema),
  removed: Type.Array(PlannedSchema),
  kept: Type.Array(
    Type.Object({
      domain: Type.String(),
      terms: TermsSchema,
      reason: Type.Unsafe<'by_hand' | 'stricter'>(
        Type.String({ description: '`by_hand`: the staff decided it; `stricter`: it is as strict already' }),
      ),
    }),
  ),
  same: Type.Integer({ description: 'How many are so already' }),
  refused: Type.Array(Type.Object({ line: Type.Integer(), text: Type.String(), reason: Type.String() })),
  follows: Type.Integer({ description: 'How many follows would end in all' }),
});

export function serializePreview({ plan, refused, follows }: Preview): Static<typeof PreviewSchema> {
  const planned = ({ domain, before, after }: PlannedBlock) => ({
    domain,
    before: termsOrNull(before),
    after: termsOrNull(after),
    follows: follows.get(domain) ?? 0,
  });
  return {
    added: plan.added.map(planned),
    changed: plan.changed.map(planned),
    removed: plan.removed.map(planned),
    kept: plan.kept.map(({ domain, terms, reason }) => ({ domain, terms: serializeTerms(terms), reason })),
    same: plan.same,
    refused,
    follows: [...follows.values()].reduce((sum, count) => sum + count, 0),
  };
}

function termsOrNull(terms: BlockTerms | null) {
  return terms === null ? null : serializeTerms(terms);
}

const Moment = Type.Union([Type.String(), Type.Null()]);
export const ListSchema = Type.Object({
  id: Type.String(),
  url: Type.String(),
  created_at: Type.String(),
  fetched_at: Moment,
  next_fetch_at: Type.Union([Type.String(), Type.Null()], {
    description: 'Null: it rests, because what it did was undone',
  }),
  names: Type.Integer({ description: 'How many it held when it was fetched last' }),
  blocks: Type.Integer({ description: 'How many blocks come from it' }),
  failure: Type.Union([Type.String(), Type.Null()]),
});

export function serializeList(list: ListView): Static<typeof ListSchema> {
  return {
    id: list.id,
    url: list.url,
    created_at: list.createdAt.toISOString(),
    fetched_at: list.fetchedAt?.toISOString() ?? null,
    next_fetch_at: list.dueAt?.toISOString() ?? null,
    names: list.names,
    blocks: list.blocks,
    failure: list.failure,
  };
}

/** What came of doing something: the change, to be undone by its id; null when all was so already. */
export const MadeSchema = Type.Object({
  change_id: Type.Union([Type.String(), Type.Null()]),
  changed: Type.Integer({ description: 'How many servers' }),
});

export function serializeMade(change: MadeChange | null): Static<typeof MadeSchema> {
  return { change_id: change?.id ?? null, changed: change?.steps.length ?? 0 };
}

const mostSteps = 100;

export const ChangeSchema = Type.Object({
  id: Type.String(),
  source: Type.String({ description: '`hand`, `import`, `list` or `undo`' }),
  account_id: Type.Union([Type.String(), Type.Null()], {
    description: 'Who did it; null: the command line, or the server itself',
  }),
  list_id: Type.Union([Type.String(), Type.Null()]),
  undoes_id: Type.Union([Type.String(), Type.Null()]),
  undone_at: Moment,
  created_at: Type.String(),
  count: Type.Integer({ description: 'How many servers it is about' }),
  steps: Type.Array(
    Type.Object({ kind: Type.String(), domain: Type.String(), before: Type.Unknown(), after: Type.Unknown() }),
    { description: `The first ${mostSteps}` },
  ),
});

export function serializeChange(change: ChangeView): Static<typeof ChangeSchema> {
  return {
    id: change.id,
    source: change.source,
    account_id: change.actorId,
    list_id: change.listId,
    undoes_id: change.undoesId,
    undone_at: change.undoneAt?.toISOString() ?? null,
    created_at: change.createdAt.toISOString(),
    count: change.steps.length,
    steps: change.steps.slice(0, mostSteps).map(serializeStep),
  };
}

function serializeStep(step: ChangeStep) {
  const { domain } = step;
  if (step.what === 'allow') return { kind: 'allow', domain, before: step.before === true, after: step.after === true };
  return { kind: 'block', domain, before: termsOrNull(step.before), after: termsOrNull(step.after) };
}
