// Keys and a password hash for people of tests. To make them takes longer than all else that a newcomer needs, and it is the same work
// each time: they are made once a process and used again.
import { makeAccountKeys, type AccountKeys } from '#server/features/accounts/service/create.ts';
import { hashPassword } from '#server/features/auth/service/passwords.ts';
import { generateRsaKeys, type PemPair } from '#server/platform/fediverse/keys.ts';

/** More than the people of one scene, so that no two of them have the same. */
const most = 40;

/** Hands out what `make` makes; after forty, the first again. */
function ring<Item>(make: () => Promise<Item>): () => Promise<Item> {
  const made: Array<Promise<Item>> = [];
  let next = 0;
  return () => {
    const place = next % most;
    next += 1;
    return (made[place] ??= make());
  };
}

/** RSA keys of somebody of another server. */
export const spareRsaKeys: () => Promise<PemPair> = ring(generateRsaKeys);
/** Keys of somebody of ours. */
export const spareAccountKeys: () => Promise<AccountKeys> = ring(makeAccountKeys);

const password = 'seven quiet herons';
let hash: Promise<string> | null = null;

/** A password with its hash. */
export async function sparePassword(): Promise<{ password: string; passwordHash: string }> {
  return { password, passwordHash: await (hash ??= hashPassword(password)) };
}
