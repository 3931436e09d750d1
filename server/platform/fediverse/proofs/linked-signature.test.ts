// Signatures of linked data: what may be read of a signed document, and that another author's software reads and writes the same.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { signJsonLd, verifyJsonLd } from '@fedify/fedify';
import { preloadedContexts } from '@fedify/vocab-runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { generateRsaKeys } from '../keys.ts';
import { objectContext, withProofWords } from '../vocabulary.ts';
import { hashDocuments, readLinked } from './linked-data.ts';
import { readLinkedSignature, verifyLinkedSignature, withLinkedSignature } from './linked-signature.ts';

const actor = 'https://peer.example/users/eve';
const keyId = `${actor}#main-key`;
const everybody = 'https://www.w3.org/ns/activitystreams#Public';
const now = new Date('2026-11-21T12:00:00Z');
let keys: Awaited<ReturnType<typeof generateRsaKeys>>;

const note = {
  id: `${actor}/notes/1`,
  type: 'Note',
  attributedTo: actor,
  content: '<p>Hello</p>',
  contentMap: { en: '<p>Hello</p>' },
  summary: null,
  sensitive: false,
  to: [everybody],
  cc: [`${actor}/followers`],
  published: '2026-11-21T11:00:00Z',
  tag: [{ type: 'Hashtag', href: 'https://peer.example/tags/x', name: '#x' }],
  attachment: [
    {
      type: 'Document',
      url: 'https://peer.example/2.png',
      mediaType: 'image/png',
      focalPoint: [0.5, -0.25],
      width: 20,
    },
    { type: 'Document', url: 'https://peer.example/1.png', mediaType: 'image/png', blurhash: 'x' },
  ],
};
const create = {
  '@context': objectContext,
  id: `${actor}/activities/1`,
  type: 'Create',
  actor,
  to: [everybody],
  cc: [],
  object: note,
};

beforeAll(async () => {
  keys = await generateRsaKeys();
});

const signer = () => ({ keyId, privateKey: createPrivateKey(keys.privateKeyPem) });

async function verdictOf(document: Json): Promise<string | Json> {
  const signature = readLinkedSignature(document);
  if (signature === null) return 'none';
  const verdict = await verifyLinkedSignature(document, signature, createPublicKey(keys.publicKeyPem), 'peer.example');
  return verdict.ok ? verdict.reading : verdict.reason;
}

async function loadDocument(url: string) {
  const publicKey = { id: keyId, type: 'CryptographicKey', owner: actor, publicKeyPem: keys.publicKeyPem };
  const context = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'];
  const person = { '@context': context, id: actor, type: 'Person', inbox: `${actor}/inbox`, publicKey };
  return { contextUrl: null, documentUrl: url, document: preloadedContexts[url] ?? person };
}

