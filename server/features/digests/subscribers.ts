// Writing the letter when its time has come.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { findFrequency, findReader, missedBy } from './queries.ts';
import { digestLetter } from './serializers/letter.ts';
import { unsubscribeToken } from './service/wish.ts';

/** Writes to somebody what they missed; nothing when it is read, gone or not wanted any more. */
export async function sendDigest(ctx: AppContext, { accountId, since }: Events['digest.due']): Promise<void> {
  const reader = await findReader(ctx, accountId);
  if (reader === null || (await findFrequency(ctx, accountId)) === 'never') return;
  const lines = await missedBy(ctx, accountId, new Date(since));
  if (lines.length === 0) return;
  const { title } = await readInstanceSettings(ctx);
  const token = unsubscribeToken(ctx, accountId);
  await ctx.mail.send(digestLetter({ title, origin: ctx.config.origin, reader, lines, token }));
}
