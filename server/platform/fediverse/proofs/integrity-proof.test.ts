// Proofs by canonical JSON: what they cover, and that another author's software reads and writes the same.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createProof, verifyObject } from '@fedify/fedify';
import { Activity, Create, Note } from '@fedify/vocab';
import { preloadedContexts } from '@fedify/vocab-runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { generateEd25519Keys } from '../keys.ts';
import { objectContext, withProofWords } from '../vocabulary.ts';
import { canonicalJson } from './canonical-json.ts';
import { readProof, verifyProof, withProof } from './integrity-proof.ts';

const actor = 'https://peer.example/users/eve';
const keyId = `${actor}#multikey`;
const now = new Date('2026-11-21T12:00:00Z');
let keys: Awaited<ReturnType<typeof generateEd25519Keys>>;
let signed: Json;

const activity = {
  '@context': withProofWords(objectContext),
  id: `${actor}/activities/1`,
  type: 'Create',
  actor,
  to: ['https://www.w3.org/ns/activitystreams#Public'],
  object: { id: `${actor}/notes/1`, type: 'Note', attributedTo: actor, content: '<p>ü “x”</p>', sensitive: false },
};

beforeAll(async () => {
  keys = await generateEd25519Keys();
  signed = withProof(activity, { keyId, privateKey: createPrivateKey(keys.privateKeyPem) }, now);
});

function holds(document: Json, at = now): boolean {
  const proof = readProof(document);
  return proof !== null && verifyProof(document, proof, createPublicKey(keys.publicKeyPem), at);
}

async function loadDocument(url: string) {
  const multikey = { type: 'Multikey', id: keyId, controller: actor, publicKeyMultibase: keys.publicKeyMultibase };
  const person = {
    '@context': [
      'https://www.w3.org/ns/activitystreams',
      'https://w3id.org/security/multikey/v1',
      'https://www.w3.org/ns/did/v1',
    ],
    id: actor,
    type: 'Person',
    assertionMethod: [multikey],
  };
  const document = preloadedContexts[url] ?? (url.startsWith(actor) ? person : null);
  if (document === null) throw new Error(`nobody has ${url}`);
  return { contextUrl: null, documentUrl: url, document };
}

const loaders = { documentLoader: loadDocument, contextLoader: loadDocument };

it('canonical JSON is that of RFC 8785', () => {
  const value = {
    numbers: [1e30, 4.5, 2e-3, 1e-27],
    string: '€$\u000f\nA\'B"\\\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  expect(
    canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, 1: 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7, gone: undefined }),
  ).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
});

describe('a proof', () => {
  it('holds for its document in any order of members, also with a signature beside it', () => {
    expect(holds(signed)).toBe(true);
    const turned = Object.fromEntries(Object.entries(signed).toReversed());
    expect(holds({ ...turned, signature: { type: 'RsaSignature2017' } })).toBe(true);
  });

  it.each<[string, (document: Json) => Json]>([
    ['a changed member', (document) => ({ ...document, to: [] })],
    ['a member more', (document) => ({ ...document, summary: 'x' })],
    ['a member less', ({ to: _to, ...document }) => document],
    [
      'a change deep inside',
      (document) => ({ ...document, object: { ...(document['object'] as Json), content: 'x' } }),
    ],
    ['another context', (document) => ({ ...document, '@context': 'https://www.w3.org/ns/activitystreams' })],
    ['another purpose', (document) => withOption(document, { proofPurpose: 'authentication' })],
    ['another suite', (document) => withOption(document, { cryptosuite: 'eddsa-rdfc-2022' })],
    ['another time', (document) => withOption(document, { created: '2027-01-01T00:00:00Z' })],
    ['an option more', (document) => withOption(document, { domain: 'x' })],
    ['a short value', (document) => withOption(document, { proofValue: 'z3jj' })],
  ])('does not hold with %s', (_what, change) => {
    expect(holds(change(signed))).toBe(false);
  });

  it('ends when it says so', async () => {
    const options = { ...(signed['proof'] as Json), expires: '2026-11-22T00:00:00Z' };
    expect(readProof({ ...signed, proof: options })).not.toBeNull();
    expect(holds({ ...signed, proof: options }, new Date('2026-11-23T00:00:00Z'))).toBe(false);
  });

  it('is understood by other software, and theirs here', async () => {
    const verified = await verifyObject(Activity, signed, loaders);
    expect(verified?.id?.href).toBe(activity.id);
    expect(await verifyObject(Activity, { ...signed, summary: 'x' }, loaders)).toBeNull();
    const theirs = new Create({
      id: new URL(activity.id),
      actor: new URL(actor),
      object: new Note({ id: new URL(activity.object.id), attribution: new URL(actor), content: 'theirs' }),
    });
    const privateKey = await crypto.subtle.importKey(
      'pkcs8',
      Buffer.from(keys.privateKeyPem.replaceAll(/-----[^-]+-----|\s/gu, ''), 'base64'),
      'Ed25519',
      true,
      ['sign'],
    );
    const proof = await createProof(theirs, privateKey, new URL(keyId), { contextLoader: loadDocument });
    const document = (await theirs
      .clone({ proofs: [proof] })
      .toJsonLd({ format: 'compact', contextLoader: loadDocument })) as Json;
    expect(holds(document)).toBe(true);
    expect(holds({ ...document, published: '2026-01-01T00:00:00Z' })).toBe(false);
  });
});

function withOption(document: Json, more: Json): Json {
  return { ...document, proof: { ...(document['proof'] as Json), ...more } };
}
