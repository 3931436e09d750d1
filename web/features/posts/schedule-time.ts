// The time at which a post shall go out, as the browser's field writes it: local, to the minute, without a zone.

const LEAST_MS = 5 * 60_000;
const STEP_MS = 5 * 60_000;

/** A moment as the field wants it. */
export function toField(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Where a choice begins: in an hour, at a round minute. */
export function firstChoice(now: number = Date.now()): string {
  return toField(new Date(Math.ceil((now + 60 * 60_000) / STEP_MS) * STEP_MS));
}

/** The earliest that the server takes. */
export const earliest = (now: number = Date.now()): string => toField(new Date(now + LEAST_MS + 60_000));

/** Whether it is no time at all, past, or less than five minutes away. */
export function isTooSoon(field: string, now: number = Date.now()): boolean {
  const at = new Date(field).getTime();
  return Number.isNaN(at) || at < now + LEAST_MS;
}
