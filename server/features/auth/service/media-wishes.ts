// What somebody wants of pictures and films, in all their browsers.
import type { AppContext } from '#server/context.ts';
import type { MediaDescribing, MediaShowing } from '../entities.ts';

export interface MediaWishes {
  describe?: MediaDescribing | undefined;
  show?: MediaShowing | undefined;
  autoplay?: boolean | undefined;
}

/** Changes what is given and leaves the rest. */
export async function changeMediaWishes(
  ctx: AppContext,
  accountId: string,
  { describe, show, autoplay }: MediaWishes,
): Promise<void> {
  const set = {
    ...(describe === undefined ? {} : { media_describing: describe }),
    ...(show === undefined ? {} : { media_showing: show }),
    ...(autoplay === undefined ? {} : { media_moves: autoplay }),
  };
  if (Object.keys(set).length === 0) return;
  await ctx.database.write((tx) => tx.sql.updateTable('users').set(set).where('account_id', '=', accountId).execute());
}
