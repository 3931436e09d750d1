// Reading subscriptions: by the token that asks, and by their id when something is to be sent.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import type { AlertKind, Reach } from './entities.ts';

export interface PushSubscriptionView {
  id: string;
  endpoint: string;
  standard: boolean;
  alerts: AlertKind[];
  reach: Reach;
}

/** A subscription with all that sending to it takes. Never shown. */
export interface PushTarget extends PushSubscriptionView {
  tokenId: string;
  accountId: string;
  deviceKey: string;
  deviceSecret: string;
  sealedToken: string;
  locale: string | null;
}

/** The subscription of an access token, or null. */
export async function findSubscription(ctx: AppContext, tokenId: string): Promise<PushSubscriptionView | null> {
  const { rows } = await sql<PushSubscriptionView>`
    select id, endpoint, standard, alerts, reach from push_subscriptions where token_id = ${tokenId}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** The device behind a subscription, or null when it is gone or its owner may not be told anything now. */
export async function findPushTarget(ctx: AppContext, id: string): Promise<PushTarget | null> {
  const { rows } = await sql<PushTarget>`
    select s.id, s.endpoint, s.standard, s.alerts, s.reach, s.token_id as "tokenId", s.account_id as "accountId",
      s.device_key as "deviceKey", s.device_secret as "deviceSecret", s.sealed_token as "sealedToken", u.locale
    from push_subscriptions s
    join users u on u.account_id = s.account_id and u.disabled_at is null
    join accounts a on a.id = s.account_id and a.suspended_at is null and a.deleted_at is null
    where s.id = ${id}`.execute(ctx.database.read);
  return rows[0] ?? null;
}
