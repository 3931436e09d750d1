// Taking over the picture of an emoji of another server, to make it one of ours.
import type { AppContext } from '#server/context.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { Invalid } from '#server/platform/errors.ts';
import { emojiLimits } from '../policy.ts';

/**
 * The picture of an emoji that this server shows for another one; `address` is the one under which it is shown here, so that nothing
 * is fetched but what came with a post, an account or a reaction.
 * @throws {Invalid} when it is no such address, or the picture cannot be had
 */
export async function fetchShownEmoji(ctx: AppContext, address: string): Promise<Buffer> {
  const [variant = '', signature = '', encoded = ''] = address.split('/').slice(-3);
  const shown = ctx.media.readRemote(variant, signature, encoded);
  if (shown === null || !shown.variant.startsWith('emoji'))
    throw refusal('copy_of must be the address under which this server shows an emoji of another one');
  try {
    const { status, body } = await ctx.fetch.fetch(shown.url, { accept: 'image/*', maxBytes: emojiLimits.upload });
    if (status === 200) return body;
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
  }
  throw refusal('the picture of this emoji cannot be had from its server');
}

function refusal(description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, {
    details: { copy_of: [{ error: 'ERR_INVALID', description }] },
  });
}
