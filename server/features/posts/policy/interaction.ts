// Who may answer, like and boost a post of another server, as its author says (GoToSocial's interaction policies).
import type { Visibility } from '#server/features/instance/entities.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { InteractionRules, QuotePolicy } from '../entities.ts';
import type { QuoteLeave } from './quote.ts';

export const interactions = ['reply', 'like', 'boost'] as const;
export type Interaction = (typeof interactions)[number];

/** What a policy says to an account that sees the post. Authors always may, and whom a post names may answer it. */
export function interactionLeave(
  accountId: string,
  post: { accountId: string; interactionRules: InteractionRules | null },
  interaction: Interaction,
  facts: { follows: boolean; mentioned: boolean },
): QuoteLeave {
  const rule = post.interactionRules?.[interaction];
  if (rule === undefined || post.accountId === accountId) return 'automatic';
  const takesIn = (policy: QuotePolicy): boolean => policy === 'public' || (policy === 'followers' && facts.follows);
  if (takesIn(rule.automatic) || (interaction === 'reply' && facts.mentioned)) return 'automatic';
  return takesIn(rule.manual) ? 'manual' : 'denied';
}

/**
 * Whose leave an answer by somebody of another server waits for before others see it; null when it need not. What is said to a few
 * is no answer in front of everybody. What answers a post that waits, waits with it.
 */
export function awaitedFor(
  answer: { accountId: string; visibility: Visibility },
  parent: { accountId: string; interactionRules: InteractionRules | null; awaitsId: string | null },
  facts: { follows: boolean; mentioned: boolean },
): string | null {
  if (answer.visibility === 'direct') return null;
  if (parent.awaitsId !== null) return parent.awaitsId;
  return interactionLeave(answer.accountId, parent, 'reply', facts) === 'automatic' ? null : parent.accountId;
}

/** Nobody is still asked to allow the like (or post) whose id this expression is. */
export function isSettled(subject: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from interaction_requests r where r.subject_id = ${subject} and r.state = 'pending')`;
}
