// Whether an author of another server agrees to a quote: read at the address of their agreement, never believed from
// somebody else's document.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asOnlyId, isSameHost, typeOf } from '#server/platform/fediverse/json.ts';
import { resolvePost } from '../activitypub.ts';
import type { PostView } from '../queries.ts';
import { acceptQuote, findWish } from '../service/quote-answer.ts';

/** What an agreement must say: who agrees, to be quoted in which post, with which of theirs. */
export interface Agreement {
  accountUri: string;
  quotingUri: string;
  quotedUri: string;
}

/**
 * True when the quoted author's own server says at that address that they agree to just this. `readerId` asks in the name of one of ours.
 * @throws {DocumentFailure}
 */
export async function isAgreed(
  ctx: AppContext,
  uri: string,
  agreement: Agreement,
  options: { readerId?: string } = {},
): Promise<boolean> {
  if (!isSameHost(uri, agreement.accountUri)) return false;
  const json = await fetchRemote(ctx, uri, options);
  return (
    json['id'] === uri &&
    typeOf(json) === 'QuoteAuthorization' &&
    asOnlyId(json['attributedTo']) === agreement.accountUri &&
    asOnlyId(json['interactingObject']) === agreement.quotingUri &&
    asOnlyId(json['interactionTarget']) === agreement.quotedUri
  );
}

/** Looks at a quote by somebody of another server: fetches what is quoted, and asks its server whether the author agrees. */
export async function checkQuote(ctx: AppContext, event: Events['quote.unproven']): Promise<void> {
  const { postId, authorizationUri, depth } = event;
  const wish = await findWish(ctx, postId);
  if (wish === null || wish.state === 'accepted' || wish.quotedUri === null) return;
  const quoted = await orNull(resolvePost(ctx, wish.quotedUri, { quoteDepth: depth + 1 }));
  if (quoted === null || quoted.boostOfId !== null || quoted.local) return;
  if (quoted.accountId === wish.accountId) {
    await acceptQuote(ctx, { postId, quotedId: quoted.id, authorization: null });
    return;
  }
  if (authorizationUri === null) return;
  const agreement = await agreementOn(ctx, quoted, wish.postUri);
  if (agreement === null || !(await orNull(isAgreed(ctx, authorizationUri, agreement)))) return;
  const authorization = { uri: authorizationUri, accountUri: agreement.accountUri };
  await acceptQuote(ctx, { postId, quotedId: quoted.id, authorization });
}

async function agreementOn(ctx: AppContext, quoted: PostView, quotingUri: string): Promise<Agreement | null> {
  const author = await findAccount(ctx, quoted.accountId);
  return author === null ? null : { accountUri: author.uri, quotingUri, quotedUri: quoted.uri };
}

/** What cannot be had is not there; what may be had later is asked for again. */
export async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DocumentFailure && !error.retryable) return null;
    throw error;
  }
}
