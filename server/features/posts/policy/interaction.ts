// Who may answer, like and boost a post of another server, as its author says (GoToSocial's interaction policies).
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
