// Writing relays down, pausing and leaving them. What is said to the relay follows from the events.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { RelayKind } from '../entities.ts';
import { findRelay, type RelayView } from '../queries.ts';

/** Where a relay is; `actorUri` null: not known until it answers. */
export interface RelayPlace {
  kind: RelayKind;
  inboxUrl: string;
  actorUri: string | null;
}

/** Writes a relay down and has it asked; returns its id. @throws {Invalid} when its address is known already */
export async function recordRelay(ctx: AppContext, address: string, place: RelayPlace): Promise<string> {
  const id = ctx.newId();
  await ctx.database.write(async (tx) => {
    const made = await tx.sql
      .insertInto('relays')
      .values({
        id,
        address,
        kind: place.kind,
        inbox_url: place.inboxUrl,
        actor_uri: place.actorUri,
        follow_uri: newFollow(ctx),
        state: 'pending',
        created_at: ctx.clock(),
      })
      .onConflict((is) => is.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) throw new Invalid('This relay is in the list already');
    await tell(tx, id);
    await tx.emit('relay.asked', { relayId: id });
  });
  return id;
}

function newFollow(ctx: AppContext): string {
  return addresses(ctx.config).activity(`relay/${ctx.newId()}`);
}

async function tell(tx: Transaction, relayId: string): Promise<void> {
  await tx.emit('relay.changed', { relayId });
}

/** Asks a relay to stop and keeps it in the list. */
export async function pauseRelay(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const relay = await holdRelay(ctx, tx, id);
    if (relay.state === 'paused') return;
    await tx.sql.updateTable('relays').set({ state: 'paused', answered_at: null }).where('id', '=', id).execute();
    await leave(tx, relay);
  });
}

/** Asks a paused relay, or one that refused, once more. */
export async function resumeRelay(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const { state } = await holdRelay(ctx, tx, id);
    if (state === 'accepted') return;
    const asked = { state: 'pending', follow_uri: newFollow(ctx), answered_at: null } as const;
    await tx.sql.updateTable('relays').set(asked).where('id', '=', id).execute();
    await tell(tx, id);
    await tx.emit('relay.asked', { relayId: id });
  });
}

/** Leaves a relay for good. */
export async function removeRelay(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const relay = await holdRelay(ctx, tx, id);
    await tx.sql.deleteFrom('relays').where('id', '=', id).execute();
    if (relay.state === 'paused') await tell(tx, id);
    else await leave(tx, relay);
  });
}

async function leave(tx: Transaction, relay: RelayView): Promise<void> {
  const { id: relayId, followUri, inboxUrl, actorUri, kind } = relay;
  await tell(tx, relayId);
  await tx.emit('relay.left', { relayId, followUri, inboxUrl, actorUri: kind === 'mastodon' ? null : actorUri });
}

/** The relay, which nobody else pauses or leaves until `tx` ends. @throws {NotFound} */
async function holdRelay(ctx: AppContext, tx: Transaction, id: string): Promise<RelayView> {
  if (isId(id)) await sql`select from relays where id = ${id} for update`.execute(tx.sql);
  const relay = await findRelay({ ...ctx, database: ctx.database.joined(tx) }, id);
  if (relay === null) throw new NotFound('There is no such relay');
  return relay;
}

/** Notes what a relay answered. True when it was asked and had not answered yet. */
export async function noteAnswer(
  ctx: AppContext,
  answer: { relayId: string; actorUri: string; state: 'accepted' | 'rejected' },
): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const changed = await tx.sql
      .updateTable('relays')
      .set({ state: answer.state, actor_uri: answer.actorUri, answered_at: ctx.clock() })
      .where('id', '=', answer.relayId)
      .where('state', 'in', answer.state === 'accepted' ? ['pending'] : ['pending', 'accepted'])
      .returning('id')
      .executeTakeFirst();
    if (changed) await tell(tx, answer.relayId);
    return changed !== undefined;
  });
}
