// Judges signed requests with the sender's public key.
import { verify, type KeyObject } from 'node:crypto';
import { signatureBases } from './base.ts';
import { checkSignatures } from './coverage.ts';
import type { ParsedSignature } from './parse.ts';
import { refuse, type Refusal, type SignedRequest } from './request.ts';

/** `keyId` is the key that proved itself; who owns it is for the caller to find out. */
export type Verdict = { ok: true; keyId: string; signature: ParsedSignature } | Refusal;

/**
 * Verifies a request with one key. `keyId` is the address that `key` was fetched from: a signature that names another
 * address is not tried with it, or a sender could sign with one key in the name of another.
 */
export function verifySignature(request: SignedRequest & { keyId: string; key: KeyObject }): Verdict {
  const checked = checkSignatures(request);
  if (!checked.ok) return checked;
  const named = checked.signatures.filter(({ keyId }) => keyId === request.keyId);
  if (named.length === 0) return refuse(401, 'other_key');
  return firstValid(named.map((signature) => tryKey(request, signature, request.key)));
}

/**
 * Verifies a request, asking for keys only once all else is in order. `findKey` answers null for a key that cannot be
 * had; what it throws passes through. With several signatures, the first that holds counts and the others prove nothing.
 */
export async function verifyRequest(
  request: SignedRequest,
  findKey: (keyId: string) => Promise<KeyObject | null>,
): Promise<Verdict> {
  const checked = checkSignatures(request);
  if (!checked.ok) return checked;
  const verdicts: Verdict[] = [];
  for (const signature of checked.signatures) {
    const key = await findKey(signature.keyId);
    const verdict = key === null ? refuse(401, 'no_key') : tryKey(request, signature, key);
    if (verdict.ok) return verdict;
    verdicts.push(verdict);
  }
  return firstValid(verdicts);
}

function firstValid(verdicts: Verdict[]): Verdict {
  return verdicts.find(({ ok }) => ok) ?? verdicts[0] ?? refuse(401, 'wrong_signature');
}

function tryKey(request: SignedRequest, signature: ParsedSignature, key: KeyObject): Verdict {
  const hashes = hashesFor(signature, key);
  if (hashes.length === 0) return refuse(401, 'wrong_key_type');
  for (const base of signatureBases(request, signature)) {
    // Headers reach us with each byte as one character; it was the bytes that were signed.
    const bytes = Buffer.from(base, 'latin1');
    if (bytes.toString('latin1') !== base) continue;
    if (hashes.some((hash) => verify(hash, bytes, key, signature.signature))) {
      return { ok: true, keyId: signature.keyId, signature };
    }
  }
  return refuse(401, 'wrong_signature');
}

/** The digests by which a signature may have been made with this key (null: the key's own); none if they do not go together. */
function hashesFor(signature: ParsedSignature, key: KeyObject): Array<'sha256' | 'sha512' | null> {
  if (key.type !== 'public') return [];
  const { algorithm, scheme } = signature;
  if (key.asymmetricKeyType === 'ed25519') {
    return algorithm === null || algorithm === 'ed25519' || algorithm === 'hs2019' ? [null] : [];
  }
  if (key.asymmetricKeyType !== 'rsa' || algorithm === 'ed25519') return [];
  if (algorithm === 'rsa-sha512') return ['sha512'];
  // `hs2019` hides the algorithm; in practice it is SHA-256, by the letter of the draft SHA-512.
  return algorithm === 'hs2019' || (algorithm === null && scheme === 'cavage') ? ['sha256', 'sha512'] : ['sha256'];
}
