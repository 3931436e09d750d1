// A reader's policy about people whom they do not know, and the requests that it made, as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { verdicts, type Verdict } from '../entities.ts';
import type { Policy } from '../policy.ts';
import type { RequestSummary, RequestView } from '../queries/requests.ts';

const VerdictSchema = Type.Unsafe<Verdict>(Type.String({ enum: [...verdicts] }));
const summary = Type.Object({ pending_requests_count: Type.Integer(), pending_notifications_count: Type.Integer() });
const rules = {
  for_not_following: VerdictSchema,
  for_not_followers: VerdictSchema,
  for_new_accounts: VerdictSchema,
  for_private_mentions: VerdictSchema,
  for_limited_accounts: VerdictSchema,
  for_bots: VerdictSchema,
};

/** @see https://docs.joinmastodon.org/entities/NotificationPolicy/ */
export const PolicySchema = Type.Object({ ...rules, summary });
export type MastodonNotificationPolicy = Static<typeof PolicySchema>;
export const PolicyBody = Type.Partial(Type.Object(rules));

const flags = {
  filter_not_following: Type.Boolean(),
  filter_not_followers: Type.Boolean(),
  filter_new_accounts: Type.Boolean(),
  filter_private_mentions: Type.Boolean(),
};

/** @see https://docs.joinmastodon.org/entities/V1_NotificationPolicy/ */
export const PolicyV1Schema = Type.Object({ ...flags, summary });
export const PolicyV1Body = Type.Partial(Type.Object(flags));

/** @see https://docs.joinmastodon.org/entities/NotificationRequest/ */
export const RequestSchema = Type.Object({
  id: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  notifications_count: Type.String({ description: 'Decimal digits; counts no further than 100' }),
  account: Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
  last_status: Type.Optional(StatusSchema),
});
export type MastodonNotificationRequest = Static<typeof RequestSchema>;

export function serializePolicy(policy: Policy, held: RequestSummary): MastodonNotificationPolicy {
  return {
    for_not_following: policy.forNotFollowing,
    for_not_followers: policy.forNotFollowers,
    for_new_accounts: policy.forNewAccounts,
    for_private_mentions: policy.forPrivateMentions,
    for_limited_accounts: policy.forLimitedAccounts,
    for_bots: policy.forBots,
    summary: serializeSummary(held),
  };
}

/** The first form of a policy knows only whether something is let through. */
export function serializePolicyV1(policy: Policy, held: RequestSummary): Static<typeof PolicyV1Schema> {
  return {
    filter_not_following: policy.forNotFollowing !== 'accept',
    filter_not_followers: policy.forNotFollowers !== 'accept',
    filter_new_accounts: policy.forNewAccounts !== 'accept',
    filter_private_mentions: policy.forPrivateMentions !== 'accept',
    summary: serializeSummary(held),
  };
}

function serializeSummary(held: RequestSummary): Static<typeof summary> {
  return { pending_requests_count: held.requests, pending_notifications_count: held.notifications };
}

/** What a client wants to change; what it does not name stays. */
export function readPolicy(body: Static<typeof PolicyBody>): Partial<Policy> {
  return withoutAbsent({
    forNotFollowing: body.for_not_following,
    forNotFollowers: body.for_not_followers,
    forNewAccounts: body.for_new_accounts,
    forPrivateMentions: body.for_private_mentions,
    forLimitedAccounts: body.for_limited_accounts,
    forBots: body.for_bots,
  });
}

export function readPolicyV1(body: Static<typeof PolicyV1Body>): Partial<Policy> {
  const verdict = (filters: boolean | undefined): Verdict | undefined =>
    filters === undefined ? undefined : filters ? 'filter' : 'accept';
  return withoutAbsent({
    forNotFollowing: verdict(body.filter_not_following),
    forNotFollowers: verdict(body.filter_not_followers),
    forNewAccounts: verdict(body.filter_new_accounts),
    forPrivateMentions: verdict(body.filter_private_mentions),
  });
}

function withoutAbsent(change: { [Rule in keyof Policy]?: Verdict | undefined }): Partial<Policy> {
  return Object.fromEntries(Object.entries(change).filter(([, verdict]) => verdict !== undefined));
}

/** What of a request is neither its account nor its post. */
export function serializeRequest(request: RequestView): Omit<MastodonNotificationRequest, 'account' | 'last_status'> {
  return {
    id: request.id,
    created_at: request.createdAt.toISOString(),
    updated_at: request.updatedAt.toISOString(),
    notifications_count: String(request.count),
  };
}
