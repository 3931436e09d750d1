// The only writer of subscriptions: made, changed and ended by the token that they belong to.
import type { AppContext } from '#server/context.ts';
import { seal } from '#server/features/auth/service/seal.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import type { SignedIn } from '#server/platform/http/access.ts';
import type { AlertKind, Reach } from '../entities.ts';
import { isDeviceKey, isDeviceSecret } from '../policy.ts';

/** What a device brings. */
export interface Device {
  endpoint: string;
  deviceKey: string;
  deviceSecret: string;
  standard: boolean;
}

export interface Wishes {
  alerts: AlertKind[];
  reach: Reach;
}

/** What a sealed token is bound to, so that it opens in its own row only. */
export const tokenSealedFor = (tokenId: string): string => `push ${tokenId}`;

/**
 * Subscribes the device of an access token; a former one of the same token is replaced, and gets a new id.
 * @throws {Invalid} when the address is not one that we would ask, or the keys are none
 */
export async function subscribe(
  ctx: AppContext,
  viewer: Pick<SignedIn, 'accountId' | 'tokenId'>,
  accessToken: string,
  device: Device,
  wishes: Wishes,
): Promise<void> {
  checkDevice(ctx, device);
  const now = ctx.clock();
  const sealed = seal(ctx, accessToken, tokenSealedFor(viewer.tokenId));
  await ctx.database.write(async (tx) => {
    await sql`delete from push_subscriptions where token_id = ${viewer.tokenId}`.execute(tx.sql);
    await sql`
      insert into push_subscriptions (token_id, account_id, endpoint, device_key, device_secret, standard, alerts, reach,
        sealed_token, created_at, updated_at)
      values (${viewer.tokenId}, ${viewer.accountId}, ${device.endpoint}, ${device.deviceKey}, ${device.deviceSecret},
        ${device.standard}, ${JSON.stringify(wishes.alerts)}::jsonb, ${wishes.reach}, ${sealed}, ${now}, ${now})
      on conflict (token_id) do update set endpoint = excluded.endpoint, device_key = excluded.device_key,
        device_secret = excluded.device_secret, standard = excluded.standard, alerts = excluded.alerts,
        reach = excluded.reach, sealed_token = excluded.sealed_token, updated_at = excluded.updated_at`.execute(tx.sql);
  });
}

function checkDevice(ctx: AppContext, device: Device): void {
  const refuse = (field: string, description: string): never => {
    throw new Invalid(`Validation failed: ${description}`, {
      details: { [field]: [{ error: 'ERR_INVALID', description }] },
    });
  };
  try {
    ctx.fetch.check(device.endpoint);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    refuse('endpoint', 'The endpoint is not an address that this server may send to');
  }
  if (!/^https:/i.test(device.endpoint) && !ctx.config.allowPrivateAddresses)
    refuse('endpoint', 'The endpoint must be an https address');
  if (!isDeviceKey(device.deviceKey)) refuse('p256dh', 'The key p256dh is not a public key of P-256');
  if (!isDeviceSecret(device.deviceSecret)) refuse('auth', 'The key auth is not a secret of at least 16 bytes');
}

/** Changes what a subscription wants to hear; what is not named stays. False when the token has none. */
export async function changeWishes(ctx: AppContext, tokenId: string, wishes: Partial<Wishes>): Promise<boolean> {
  const { alerts, reach } = wishes;
  const { rows } = await ctx.database.write((tx) =>
    sql`update push_subscriptions set updated_at = ${ctx.clock()},
        alerts = coalesce(${alerts === undefined ? null : JSON.stringify(alerts)}::jsonb, alerts),
        reach = coalesce(${reach ?? null}::text, reach)
      where token_id = ${tokenId} returning id`.execute(tx.sql),
  );
  return rows.length > 0;
}

/** Ends the subscription of a token; fine when there is none. */
export async function unsubscribe(ctx: AppContext, tokenId: string): Promise<void> {
  await ctx.database.write((tx) => tx.sql.deleteFrom('push_subscriptions').where('token_id', '=', tokenId).execute());
}

/** Ends a subscription whose device is gone. */
export async function endSubscription(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write((tx) => tx.sql.deleteFrom('push_subscriptions').where('id', '=', id).execute());
}
