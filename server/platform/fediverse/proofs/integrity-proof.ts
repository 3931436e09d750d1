// Proofs inside objects by Ed25519 over canonical JSON (FEP-8b32, cryptosuite eddsa-jcs-2022): they hold whoever brings the object.
// Source: https://codeberg.org/fediverse/fep/src/branch/main/fep/8b32/fep-8b32.md
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { decodeBase58, encodeBase58 } from '../base58.ts';
import type { Signer } from '../documents.ts';
import { asDate, asList, asObject, asText, type Json } from '../json.ts';
import { canonicalJson } from './canonical-json.ts';

/** A proof as it came. Whose key it names is for the caller to find out. */
export interface IntegrityProof {
  keyId: string;
  value: Buffer;
  /** The proof without its value: what was signed beside the document. */
  options: Json;
}

const suite = 'eddsa-jcs-2022';
const signatureBytes = 64;

/** The proof that a document holds, when it is of the one kind that we know. */
export function readProof(document: Json): IntegrityProof | null {
  for (const item of asList(document['proof']).slice(0, 5)) {
    const proof = asObject(item);
    const keyId = asText(proof?.['verificationMethod']);
    const text = asText(proof?.['proofValue']);
    if (proof === null || keyId === null || text === null || !text.startsWith('z')) continue;
    if (proof['type'] !== 'DataIntegrityProof' || proof['cryptosuite'] !== suite) continue;
    if (proof['proofPurpose'] !== 'assertionMethod') continue;
    const value = decodeBase58(text.slice(1));
    const { proofValue: _value, ...options } = proof;
    if (value?.length === signatureBytes) return { keyId, value, options };
  }
  return null;
}

/** Whether the proof was made with this key for this document. Its members `proof` and `signature` are not part of what is proven. */
export function verifyProof(document: Json, proof: IntegrityProof, key: KeyObject, now: Date): boolean {
  if (key.asymmetricKeyType !== 'ed25519' || isExpired(proof, now)) return false;
  const { proof: _proof, signature: _signature, ...proven } = document;
  const digest = hash(proven);
  return contextsOf(proof, proven).some((options) =>
    verify(null, Buffer.concat([hash(options), digest]), key, proof.value),
  );
}

function isExpired({ options }: IntegrityProof, now: Date): boolean {
  if (options['expires'] === undefined) return false;
  const end = asDate(options['expires']);
  return end === null || end <= now;
}

/** Some write the context into the proof, some mean that of the document, some sign without one. */
function contextsOf({ options }: IntegrityProof, document: Json): Json[] {
  const context = document['@context'];
  if (options['@context'] !== undefined || context === undefined) return [options];
  return [{ '@context': context, ...options }, options];
}

/** The document with a proof of its own. What it says later must not change. */
export function withProof(document: Json, { keyId, privateKey }: Signer, created: Date): Json {
  const options = {
    '@context': document['@context'],
    type: 'DataIntegrityProof',
    cryptosuite: suite,
    verificationMethod: keyId,
    proofPurpose: 'assertionMethod',
    created: `${created.toISOString().slice(0, 19)}Z`,
  };
  const value = sign(null, Buffer.concat([hash(options), hash(document)]), privateKey);
  return { ...document, proof: { ...options, proofValue: `z${encodeBase58(value)}` } };
}

function hash(value: Json): Buffer {
  return createHash('sha256').update(canonicalJson(value)).digest();
}
