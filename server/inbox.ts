// Activity type → which feature receives it. Each activity has its effect once: what it changes commits together with
// the note that it was handled.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { isActorType } from '#server/features/accounts/activitypub/actor-read.ts';
import {
  drop,
  receiveActorDelete,
  receiveActorUpdate,
  type Effect,
  type Incoming,
  type Receive,
} from '#server/features/accounts/activitypub/receive.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { findAccountByUri } from '#server/features/accounts/queries.ts';
import {
  receiveAccept,
  receiveBlock,
  receiveFollow,
  receiveReject,
  undoBlock,
  undoFollow,
} from '#server/features/graph/activitypub.ts';
import { receiveMove } from '#server/features/graph/activitypub/move.ts';
import { receiveFlag } from '#server/features/moderation/activitypub/receive.ts';
import {
  arrivalOf,
  arrivalOutcome,
  receiveCreate,
  receiveDelete,
  receiveUpdate,
} from '#server/features/posts/activitypub/receive.ts';
import {
  receiveAnnounce,
  receiveDislike,
  undoAnnounce,
  type Undone,
} from '#server/features/posts/activitypub/receive-acts.ts';
import { receiveFromGroup } from '#server/features/posts/activitypub/receive-groups.ts';
import {
  isQuoteAnswer,
  receiveQuoteAccept,
  receiveQuoteReject,
  receiveQuoteRequest,
} from '#server/features/posts/activitypub/receive-quotes.ts';
import {
  isInteractionAnswer,
  receiveInteractionAccept,
  receiveInteractionReject,
  receiveReplyRequest,
} from '#server/features/posts/activitypub/receive-interactions.ts';
import { receiveReaction, undoReaction } from '#server/features/reactions/activitypub/receive.ts';
import { receiveAdd, receiveRemove } from '#server/features/posts/activitypub/receive-pins.ts';
import { bury, lockUri, type ImportedPost } from '#server/features/posts/service/import.ts';
import { receiveRelayed } from '#server/features/posts/activitypub/relayed.ts';
import { isRelayAnswer, receiveRelayAnswer, receiveRelayFollow } from '#server/features/relays/activitypub/receive.ts';
import { isRelay } from '#server/features/relays/queries.ts';
import { judgeCarried } from '#server/federation/carried.ts';
import { importPosts } from '#server/features/posts/service/import-new.ts';
import { sql } from '#server/platform/database.ts';
import { Failure } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asId, asObject, asOnlyId, asText, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { inHelpings, together } from '#server/platform/together.ts';

/** What an Accept or Reject may answer, besides a follow: the first that it does counts. */
const answers: ReadonlyArray<{
  isFor: (ctx: AppContext, incoming: Incoming) => boolean;
  Accept: Receive;
  Reject: Receive;
}> = [
  { isFor: isRelayAnswer, Accept: receiveRelayAnswer, Reject: receiveRelayAnswer },
  { isFor: isQuoteAnswer, Accept: receiveQuoteAccept, Reject: receiveQuoteReject },
  { isFor: isInteractionAnswer, Accept: receiveInteractionAccept, Reject: receiveInteractionReject },
];

function answering(type: 'Accept' | 'Reject', ofFollow: Receive): Receive {
  return (ctx, incoming) => {
    const receive = answers.find(({ isFor }) => isFor(ctx, incoming))?.[type] ?? ofFollow;
    return receive(ctx, incoming);
  };
}

