// Signatures of linked data (RsaSignature2017), as Mastodon and others put them into what others may pass on.
// Source: https://docs.joinmastodon.org/spec/security/#ld
import { sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Signer } from '../documents.ts';
import { asObject, asText, type Json } from '../json.ts';
import { hashDocuments, readLinked } from './linked-data.ts';
import type { ReadingRefusal } from './linked-reading.ts';

const optionsContext = 'https://w3id.org/identity/v1';
const maxSignatureLength = 2048;

/** A signature as it came. Whose key it names is for the caller to find out. */
export interface LinkedSignature {
  keyId: string;
  value: Buffer;
  options: Json;
}

/** The signature in a document, when it is of the one kind that we know. */
export function readLinkedSignature(document: Json): LinkedSignature | null {
  const signature = asObject(document['signature']);
  const keyId = asText(signature?.['creator']);
  const text = asText(signature?.['signatureValue']);
  if (signature === null || signature['type'] !== 'RsaSignature2017' || keyId === null || text === null) return null;
  if (text.length > maxSignatureLength || asText(signature['created']) === null) return null;
  const { type: _type, id: _id, signatureValue: _value, ...options } = signature;
  if (Object.values(options).some((option) => typeof option !== 'string')) return null;
  return { keyId, value: Buffer.from(text, 'base64'), options: { ...options, '@context': optionsContext } };
}

/** `reading` is the document as far as it may be believed. */
export type LinkedVerdict = { ok: true; reading: Json } | { ok: false; reason: ReadingRefusal | 'wrong_signature' };

/**
 * Verifies a signature with a key, for a document that `party` (a host) brought.
 * @throws {LinkedDataBusy} when that host brought more than can be looked at now
 */
export async function verifyLinkedSignature(
  document: Json,
  signature: LinkedSignature,
  key: KeyObject,
  party: string,
): Promise<LinkedVerdict> {
  if (key.asymmetricKeyType !== 'rsa') return { ok: false, reason: 'wrong_signature' };
  const { signature: _signature, ...signed } = document;
  const { reading, optionsHash } = await readLinked(party, signed, signature.options);
  if ('refusal' in reading) return { ok: false, reason: reading.refusal };
  const holds = verify('sha256', Buffer.from(optionsHash + reading.hash), key, signature.value);
  return holds ? { ok: true, reading: reading.reading } : { ok: false, reason: 'wrong_signature' };
}

const signOnThreads = promisify<'sha256', Buffer, KeyObject, Buffer>(sign);

/** A document of ours with a signature. What it says later must not change. */
export async function withLinkedSignature(document: Json, { keyId, privateKey }: Signer, created: Date): Promise<Json> {
  const options = { creator: keyId, created: `${created.toISOString().slice(0, 19)}Z` };
  const hashes = await hashDocuments([{ '@context': optionsContext, ...options }, document]);
  const value = await signOnThreads('sha256', Buffer.from(hashes.join('')), privateKey);
  return { ...document, signature: { type: 'RsaSignature2017', ...options, signatureValue: value.toString('base64') } };
}
