// Reports that another server forwards, because they are about somebody here.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { hostsOf } from '#server/features/domains/policy.ts';
import { sql } from '#server/platform/database.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { asIds, asText } from '#server/platform/fediverse/json.ts';
import { stripHtml } from '#server/platform/text.ts';
import { reportedHere, reportsFrom } from '../queries.ts';
import { createReport, reportLimits } from '../service/report.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** A server that tells of more in a day is not heard any more on that day: the staff must find the rest. */
const mostADay = 50;

/** Takes a report of one of our accounts, with those of its posts that it names. Who reported it stays with their server. */
export async function receiveFlag(ctx: AppContext, { json, actor }: Incoming): Promise<Effect> {
  if (hostsOf(actor).some((host) => ctx.domains.rejectsReports(host))) return drop('reports_rejected');
  const named = asIds(json['object'], reportLimits.posts + 1);
  const about = await reportedHere(ctx, {
    accountIds: named.map((uri) => ownId(ctx.config, 'users', uri)).filter((id) => id !== null),
    postUris: named,
  });
  if (about === null) return drop('unknown_object');
  const comment = Array.from(stripHtml(asText(json['content']) ?? ''))
    .slice(0, reportLimits.comment)
    .join('');
  return async (ctx) => {
    // One at a time for each server, so that the limit holds.
    await ctx.database.write((tx) =>
      sql`select pg_advisory_xact_lock(hashtextextended(${`flags:${actor.domain}`}, 0))`.execute(tx.sql),
    );
    const since = new Date(ctx.clock().getTime() - dayMs);
    if ((await reportsFrom(ctx, actor.domain ?? '', since)) >= mostADay) return 'too_many';
    const { accountId: targetId, postIds } = about;
    await createReport(ctx, { reporterId: actor.id, targetId, postIds, seenElsewhere: true, comment });
    return 'done';
  };
}
