// Base58 as Bitcoin writes it, for Multikeys: short keys only, its cost grows with the square of the length.

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const MAX_LENGTH = 128;

/** The text of up to 128 bytes. @throws {RangeError} for more */
export function encodeBase58(bytes: Uint8Array): string {
  if (bytes.length > MAX_LENGTH) throw new RangeError('too long for base58');
  const leading = countLeading(bytes, 0);
  let number = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  while (number > 0n) {
    text = ALPHABET.charAt(Number(number % 58n)) + text;
    number /= 58n;
  }
  return '1'.repeat(leading) + text;
}

/** The bytes of a text, or null when it has other characters or more than 128 of them. */
export function decodeBase58(text: string): Buffer | null {
  if (text.length > MAX_LENGTH || !/^[1-9A-HJ-NP-Za-km-z]*$/u.test(text)) return null;
  let number = 0n;
  for (const character of text) number = number * 58n + BigInt(ALPHABET.indexOf(character));
  const hex = number === 0n ? '' : number.toString(16);
  const leading = countLeading(text, '1');
  return Buffer.concat([Buffer.alloc(leading), Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]);
}

function countLeading(sequence: ArrayLike<unknown>, value: unknown): number {
  let count = 0;
  while (count < sequence.length && sequence[count] === value) count += 1;
  return count;
}
