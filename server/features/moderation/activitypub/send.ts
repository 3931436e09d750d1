// Forwarding a report to the server of the account that it is about. The server itself signs: the reporter is not named.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts } from '#server/features/accounts/activitypub/inboxes.ts';
import { ensureInstanceActor } from '#server/features/accounts/activitypub/instance-actor.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { addressesOfPosts, findReport } from '../queries.ts';

/** Sends a report that is to be forwarded as a `Flag`. */
export async function sendFlag(
  ctx: AppContext,
  { reportId }: Events['report.created'],
  job: { cause: string },
): Promise<void> {
  const report = await findReport(ctx, reportId);
  if (report === null || !report.forwarded) return;
  const target = await findAccount(ctx, report.targetId);
  if (target === null || target.domain === null) return;
  const actor = await ensureInstanceActor(ctx);
  const activity = {
    '@context': activityStreams,
    id: addresses(ctx.config).activity(`flag/${report.id}`),
    type: 'Flag',
    actor: actor.uri,
    content: report.comment,
    object: [target.uri, ...(await addressesOfPosts(ctx, report.postIds))],
    to: [target.uri],
  };
  const inboxes = inboxesOfAccounts([target.id]);
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: actor.id, orderingKey: `flag:${report.id}`, inboxes },
    ctx.clock(),
  );
}
