// Activities often come in crowds: what knocks is stored before what is stored is looked at, since an answer that comes late
// is asked for again. Not for long: what was stored wants to be seen, and one process has to do both.
import type { AppContext } from '#server/context.ts';

/** More than this at the gate at once are a crowd. */
const above = 4;
/** A crowd is over when there has been none for so long; ms. */
const lingerMs = 25;
/** Nothing new is looked at for so long, and then not so again for as long; ms. */
const holdMs = 1_000;
/** What may be used of the room while a crowd stays longer: enough to do the like together. */
const shareMeanwhile = 1 / 4;

/** Who is at the gate of one process. */
export interface Crowd {
  /** One more has come. */
  enter(): void;
  /** One has been answered. */
  leave(): void;
  /** How much of the room for handling activities may be used now: from 0, where nothing new is begun, to 1. */
  share(): number;
}

/** Counts who comes and goes. `onOver` is called when a crowd has gone. */
export function watchCrowd(onOver: () => void, now: () => number = () => performance.now()): Crowd {
  let waiting = 0;
  let isCrowd = false;
  let seenAt = 0;
  let heldUntil = 0;
  let restsUntil = 0;
  const begin = (): void => {
    isCrowd = true;
    setTimeout(look, lingerMs).unref();
    if (seenAt < restsUntil) return;
    heldUntil = seenAt + holdMs;
    restsUntil = heldUntil + holdMs;
  };
  const look = (): void => {
    if (waiting > above) seenAt = now();
    isCrowd = now() - seenAt < lingerMs;
    if (isCrowd) setTimeout(look, lingerMs).unref();
    else onOver();
  };
  return {
    enter() {
      waiting += 1;
      if (waiting <= above) return;
      seenAt = now();
      if (!isCrowd) begin();
    },
    leave() {
      waiting -= 1;
    },
    share() {
      if (!isCrowd) return 1;
      return now() < heldUntil ? 0 : shareMeanwhile;
    },
  };
}

const crowds = new WeakMap<object, Crowd>();

/** Those whose activities are being judged and stored in this process. */
export function crowdAtGate(ctx: AppContext): Crowd {
  const crowd = crowds.get(ctx.onEvents) ?? watchCrowd(() => ctx.onEvents.wake());
  crowds.set(ctx.onEvents, crowd);
  return crowd;
}