const receivers: Record<string, Receive> = {
  Follow: (ctx, incoming) =>
    asOnlyId(incoming.json['object']) === addresses(ctx.config).instanceActor
      ? receiveRelayFollow(ctx, incoming)
      : receiveFollow(ctx, incoming),
  Accept: answering('Accept', receiveAccept),
  Reject: answering('Reject', receiveReject),
  QuoteRequest: receiveQuoteRequest,
  ReplyRequest: receiveReplyRequest,
  Block: receiveBlock,
  Create: receiveCreate,
  Update: (ctx, incoming) =>
    isAboutActor(incoming) ? receiveActorUpdate(ctx, incoming) : receiveUpdate(ctx, incoming),
  Delete: (ctx, incoming) =>
    asOnlyId(incoming.json['object']) === incoming.actor.uri
      ? receiveActorDelete(ctx, incoming)
      : receiveDelete(ctx, incoming),
  Like: receiveReaction,
  EmojiReact: receiveReaction,
  Dislike: receiveDislike,
  Announce: async (ctx, incoming) => {
    if (await isRelay(ctx, incoming.actor.uri)) return receiveRelayed(ctx, incoming);
    return incoming.actor.kind === 'group' ? receiveFromGroup(ctx, incoming) : receiveAnnounce(ctx, incoming);
  },
  Move: receiveMove,
  Flag: receiveFlag,
  Add: receiveAdd,
  Remove: receiveRemove,
  Undo: receiveUndo,
};

type Undo = (ctx: AppContext, incoming: Incoming, undone: Undone) => Promise<Effect | null>;

const undoers: Record<string, Undo> = {
  Follow: undoFollow,
  Block: undoBlock,
  Like: undoReaction,
  EmojiReact: undoReaction,
  Announce: undoAnnounce,
};

/** After this an origin that does not answer is given up, and what it was asked for with it. */
const patienceMs = 90_000;

/** Handles one stored activity; a second run finds it handled. Throws to be tried again when another server must be asked first and does not answer. */
export async function handleActivity(ctx: AppContext, event: Events['activity.received']): Promise<void> {
  const row = await findStored(ctx, event.inboxId);
  if (row === null || row.handled_at !== null) return;
  // Safe: only documents that passed the gate are stored, as they came.
  const json = JSON.parse(row.body) as Json;
  const type = asText(json['type']) ?? '';
  const effect = await whileOriginsAnswer(ctx, row.received_at, () => prepareRow(ctx, { ...row, json, type }));
  const outcome = await commit(ctx, row.id, effect);
  ctx.metrics.inboxOutcomes.inc({ type: Object.hasOwn(receivers, type) ? type : 'other', outcome });
  ctx.log.debug({ activity: row.activity_uri, type, outcome }, 'an activity was handled');
}

/** Activities that are begun at the same moment are read by one statement. */
const findStored = together(async (ctx: AppContext, ids: string[]) => {
  const rows = await ctx.database.read.selectFrom('inbox_activities').selectAll().where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
});

interface Stored {
  id: string;
  actor_uri: string;
  activity_uri: string;
  carrier_uri: string | null;
  proven: boolean;
  received_at: Date;
  json: Json;
  type: string;
}

/** What somebody else brought is judged first. */
async function prepareRow(ctx: AppContext, row: Stored): Promise<Effect> {
  const { actor_uri: actorUri, activity_uri: id, carrier_uri: carrierUri, type, received_at: receivedAt } = row;
  const relayed = await isRelay(ctx, carrierUri ?? actorUri);
  const activity = { id, type, receivedAt, relayed };
  if (carrierUri === null || row.proven) return prepare(ctx, { ...activity, json: row.json }, actorUri);
  const carried = { id: row.id, actorUri, activityUri: id, carrierUri, byRelay: relayed, json: row.json };
  const judged = await judgeCarried(ctx, carried);
  return 'outcome' in judged ? drop(judged.outcome) : prepare(ctx, { ...activity, json: judged.json }, actorUri);
}

async function prepare(ctx: AppContext, activity: Omit<Incoming, 'actor'>, actorUri: string): Promise<Effect> {
  const actor = await findAccountByUri(ctx, actorUri);
  if (actor === null || actor.domain === null || !isActive(actor)) return drop('unknown_actor');
  const receive = Object.hasOwn(receivers, activity.type) ? receivers[activity.type] : undefined;
  return receive === undefined ? drop('unsupported_type') : receive(ctx, { ...activity, actor });
}

async function whileOriginsAnswer(ctx: AppContext, since: Date, work: () => Promise<Effect>): Promise<Effect> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DocumentFailure || error instanceof FetchFailure)) throw error;
    if (error.retryable && ctx.clock().getTime() - since.getTime() < patienceMs) throw error;
    return drop(error instanceof DocumentFailure ? `origin_${error.reason}` : 'origin_unreachable');
  }
}

