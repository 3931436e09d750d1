// What a post quotes, and who may quote it, as Mastodon's clients read it.
import { Type, type Static } from 'typebox';
import type { QuotePolicy } from '../entities.ts';

const states = ['accepted', 'revoked', 'deleted', 'unauthorized', 'blocked_account', 'muted_account'] as const;

const StateSchema = Type.Unsafe<(typeof states)[number]>(Type.String({ enum: [...states] }));

/** Inside a quoted post only the id of what that one quotes. @see https://docs.joinmastodon.org/entities/ShallowQuote/ */
export const ShallowQuoteSchema = Type.Object({
  state: StateSchema,
  quoted_status_id: Type.Union([Type.String(), Type.Null()]),
});

/** @see https://docs.joinmastodon.org/entities/QuoteApproval/ */
export const QuoteApprovalSchema = Type.Object({
  automatic: Type.Array(Type.Unsafe<'public' | 'followers'>(Type.String())),
  manual: Type.Array(Type.Never()),
  current_user: Type.Unsafe<'automatic' | 'denied' | 'unknown'>(Type.String()),
});

/** `own`: null when nobody is signed in; `may`: whether the policy for followers takes the reader in, null when that is not known. */
export function serializeApproval(
  policy: QuotePolicy,
  reader: { own: boolean | null; may: boolean | null },
): Static<typeof QuoteApprovalSchema> {
  const automatic = policy === 'nobody' ? [] : [policy];
  if (reader.own === null) return { automatic, manual: [], current_user: 'denied' };
  if (reader.own || policy === 'public') return { automatic, manual: [], current_user: 'automatic' };
  if (policy === 'followers' && reader.may === null) return { automatic, manual: [], current_user: 'unknown' };
  return { automatic, manual: [], current_user: policy === 'followers' && reader.may ? 'automatic' : 'denied' };
}

export const QuoteStateSchema = StateSchema;
