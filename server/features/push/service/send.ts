// Sending one message to one device: encrypted for it, signed with the server's key, through the guarded fetch.
import webPush from 'web-push';
import type { AppContext } from '#server/context.ts';
import { pushKeyOf } from '#server/features/auth/service/push-key.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import type { PushTarget } from '../queries.ts';
import { endSubscription } from './subscribe.ts';

/** A device that was off for so long need not hear of it any more. */
const keptSeconds = 48 * 60 * 60;
/** What push services promise to carry, less what encryption adds. @see RFC 8030, 7.2; RFC 8291, 4 */
export const mostPayloadBytes = 3993;

export interface PushMessage {
  /** JSON text of at most `mostPayloadBytes`. */
  payload: string;
  urgency: 'normal' | 'high';
}

/**
 * Hands a message to the device's push service. A subscription that the service does not know any more ends here.
 * @throws when it may work later: the job tries again
 */
export async function sendPush(ctx: AppContext, target: PushTarget, message: PushMessage): Promise<void> {
  const { endpoint, headers, body } = requestFor(ctx, target, message);
  const answer = await ctx.fetch
    .fetch(endpoint, { method: 'POST', headers, body, redirect: 'error', maxBytes: 64 * 1024 })
    .catch((error: unknown) => {
      if (!(error instanceof FetchFailure) || error.retryable) throw error;
      return error;
    });
  const facts = { subscription: target.id, host: new URL(endpoint).host };
  if (answer instanceof FetchFailure) return ctx.log.info({ ...facts, reason: answer.reason }, 'a push was not sent');
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  if (status === 404 || status === 410) return endSubscription(ctx, target.id);
  if (status === 429 || status >= 500) throw new Error(`the push service ${facts.host} answered ${status}`);
  ctx.log.warn({ ...facts, status }, 'a push was refused');
}

function requestFor(
  ctx: AppContext,
  target: PushTarget,
  { payload, urgency }: PushMessage,
): { endpoint: string; headers: Record<string, string>; body: Buffer } {
  const { origin, handleDomain } = ctx.config;
  const { publicKey, privateKey } = pushKeyOf(ctx.secrets.secretKey);
  const details = webPush.generateRequestDetails(
    { endpoint: target.endpoint, keys: { p256dh: target.deviceKey, auth: target.deviceSecret } },
    payload,
    {
      contentEncoding: target.standard ? 'aes128gcm' : 'aesgcm',
      TTL: keptSeconds,
      urgency,
      vapidDetails: {
        subject: origin.startsWith('https:') ? origin : `mailto:postmaster@${handleDomain}`,
        publicKey,
        privateKey,
      },
    },
  );
  const headers = Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name, String(value)]));
  return { endpoint: details.endpoint, headers, body: details.body };
}
