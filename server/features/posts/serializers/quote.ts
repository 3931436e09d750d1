// What a post quotes, and who may quote it, as Mastodon's clients read it.
import { Type, type Static } from 'typebox';
import type { QuotePolicy } from '../entities.ts';
import { quoteAnswers } from '../entities/quotes.ts';

const states = [
  ...quoteAnswers,
  'deleted',
  'unauthorized',
  'blocked_account',
  'blocked_domain',
  'muted_account',
] as const;

const StateSchema = Type.Unsafe<(typeof states)[number]>(Type.String({ enum: [...states] }));

/** Inside a quoted post only the id of what that one quotes. @see https://docs.joinmastodon.org/entities/ShallowQuote/ */
export const ShallowQuoteSchema = Type.Object({
  state: StateSchema,
  quoted_status_id: Type.Union([Type.String(), Type.Null()]),
});

const WhoSchema = Type.Array(Type.Unsafe<'public' | 'followers'>(Type.String()));

/** @see https://docs.joinmastodon.org/entities/QuoteApproval/ */
export const QuoteApprovalSchema = Type.Object({
  automatic: WhoSchema,
  manual: WhoSchema,
  current_user: Type.Unsafe<'automatic' | 'manual' | 'denied' | 'unknown'>(Type.String()),
});

/** Who may quote a post, and who may ask to. */
export interface QuoteRules {
  policy: QuotePolicy;
  asking: QuotePolicy;
}

/** `own`: null when nobody is signed in; `may`: whether a policy for followers takes the reader in, null when that is not known. */
export function serializeApproval(
  { policy, asking }: QuoteRules,
  reader: { own: boolean | null; may: boolean | null },
): Static<typeof QuoteApprovalSchema> {
  const who = (one: QuotePolicy): Array<'public' | 'followers'> => (one === 'nobody' ? [] : [one]);
  return { automatic: who(policy), manual: who(asking), current_user: leaveOf({ policy, asking }, reader) };
}

function leaveOf(
  { policy, asking }: QuoteRules,
  { own, may }: { own: boolean | null; may: boolean | null },
): 'automatic' | 'manual' | 'denied' | 'unknown' {
  if (own === null) return 'denied';
  if (own || policy === 'public' || (policy === 'followers' && may === true)) return 'automatic';
  if (policy === 'followers' && may === null) return 'unknown';
  if (asking === 'public' || (asking === 'followers' && may === true)) return 'manual';
  return asking === 'followers' && may === null ? 'unknown' : 'denied';
}

export const QuoteStateSchema = StateSchema;