describe('a signature', () => {
  it('holds, and all is read in its form and order', async () => {
    const signed = await withLinkedSignature(create, signer(), now);
    expect(await verdictOf(signed)).toEqual(create);
  });

  it('holds for the same said in other words, and only what we know is read', async () => {
    const [as, own] = objectContext;
    const theirs = {
      ...create,
      '@context': [as, 'https://w3id.org/security/v1', { ...own, ex: 'https://peer.example/ns#', mood: 'ex:mood' }],
      mood: 'fine',
      object: { ...note, mood: { type: 'ex:Mood', mood: 'deep' } },
    };
    const reading = await verdictOf(await withLinkedSignature(theirs, signer(), now));
    expect(reading).toEqual({ ...create, '@context': theirs['@context'] });
  });

  it.each<[string, string, (document: Json) => Json]>([
    ['a changed text', 'wrong_signature', (document) => withObject(document, { content: 'x', contentMap: undefined })],
    ['another audience', 'wrong_signature', (document) => ({ ...document, to: ['https://peer.example/x'] })],
    ['a member less', 'wrong_signature', ({ to: _to, ...document }) => document],
    ['another time', 'wrong_signature', (document) => withOption(document, { created: '2027-01-01T00:00:00Z' })],
    ['an option more', 'wrong_signature', (document) => withOption(document, { domain: 'x' })],
    ['a graph', 'keyword', (document) => ({ ...document, '@graph': [{ id: 'https://peer.example/2' }] })],
    ['something included', 'keyword', (document) => ({ ...document, '@included': [{ id: 'https://peer.example/2' }] })],
    [
      'something turned around',
      'keyword',
      (document) => withObject(document, { '@reverse': { object: { id: `${actor}/2` } } }),
    ],
    ['a member by its address', 'keyword', (document) => withObject(document, { 'as:name': 'x' })],
    ['a word for a graph', 'context', (document) => withWords(document, { g: '@graph' })],
    ['a word turned around', 'context', (document) => withWords(document, { back: { '@reverse': 'as:object' } })],
    ['a word for the id', 'context', (document) => withWords(document, { name: '@id' })],
    ['words inside words', 'context', (document) => withWords(document, { deep: { '@id': 'as:x', '@context': {} } })],
    ['a context that we do not have', 'context', (document) => withContext(document, 'https://peer.example/context')],
    ['no context at all', 'context', ({ '@context': _context, ...document }) => document],
    [
      'words changed round',
      'meaning',
      (document) => withWords(document, { content: 'as:summary', summary: 'as:content' }),
    ],
    [
      'a known member under another word',
      'meaning',
      (document) => moved(withWords(document, { secret: { '@id': 'as:content' } })),
    ],
    [
      'a member that was not signed',
      'meaning',
      (document) => withoutWord(withObject(document, { quoteUri: 'https://peer.example/3' })),
    ],
    ['a thing that is told of twice', 'meaning', (document) => twice(document)],
  ])('does not hold with %s', async (_what, reason, change) => {
    const signed = await withLinkedSignature(create, signer(), now);
    expect(await verdictOf(change(signed))).toBe(reason);
  });

  it('of another kind, or without a key, is none', async () => {
    const signed = await withLinkedSignature(create, signer(), now);
    expect(await verdictOf(withOption(signed, { type: 'Ed25519Signature2018' }))).toBe('none');
    expect(await verdictOf(withOption(signed, { creator: undefined }))).toBe('none');
    expect(await verdictOf(withOption(signed, { created: 5 }))).toBe('none');
    expect(await verdictOf({ ...signed, signature: [signed['signature']] })).toBe('none');
  });

  it('is understood by other software, and theirs here', async () => {
    const loaders = { documentLoader: loadDocument, contextLoader: loadDocument };
    const signed = await withLinkedSignature({ ...create, '@context': withProofWords(objectContext) }, signer(), now);
    expect(await verifyJsonLd(signed, loaders)).toBe(true);
    expect(await verifyJsonLd(withObject(signed, { content: 'x' }), loaders)).toBe(false);
    const der = createPrivateKey(keys.privateKeyPem).export({ type: 'pkcs8', format: 'der' });
    const privateKey = await crypto.subtle.importKey(
      'pkcs8',
      der,
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      true,
      ['sign'],
    );
    const theirs = await signJsonLd(create, privateKey, new URL(keyId), { contextLoader: loadDocument });
    expect(await verdictOf({ ...theirs })).toEqual(create);
  });
});

describe('the thread', () => {
  it('gives up documents that are made to be hard, and goes on with others', async () => {
    const ring = (step: number): Json[] =>
      Array.from({ length: 60 }, (_unused, at) => ({
        id: `_:n${at}`,
        tag: [{ id: `_:n${(at + step) % 60}` }, { id: `_:n${(at + 7) % 60}` }],
      }));
    const hard = { '@context': objectContext[0], id: `${actor}/hard`, type: 'Create', attachment: ring(1) };
    expect(await readLinked('peer.example', hard, {})).toMatchObject({ reading: { refusal: 'too_complex' } });
    expect(await readLinked('peer.example', create, {})).toHaveProperty('reading.hash');
  });

  it('looks at the documents of each server in turn, and no more than 200 of one', async () => {
    const order: string[] = [];
    const ask = (party: string) => readLinked(party, create, {}).then(() => order.push(party));
    const loud = Array.from({ length: 199 }, () => ask('loud.example'));
    const quiet = ask('quiet.example');
    await Promise.all([...loud, quiet, ask('loud.example')]);
    expect(order.indexOf('quiet.example')).toBeLessThan(5);
    const crowd = Array.from({ length: 230 }, () =>
      ask('loud.example').then(
        () => 'seen',
        () => 'busy',
      ),
    );
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['seen', 'busy']));
    expect(await hashDocuments([create])).toHaveLength(1);
  });
});

function withObject(document: Json, more: Json): Json {
  return { ...document, object: { ...(document['object'] as Json), ...more } };
}

function withOption(document: Json, more: Json): Json {
  return { ...document, signature: { ...(document['signature'] as Json), ...more } };
}

function withContext(document: Json, context: unknown): Json {
  return { ...document, '@context': [...(document['@context'] as unknown[]), context] };
}

function withWords(document: Json, words: Json): Json {
  return withContext(document, words);
}

/** The text under a word that a plain reader does not look at. */
function moved(document: Json): Json {
  const { content, ...rest } = document['object'] as Json;
  return { ...document, object: { ...rest, secret: content } };
}

/** The context without a word: what it named says nothing any more. */
function withoutWord(document: Json): Json {
  const [as, { quoteUri: _quoteUri, ...words }] = objectContext;
  return { ...document, '@context': [as, words] };
}

/** What is said of a hashtag, in two places. */
function twice(document: Json): Json {
  const tag = { id: '_:t', type: 'Hashtag', name: '#x', href: 'https://peer.example/tags/x' };
  return withObject(document, { tag: [{ ...tag }, { id: '_:t', name: '#x' }] });
}
