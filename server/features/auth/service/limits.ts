// How often the acts that guard an account may be tried: by one address, and against one account.
import type { AppContext } from '#server/context.ts';
import { isPublicHost } from '#config/parsers.ts';
import { limitAct, networkOf } from '#server/platform/http/limits.ts';

const minute = 60_000;

/** `[times, within ms]` for one address (an IPv4 address or the /64 of an IPv6 one). */
const byAddress = {
  signIn: [25, 5 * minute],
  signUp: [5, 30 * minute],
  confirm: [25, 5 * minute],
  mail: [25, 30 * minute],
  reset: [25, 5 * minute],
  registerApp: [5, 10 * minute],
  token: [300, 5 * minute],
  passkey: [100, 5 * minute],
} as const;

/** `[times, within ms]` for one account or e-mail address. */
const byPerson = {
  signIn: [25, 60 * minute],
  mail: [5, 30 * minute],
  emailChange: [5, 30 * minute],
  password: [10, 10 * minute],
  secondFactor: [10, 10 * minute],
  proof: [10, 10 * minute],
} as const;

/** Counts one try from an address. @throws {TooMany} */
export async function limitAddress(ctx: AppContext, act: keyof typeof byAddress, ip: string): Promise<void> {
  if (isSharedAddress(ctx, ip)) return;
  const [times, within] = byAddress[act];
  await limitAct(ctx, `${act}:address`, networkOf(ip), times, within);
}

/** Counts one try against an account; `person` is an account id, or what was typed when nobody has that login. @throws {TooMany} */
export async function limitPerson(ctx: AppContext, act: keyof typeof byPerson, person: string): Promise<void> {
  const [times, within] = byPerson[act];
  await limitAct(ctx, `${act}:person`, person.toLowerCase().slice(0, 254), times, within);
}

/** On a server that only this machine can reach, everybody has the loopback address: it tells nobody apart. */
function isSharedAddress(ctx: AppContext, ip: string): boolean {
  const isLoopback = ip === '::1' || ip.startsWith('127.') || ip.startsWith('::ffff:127.');
  return isLoopback && !isPublicHost(new URL(ctx.config.origin).hostname);
}
