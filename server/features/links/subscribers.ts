// Visiting what posts link to, beside everything that people wait for.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { resolveAccount } from '#server/features/accounts/activitypub.ts';
import { parseHandle } from '#server/features/accounts/queries.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { recordVisit, takePreview } from './service/record.ts';
import { visitPage } from './service/visit.ts';

const lookupMs = 5000;

/** Visits a page once for all posts that link to it. */
export async function visitLink(
  ctx: AppContext,
  { previewId }: Events['link.found'],
  job: { cause: string },
): Promise<void> {
  const preview = await takePreview(ctx, previewId, job.cause);
  if (preview === null) return;
  const visit = await visitPage(ctx, preview.url);
  const creator = visit.outcome === 'page' ? visit.page.creator : null;
  await recordVisit(ctx, preview, visit, creator === null ? null : await findCreator(ctx, creator));
}

/** The account that a page names; whether it wants to be named is asked when the card is shown. */
async function findCreator(ctx: AppContext, handle: string): Promise<string | null> {
  if (!/^@?[^@\s]+@[^@\s]+$/u.test(handle) || parseHandle(ctx.config, handle) === null) return null;
  try {
    return (await resolveAccount(ctx, handle, { timeoutMs: lookupMs }))?.id ?? null;
  } catch (error) {
    if (!(error instanceof DocumentFailure || error instanceof FetchFailure)) throw error;
    return null;
  }
}
