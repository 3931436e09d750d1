// Asking authors of other servers whether they agree to be quoted, answering theirs, and telling what has changed. Subscribers.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts } from '#server/features/accounts/activitypub/inboxes.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { inboxesOfFollowers } from '#server/features/graph/activitypub/inboxes.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { objectContext } from '#server/platform/fediverse/vocabulary.ts';
import { findPost, type PostView } from '../queries.ts';
import { noteDocument, updateActivity } from './note-document.ts';
import { findOwn, findTold, readersOf } from './send.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** Asks the author of a post of another server whether one of ours may quote it; if that waits for somebody's leave, when it has it. */
export async function sendQuoteRequest(ctx: AppContext, event: Events['quote.requested'], job: Job): Promise<void> {
  const own = await findTold(ctx, event.postId);
  const quote = own?.post.quote ?? null;
  if (own === null || quote?.accountId == null || quote.state !== 'pending') return;
  const { post, author } = own;
  const quoted = await findAccount(ctx, quote.accountId);
  if (quoted === null || quoted.domain === null) return;
  const activity = {
    '@context': objectContext,
    id: addresses(ctx.config).quoteRequest(post.id),
    type: 'QuoteRequest',
    actor: author.uri,
    to: [quoted.uri],
    object: quote.uri,
    instrument: noteDocument(ctx, post, author),
  };
  await ctx.database.write(async (tx) => {
    const { rows } = await sql`select from quotes where post_id = ${post.id} for share`.execute(tx.sql);
    if (rows.length === 0) return;
    const inboxes = inboxesOfAccounts([quoted.id]);
    await writeOutgoing(
      tx.sql,
      { cause: job.cause, activity, senderId: author.id, orderingKey: post.uri, inboxes },
      ctx.clock(),
    );
  });
}

/** Answers somebody of another server who asked to quote a post of ours. */
export async function sendQuoteAnswer(ctx: AppContext, event: Events['quote.answered'], job: Job): Promise<void> {
  const { postId, isAccepted, requestUri, quotingUri } = event;
  const own = await findOwn(ctx, event.quotedId);
  const quoter = await findAccount(ctx, event.quoterId);
  if (own === null || quoter === null || quoter.domain === null) return;
  const { post: quoted, author } = own;
  const at = addresses(ctx.config);
  const activity = {
    '@context': objectContext,
    id: at.activity(`${isAccepted ? 'accept' : 'reject'}/quote-${job.eventId}`),
    type: isAccepted ? 'Accept' : 'Reject',
    actor: author.uri,
    to: [quoter.uri],
    object: { id: requestUri, type: 'QuoteRequest', actor: quoter.uri, object: quoted.uri, instrument: quotingUri },
    ...(postId === null ? {} : { result: at.quoteAuthorization(postId) }),
  };
  await write(ctx, job, author, { activity, key: quotingUri, inboxes: inboxesOfAccounts([quoter.id]) });
}

/** Sends a post of ours anew when what it quotes was allowed, refused or taken out of it. */
export async function sendQuoteChange(ctx: AppContext, event: Events['quote.changed'], job: Job): Promise<void> {
  const own = await findTold(ctx, event.postId);
  if (own === null) return;
  const { post, author } = own;
  const id = addresses(ctx.config).activity(`update/${post.id}/quote-${job.eventId}`);
  const activity = { ...updateActivity(ctx, post, author), id };
  await write(ctx, job, author, { activity, key: post.uri, inboxes: readersOf(post, await authorsAround(ctx, post)) });
}

/** Whom a quote concerns besides those who read its author: who is quoted. */
async function authorsAround(ctx: AppContext, { quote }: PostView): Promise<string[]> {
  const quoted = quote?.id == null ? null : await findPost(ctx, quote.id);
  return quoted === null ? [] : [quoted.accountId];
}

/** Tells other servers that an author of ours no longer agrees to a quote: its author's, and those who read either. */
export async function sendRevocation(ctx: AppContext, event: Events['quote.revoked'], job: Job): Promise<void> {
  const own = await findOwn(ctx, event.quotedId);
  const quoting = await findPost(ctx, event.postId);
  if (own === null || quoting === null) return;
  const { post: quoted, author } = own;
  const at = addresses(ctx.config);
  const isOpen = quoted.visibility === 'public' || quoted.visibility === 'unlisted';
  const uri = at.quoteAuthorization(quoting.id);
  const activity = {
    '@context': objectContext,
    id: at.activity(`delete/quote-${quoting.id}-${job.eventId}`),
    type: 'Delete',
    actor: author.uri,
    to: [isOpen ? publicAudience : at.followers(author.id)],
    object: uri,
  };
  const inboxes = sql`${readersOf(quoting, [quoting.accountId])} union ${inboxesOfAccounts([quoting.accountId])}
    union ${inboxesOfFollowers(author.id)}`;
  await write(ctx, job, author, { activity, key: uri, inboxes });
}

async function write(
  ctx: AppContext,
  { cause }: Job,
  sender: AccountView,
  { activity, key, inboxes }: { activity: Json; key: string; inboxes: ReturnType<typeof sql> },
): Promise<void> {
  await writeOutgoing(
    ctx.database.read,
    { cause, activity, senderId: sender.id, orderingKey: key, inboxes },
    ctx.clock(),
  );
}
