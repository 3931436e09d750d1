// Who listens to which channel in this process.
import type { Logger } from 'pino';

export type Heard = (message: unknown) => void;

/** Listeners by channel; a listener that throws is logged and does not keep the others from hearing. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Heard>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Returns true when it is the first one on its channel. */
  add(channel: string, heard: Heard): boolean {
    const present = this.#byChannel.get(channel);
    if (present) {
      present.add(heard);
      return false;
    }
    this.#byChannel.set(channel, new Set([heard]));
    return true;
  }

  /** Returns true when nobody is left on the channel. */
  remove(channel: string, heard: Heard): boolean {
    const present = this.#byChannel.get(channel);
    present?.delete(heard);
    if (present?.size !== 0) return false;
    this.#byChannel.delete(channel);
    return true;
  }

  tell(channel: string, message: unknown): void {
    for (const heard of this.#byChannel.get(channel) ?? []) {
      try {
        heard(message);
      } catch (error) {
        this.#log.error({ err: error, channel }, 'a bus listener failed');
      }
    }
  }
}
