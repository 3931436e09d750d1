// The blocks that people are shown as JSON text, made once until one changes: lists that are followed bring thousands of them.
import type { AppContext } from '#server/context.ts';
import { allBlocks, shownFragment } from './queries.ts';
import { serializeShown } from './serializers.ts';

/** Mastodon's DomainBlocks in a JSON array. */
export async function renderShown(ctx: AppContext): Promise<string> {
  const kept = ctx.fragments.get(shownFragment);
  if (kept !== undefined) return kept;
  const since = ctx.fragments.mark();
  const text = JSON.stringify(serializeShown(await allBlocks(ctx)));
  ctx.fragments.set(shownFragment, text, since);
  return text;
}