/** The effect and the note that it happened, in one transaction. A refusal changes nothing and is noted as such. */
async function commit(ctx: AppContext, id: string, effect: Effect): Promise<string> {
  const post = arrivalOf(effect);
  try {
    return await (post === null ? settle(ctx, id, effect) : arrive(ctx, { id, post }));
  } catch (error) {
    if (!(error instanceof Failure) || error.status >= 500) throw error;
    return settle(ctx, id, drop(`refused_${error.name}`));
  }
}

async function settle(ctx: AppContext, id: string, effect: Effect): Promise<string> {
  return ctx.database.write(async (tx) => {
    const held = await tx.sql
      .selectFrom('inbox_activities')
      .select(['handled_at', 'outcome'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!held || held.handled_at !== null) return held?.outcome ?? 'gone';
    const outcome = await effect({ ...ctx, database: ctx.database.joined(tx) });
    await tx.sql
      .updateTable('inbox_activities')
      .set({ handled_at: ctx.clock(), outcome })
      .where('id', '=', id)
      .execute();
    return outcome;
  });
}

interface Arrival {
  /** Of the stored activity. */
  id: string;
  post: ImportedPost;
}

/** New posts that are ready at the same moment are written in one transaction; when that fails, each in its own. */
const arrive = inHelpings(arriveMany, { most: 64 });

async function arriveMany(ctx: AppContext, arrivals: Arrival[]): Promise<string[]> {
  return ctx.database.write(async (tx) => {
    const { rows: open } = await sql<{ id: string }>`select id from inbox_activities
      where id = any(${arrivals.map(({ id }) => id)}::bigint[]) and handled_at is null order by id for update`.execute(
      tx.sql,
    );
    // Another run of the same activity may have come first.
    const ids = new Set(open.map(({ id }) => id));
    const mine = arrivals.filter(({ id }) => ids.delete(id));
    const here = { ...ctx, database: ctx.database.joined(tx) };
    const written = await importPosts(
      here,
      mine.map(({ post }) => post),
    );
    const outcomes = new Map(mine.map(({ id }, index) => [id, arrivalOutcome(written[index] ?? null)]));
    await sql`update inbox_activities a set handled_at = ${ctx.clock()}, outcome = o.outcome
      from unnest(${[...outcomes.keys()]}::bigint[], ${[...outcomes.values()]}::text[]) as o (id, outcome) where a.id = o.id`.execute(
      tx.sql,
    );
    return arrivals.map(({ id }) => outcomes.get(id) ?? 'known');
  });
}

function isAboutActor({ json, actor }: Incoming): boolean {
  const object = asObject(json['object']);
  return asOnlyId(json['object']) === actor.uri || (object !== null && isActorType(typeOf(object)));
}

/**
 * Takes back what its author did. Of an activity that is named by its id alone, and of one that never came, the id is
 * kept for a while: should it come later, it has been taken back.
 */
async function receiveUndo(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { json, actor } = incoming;
  const embedded = asObject(json['object']);
  const uri = asOnlyId(json['object']);
  if (embedded === null && uri === null) return drop('malformed');
  if (uri !== null && !isSameHost(uri, actor.uri)) return drop('other_host');
  const doer = asId(embedded?.['actor']);
  if (doer !== null && doer !== actor.uri) return drop('not_owner');
  const undone = { uri, object: asId(embedded?.['object']) };
  const type = embedded === null ? null : typeOf(embedded);
  const candidates = Object.entries(undoers).filter(([kind]) => type === null || kind === type);
  const effects = await Promise.all(candidates.map(([, undo]) => undo(ctx, incoming, undone)));
  return async (ctx) => {
    // What is taken back may be under way: it is waited for, and then found.
    if (uri !== null) await lockUri(ctx, uri);
    for (const effect of effects) {
      const outcome = await effect?.(ctx);
      if (outcome === 'done') return outcome;
    }
    if (effects.length === 0) return 'unsupported_object';
    if (uri !== null) await bury(ctx, uri, actor.uri);
    return 'unknown_object';
  };
}
