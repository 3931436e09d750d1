// How many connections one address may hold open at once, whatever their kind.

export interface Places {
  /** Takes a place for that address; returns how to give it back (once), or null when all are taken. */
  take(address: string): (() => void) | null;
}

/** `perAddress` places for each address. */
export function openPlaces(perAddress: number): Places {
  const taken = new Map<string, number>();
  return {
    take(address) {
      const count = taken.get(address) ?? 0;
      if (count >= perAddress) return null;
      taken.set(address, count + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (taken.get(address) ?? 1) - 1;
        if (left <= 0) taken.delete(address);
        else taken.set(address, left);
      };
    },
  };
}
