// Passwords: argon2id, kept as PHC text, so that its cost can grow without anybody having to sign up anew.
import crypto from 'node:crypto';

/** 19 MiB, two passes, one lane. @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const bytes = 32;

interface Parameters {
  memory: number;
  passes: number;
  parallelism: number;
}

/** The PHC text of a password with a fresh salt. Takes about a tenth of a second, outside the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.randomBytes(16);
  const hash = await derive(password, salt, cost, bytes);
  const base64 = (value: Buffer): string => value.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`;
}

// Nobody's password: what is compared when there is no such login, so that the answer takes as long as for a real one.
const nobody = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`;

/** True when the password is the one of `kept`. With null (no such login) it works as long and is false. */
export async function verifyPassword(password: string, kept: string | null): Promise<boolean> {
  const parts = parse(kept ?? nobody);
  if (!parts) return false;
  const hash = await derive(password, parts.salt, parts.cost, parts.hash.length);
  return crypto.timingSafeEqual(hash, parts.hash) && kept !== null;
}

/** True when `kept` was made with another cost than today's: hash the password again at the next sign-in. */
export function isOutdated(kept: string): boolean {
  const parts = parse(kept);
  return (
    !parts ||
    parts.cost.memory !== cost.memory ||
    parts.cost.passes !== cost.passes ||
    parts.cost.parallelism !== cost.parallelism
  );
}

function derive(password: string, salt: Buffer, parameters: Parameters, tagLength: number): Promise<Buffer> {
  // The same password typed on another keyboard may be composed of other code points.
  const message = Buffer.from(password.normalize('NFKC'), 'utf8');
  return new Promise((resolve, reject) => {
    crypto.argon2('argon2id', { message, nonce: salt, ...parameters, tagLength }, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}

function parse(kept: string): { salt: Buffer; hash: Buffer; cost: Parameters } | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(kept);
  if (!match) return null;
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  return {
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
  };
}
