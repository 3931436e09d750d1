// Ids that sort by time: milliseconds since 1970 in the upper 48 bits, a sequence in the lower 16.

/**
 * True for the decimal text of a 64-bit id: anything else would be an error in the database. Each id is written in one way, without zeros
 * before it, so that nothing is found, kept or counted under a second name.
 */
export function isId(text: string): boolean {
  return /^(?:0|[1-9]\d{0,17})$/.test(text);
}

/** Makes ids for one process: decimal strings, ever growing, also within a millisecond; two processes collide with probability 2^-16 a millisecond and id. */
export function createIdMaker(clock: () => Date): (at?: Date) => string {
  let lastMs = 0;
  let sequence = 0;
  return (at?: Date): string => {
    const now = clock().getTime();
    if (at && at.getTime() < now) return idAt(at, Math.floor(Math.random() * 0x10000));
    if (now > lastMs) {
      lastMs = now;
      sequence = Math.floor(Math.random() * 0x8000);
    } else {
      sequence += 1;
      if (sequence > 0xffff) {
        lastMs += 1;
        sequence = 0;
      }
    }
    return idAt(new Date(lastMs), sequence);
  };
}

/** The id of that moment with that sequence (0–65535); with sequence 0 it is a lower bound for paging by time. */
export function idAt(at: Date, sequence = 0): string {
  return ((BigInt(Math.max(0, at.getTime())) << 16n) | BigInt(sequence)).toString();
}

/** The moment in an id. */
export function timeOfId(id: string): Date {
  return new Date(Number(BigInt(id) >> 16n));
}
