// An answer to a post of ours goes to the followers of whoever wrote that post, who would not see it otherwise (ActivityPub §7.1.2). Only
// what proves itself is passed on: nobody believes us about others. Source of the rule of whom: what Mastodon does.
import type { AppContext } from '#server/context.ts';
import { inboxesWhere } from '#server/features/accounts/activitypub/inboxes.ts';
import type { Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { inboxesOfFollowers } from '#server/features/graph/activitypub/inboxes.ts';
import { sql } from '#server/platform/database.ts';
import { isSameHost } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { readProof } from '#server/platform/fediverse/proofs/integrity-proof.ts';
import { readLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';

/** Whether an activity brings a proof by a key of its actor's host. */
export function isProvable({ json, actor }: Incoming): boolean {
  const keyIds = [readProof(json)?.keyId, readLinkedSignature(json)?.keyId];
  return keyIds.some((keyId) => keyId !== undefined && isSameHost(keyId, actor.uri));
}

/**
 * Passes an activity about an answer to our post on, as it came, once. `answeredId` is the post that is answered; nothing happens when it
 * is not ours, or when one of the two is not for everybody.
 */
export async function forward(
  ctx: AppContext,
  incoming: Incoming,
  about: { answeredId: string; noteUri: string; isOpen: boolean },
): Promise<void> {
  if (!about.isOpen || !isProvable(incoming)) return;
  const answered = await ctx.database.read
    .selectFrom('posts')
    .select('account_id')
    .where('id', '=', about.answeredId)
    .where('local', '=', true)
    .where('visibility', 'in', ['public', 'unlisted'])
    .executeTakeFirst();
  if (answered === undefined) return;
  const authors = inboxesWhere(sql`a.id = ${incoming.actor.id}`);
  const inboxes = sql`${inboxesOfFollowers(answered.account_id)} except ${authors}`;
  const outgoing = { cause: `forward:${incoming.id}`, activity: incoming.json, senderId: answered.account_id, inboxes };
  await ctx.database.write((tx) => writeOutgoing(tx.sql, { ...outgoing, orderingKey: about.noteUri }, ctx.clock()));
}
