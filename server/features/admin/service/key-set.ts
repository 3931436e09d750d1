// Millions of keys in little memory: eight bytes for each, enough to say whether one is among them and was met.
import { hash } from 'node:crypto';

/** The keys that tables name, and which of them were met among the files. */
export interface KeySet {
  readonly size: number;
  /** Notes that a file is there; false when no key names it, nor a folder above it. */
  meet(key: string): boolean;
  /** Whether a file of that key, or in that folder, was met. */
  isMet(key: string): boolean;
}

/**
 * Reads all keys. Two of three million keys share their eight bytes once in four million times: then a file is kept that nobody
 * owns, never the other way round.
 */
export async function readKeySet(pages: AsyncIterable<readonly { key: string }[]>): Promise<KeySet> {
  let numbers = new BigUint64Array(1024);
  let size = 0;
  for await (const page of pages) {
    for (const { key } of page) {
      if (size === numbers.length) {
        const larger = new BigUint64Array(size * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[size] = numberOf(key);
      size += 1;
    }
  }
  numbers = numbers.subarray(0, size).sort();
  const met = new Uint8Array(size);
  const indexOf = (key: string): number => find(numbers, numberOf(key));
  return {
    size,
    meet(key) {
      for (let name = key; name !== ''; name = folderOf(name)) {
        const index = indexOf(name);
        if (index === -1) continue;
        met[index] = 1;
        return true;
      }
      return false;
    },
    isMet: (key) => {
      const index = indexOf(key);
      return index !== -1 && met[index] === 1;
    },
  };
}

/** `a/b/c` is in `a/b/`, that in `a/`, that in nothing. */
function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/', key.length - 2) + 1);
}

function numberOf(key: string): bigint {
  return hash('sha1', key, 'buffer').readBigUInt64LE();
}

/** The first place of a number among sorted ones, or -1. */
function find(numbers: BigUint64Array, wanted: bigint): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted ? low : -1;
}
