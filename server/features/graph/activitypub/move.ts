// Moves between servers: what we take, what we send, and how our own people set out.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { fetchAccount, resolveAccount } from '#server/features/accounts/activitypub.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asOnlyId } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { refuseMove } from '../policy.ts';
import { findMove, recordMove } from '../service/move.ts';
import { inboxesOfFollowers } from './inboxes.ts';

const mostAliases = 16;

/** Somebody goes on under another account. Only they may say so, and the other account must name the old one: it is asked anew. */
export async function receiveMove(ctx: AppContext, { json, actor }: Incoming): Promise<Effect> {
  if (asOnlyId(json['object']) !== actor.uri) return drop('not_owner');
  const uri = asOnlyId(json['target']);
  if (uri === null) return drop('malformed');
  const target = await findTarget(ctx, uri);
  if (target === null) return drop('unknown_object');
  const refusal = refuseMove(actor, target);
  if (refusal !== null) return drop(refusal);
  return async (ctx) => (await recordMove(ctx, actor, target)) ?? 'done';
}

/** One of ours as it is; one of another server as its server says now. */
async function findTarget(ctx: AppContext, uri: string): Promise<AccountView | null> {
  const known = await resolveAccount(ctx, uri);
  return known === null || known.domain === null ? known : fetchAccount(ctx, uri);
}

/** Tells the servers of all followers, which then have their people follow the new account. */
export async function sendMove(
  ctx: AppContext,
  event: Events['account.moved'],
  job: { cause: string; eventId: string },
): Promise<void> {
  const pair = await findMove(ctx, event.moveId);
  if (pair === null || pair.account.domain !== null) return;
  const { account, target } = pair;
  const activity = {
    '@context': activityStreams,
    id: addresses(ctx.config).activity(`move/${event.moveId}`),
    type: 'Move',
    actor: account.uri,
    object: account.uri,
    target: target.uri,
    to: [addresses(ctx.config).followers(account.id)],
  };
  const inboxes = inboxesOfFollowers(account.id);
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: account.id, orderingKey: account.uri, inboxes },
    ctx.clock(),
  );
}

const refusals = {
  same_account: 'That is this account',
  not_linked_back: 'That account does not name this one yet: add this account there as an alias first',
  target_gone: 'That account cannot be used',
  target_moved: 'That account has moved itself',
  moved_lately: 'This account or that one has moved within the last seven days; try again later',
} as const;

/** Leaves one of our accounts for another, here or elsewhere, given by its handle or address. @throws {Invalid} with what is missing */
export async function moveAway(ctx: AppContext, accountId: string, to: string): Promise<void> {
  const account = await findOwn(ctx, accountId);
  const found = await findNamed(ctx, to);
  const target = found.domain === null ? found : ((await fetchAccount(ctx, found.uri)) ?? found);
  const refusal = await recordMove(ctx, account, target);
  if (refusal !== null) throw new Invalid(`Validation failed: ${refusals[refusal]}`);
}

/** Names another account as one's own, so that it may be left for this one. @throws {Invalid} */
export async function addAlias(ctx: AppContext, accountId: string, named: string): Promise<void> {
  const account = await findOwn(ctx, accountId);
  const alias = await findNamed(ctx, named);
  if (alias.id === account.id) throw new Invalid(`Validation failed: ${refusals.same_account}`);
  if (account.alsoKnownAs.length >= mostAliases)
    throw new Invalid(`Validation failed: There may be at most ${mostAliases} aliases`);
  await writeAliases(ctx, account.id, [...account.alsoKnownAs.filter((uri) => uri !== alias.uri), alias.uri]);
}

/** Takes an alias away, by its address. @throws {NotFound} */
export async function removeAlias(ctx: AppContext, accountId: string, uri: string): Promise<void> {
  const account = await findOwn(ctx, accountId);
  if (!account.alsoKnownAs.includes(uri)) throw new NotFound('There is no such alias.');
  await writeAliases(
    ctx,
    account.id,
    account.alsoKnownAs.filter((other) => other !== uri),
  );
}

async function writeAliases(ctx: AppContext, accountId: string, uris: string[]): Promise<void> {
  await ctx.database.write(async (tx) => {
    await sql`update accounts set also_known_as = ${JSON.stringify(uris)}::jsonb, updated_at = ${ctx.clock()} where id = ${accountId}`.execute(
      tx.sql,
    );
    await tx.emit('account.updated', { accountId });
  });
}

async function findOwn(ctx: AppContext, accountId: string): Promise<AccountView> {
  const account = await findAccount(ctx, accountId);
  if (account === null || account.domain !== null) throw new NotFound('Record not found');
  return account;
}

/** The account that a person named. @throws {Invalid} when there is none, or its server does not answer */
async function findNamed(ctx: AppContext, named: string): Promise<AccountView> {
  const text = named.trim();
  const found = await resolveAccount(ctx, text).catch((error: unknown) => {
    if (error instanceof DocumentFailure || error instanceof FetchFailure) return null;
    throw error;
  });
  if (found === null)
    throw new Invalid(
      `Validation failed: There is no account ${text}, or its server does not answer; write it as name@server`,
    );
  return found;
}
