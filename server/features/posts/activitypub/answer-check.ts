// Whether an answer by somebody of another server to somebody of another server is allowed: read where the author of what is
// answered says so, never believed from the answer itself.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { awaitedFor } from '../policy/interaction.ts';
import { approveAnswer, findWaitingAnswer, type WaitingAnswer } from '../service/approval.ts';
import { wasBuried } from '../service/import.ts';
import { isFreeThere, readAgreement } from './interaction-check.ts';
import { orNull } from './quote-check.ts';

/** Looks at an answer that waits. One that is not allowed goes on waiting: nobody but its author and the other sees it. */
export async function checkAnswer(ctx: AppContext, { postId }: Events['reply.unproven']): Promise<void> {
  const answer = await findWaitingAnswer(ctx, postId);
  // What waits itself takes its answers along when it is allowed.
  if (answer === null || answer.parent.awaitsId !== null) return;
  const { approvalUri, accountUri, parent } = answer;
  // Who took their word back meant this answer, however free others are.
  if (approvalUri !== null && (await wasBuried(ctx, approvalUri, parent.accountUri))) return;
  const isFree = awaitedFor(answer, parent, answer) === null;
  if (
    isFree ||
    (await isAgreed(ctx, answer)) ||
    (await isFreeThere(ctx, { interaction: 'reply', accountUri, post: parent }))
  )
    await approveAnswer(ctx, postId);
}

async function isAgreed(ctx: AppContext, { approvalUri, uri, parent }: WaitingAnswer): Promise<boolean> {
  if (approvalUri === null) return false;
  const asked = { interaction: 'reply', subjectUri: uri, postUri: parent.uri, authorUri: parent.accountUri } as const;
  return (await orNull(readAgreement(ctx, approvalUri, asked))) !== null;
}
