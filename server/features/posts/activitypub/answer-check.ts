// Whether an answer by somebody of another server to somebody of another server is allowed: read where the author of what is
// answered says so, never believed from the answer itself.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { awaitedFor } from '../policy/interaction.ts';
import { approveAnswer, findWaitingAnswer, type WaitingAnswer } from '../service/approval.ts';
import { isAllowed } from './interaction-check.ts';
import { readNote } from './note-read.ts';
import { orNull } from './quote-check.ts';

/** An answer without a word of the author's may be free all the same; of each post that is asked so often in a minute. */
const mostAsked = 5;
const askedWindowMs = 60_000;

/** Looks at an answer that waits. One that is not allowed goes on waiting: nobody but its author and the other sees it. */
export async function checkAnswer(ctx: AppContext, { postId }: Events['reply.unproven']): Promise<void> {
  const answer = await findWaitingAnswer(ctx, postId);
  // What waits itself takes its answers along when it is allowed.
  if (answer === null || answer.parent.awaitsId !== null) return;
  const isFree = awaitedFor(answer, answer.parent, answer) === null;
  if (isFree || (await isAgreed(ctx, answer)) || (await isFreeThere(ctx, answer))) await approveAnswer(ctx, postId);
}

async function isAgreed(ctx: AppContext, { approvalUri, uri, parent }: WaitingAnswer): Promise<boolean> {
  if (approvalUri === null) return false;
  const asked = { interaction: 'reply', subjectUri: uri, postUri: parent.uri, authorUri: parent.accountUri } as const;
  return (await orNull(isAllowed(ctx, approvalUri, asked))) === true;
}

/** Whom a post names may answer it, but we may not have known them when it came; and what it restricts may have changed. */
async function isFreeThere(ctx: AppContext, { accountUri, parent }: WaitingAnswer): Promise<boolean> {
  const { count } = await ctx.cache.count(`answer-rules:${parent.uri}`, askedWindowMs);
  if (count > mostAsked) return false;
  const json = await orNull(fetchRemote(ctx, parent.uri));
  const note = json && readNote(json, ctx.config.allowPrivateAddresses);
  if (!note || note.uri !== parent.uri || note.authorUri !== parent.accountUri) return false;
  const rule = note.interactions.reply;
  return rule === undefined || rule.automatic.includes(accountUri) || note.mentionedUris.includes(accountUri);
}
