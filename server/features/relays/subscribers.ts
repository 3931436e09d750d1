// What relays do when others act.
import type { AppContext } from '#server/context.ts';
import { forgetRelays } from './queries.ts';

/** The list of relays is read anew. */
export async function forgetList(ctx: AppContext): Promise<void> {
  forgetRelays(ctx);
}
