// Telling the servers of one's followers what stands at the top of one's profile. Subscribers.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { prove } from '#server/features/accounts/activitypub/prove.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { inboxesOfFollowers } from '#server/features/graph/activitypub/inboxes.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { isCounted } from '../policy.ts';
import { findPost } from '../queries.ts';

/** Adds a post to the `featured` collection that other servers keep of its author. */
export function sendPin(ctx: AppContext, event: Events['post.pinned'], job: { cause: string }): Promise<void> {
  return sendFeatured(ctx, 'Add', event, job.cause);
}

/** Takes it out of there. */
export function sendUnpin(ctx: AppContext, event: Events['post.unpinned'], job: { cause: string }): Promise<void> {
  return sendFeatured(ctx, 'Remove', event, job.cause);
}

/** Only what everybody may see is in that collection. The activity says what is true now: a pin that came and went is not told. */
async function sendFeatured(
  ctx: AppContext,
  type: 'Add' | 'Remove',
  event: Events['post.pinned'],
  cause: string,
): Promise<void> {
  const post = await findPost(ctx, event.postId);
  const author = await findAccount(ctx, event.accountId);
  if (post === null || author === null || author.domain !== null || !isCounted(post.visibility)) return;
  const at = addresses(ctx.config);
  const plain = {
    '@context': activityStreams,
    id: at.activity(`${type.toLowerCase()}/${cause}`),
    type,
    actor: author.uri,
    object: post.uri,
    target: at.featured(author.id),
    to: [publicAudience],
    cc: [at.followers(author.id)],
  };
  const inboxes = inboxesOfFollowers(author.id);
  const activity = await prove(ctx, { activity: plain, senderId: author.id, inboxes, kind: 'other' });
  await ctx.database.write(async (tx) => {
    const { rows } =
      await sql`select from pins where account_id = ${author.id} and post_id = ${post.id} for share`.execute(tx.sql);
    if (rows.length > 0 !== (type === 'Add')) return;
    await writeOutgoing(tx.sql, { cause, activity, senderId: author.id, orderingKey: post.uri, inboxes }, ctx.clock());
  });
}
