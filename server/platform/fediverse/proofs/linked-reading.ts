// Linked data: the hash of what a document says, whatever words it uses, and the document in our own words as far as that is
// exactly what it says. Runs in the thread of linked-data.ts.
import { createHash } from 'node:crypto';
import jsonld from '@fedify/vocab-runtime/jsonld';
import { asObject, asText, type Json } from '../json.ts';
import { readingContext } from './reading-context.ts';

/** Documents of contexts by their address; others are not loaded. */
export type Contexts = Record<string, unknown>;

/**
 * - `context`: it uses a context that we do not have, or another inside
 * - `keyword`: it uses more of JSON-LD than plain JSON needs
 * - `meaning`: read as plain JSON it would say something else than what was signed
 * - `too_complex`: hashing it takes too much
 */
export type ReadingRefusal = 'context' | 'keyword' | 'meaning' | 'too_complex';

/** `hash` is of all that the document says; `reading` is what may be read of it. */
export type Reading = { hash: string; reading: Json } | { refusal: ReadingRefusal };

/** The part of the library that is used. Source: the JSON-LD API, https://www.w3.org/TR/json-ld11-api/ */
interface Processor {
  canonize(document: unknown, options: Record<string, unknown>): Promise<string>;
}

const processor: Processor = jsonld;

class UnknownContext extends Error {}

/** All statements of a document, in the one order and spelling that everybody gives them (RDF Dataset Canonicalization). */
async function statementsOf(document: unknown, contexts: Contexts): Promise<string> {
  const documentLoader = (url: string): Promise<unknown> => {
    if (!Object.hasOwn(contexts, url)) return Promise.reject(new UnknownContext(url));
    return Promise.resolve({ contextUrl: null, documentUrl: url, document: contexts[url] });
  };
  // What has no meaning in the context says nothing, as other servers have it; the effort is bounded.
  return processor.canonize(document, { format: 'application/n-quads', safe: false, documentLoader, maxWorkFactor: 1 });
}

/** The SHA-256 of what a document says, in hexadecimal digits. */
export async function hashDocument(document: unknown, contexts: Contexts): Promise<string> {
  return sha256(await statementsOf(document, contexts));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The hash of what a document says, and the document as plain JSON with the members that we know: only if that, by our own contexts,
 * says the same as it does by the document's, and nothing that we know of is said elsewhere in it.
 */
export async function readDocument(document: Json, contexts: Contexts): Promise<Reading> {
  const refusal = refuseForm(document, contexts);
  if (refusal !== null) return { refusal };
  try {
    const all = await statementsOf(document, contexts);
    const known = wordsOf(contexts);
    const reading = onlyKnown(document, known);
    const theirs = await statementsOf(reading, contexts);
    const ours = await statementsOf({ ...reading, '@context': readingContext }, contexts);
    const isSame = theirs === ours && isAllRead(all, theirs, known) && saysOnce(reading);
    return isSame ? { hash: sha256(all), reading } : { refusal: 'meaning' };
  } catch (error) {
    return { refusal: isAboutContext(error) ? 'context' : 'too_complex' };
  }
}

function isAboutContext(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof UnknownContext) return true;
  return /context/iu.test(String(error));
}

/** Contexts at the top only, from our list or written out; no keywords, addresses or blank names as members. */
function refuseForm(document: Json, contexts: Contexts): ReadingRefusal | null {
  // A proof beside the signature may bring a context along; it is not read.
  const { '@context': context, proof: _proof, ...rest } = document;
  for (const item of Array.isArray(context) ? context : [context]) {
    if (typeof item === 'string' ? !Object.hasOwn(contexts, item) : !isPlainContext(item)) return 'context';
  }
  return hasOddMember(rest) ? 'keyword' : null;
}

/** Terms alone: no scoped contexts, no other base, no words for a graph, its inversion or nesting. */
function isPlainContext(item: unknown): boolean {
  const context = asObject(item);
  if (context === null) return false;
  return Object.entries(context).every(([term, definition]) => {
    if (term.startsWith('@')) return term === '@vocab' || term === '@version' || term === '@language';
    const wide = asObject(definition);
    if (wide === null) return isPlainTarget(term, definition);
    const target = asText(wide['@id']) ?? '';
    if (target.startsWith('@')) return false;
    return !['@context', '@reverse', '@nest', '@index', '@import'].some((word) => Object.hasOwn(wide, word));
  });
}

/** No word of its own for a keyword, but those that everybody has. */
function isPlainTarget(term: string, target: unknown): boolean {
  if (typeof target !== 'string' || !target.startsWith('@')) return typeof target === 'string';
  return target === `@${term}` && (term === 'id' || term === 'type');
}

function hasOddMember(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOddMember);
  const object = asObject(value);
  return object !== null && Object.entries(object).some(([name, member]) => /^@|:/u.test(name) || hasOddMember(member));
}

interface Words {
  terms: ReadonlySet<string>;
  predicates: ReadonlySet<string>;
}

let words: Words | null = null;

/** The terms of our contexts, and what they stand for. */
function wordsOf(contexts: Contexts): Words {
  if (words !== null) return words;
  const [base, inline] = readingContext;
  const defined = { ...asObject(asObject(contexts[base])?.['@context']), ...inline };
  const prefixes = new Map(
    Object.entries(defined).flatMap(([term, to]) => (typeof to === 'string' ? [[term, to]] : [])),
  );
  const predicates = Object.values(defined).flatMap((definition) => {
    const target = asText(definition) ?? asText(asObject(definition)?.['@id']);
    const [, prefix, name] = /^([^:]+):(.+)$/u.exec(target ?? '') ?? [];
    if (prefix === undefined || name === undefined) return [];
    return [name.startsWith('//') ? `${prefix}:${name}` : `${prefixes.get(prefix) ?? `${prefix}:`}${name}`];
  });
  words = {
    terms: new Set(Object.keys(defined).filter((term) => !term.startsWith('@'))),
    predicates: new Set(predicates),
  };
  return words;
}

/** The members of `contentMap` and the like are languages, not words. */
const languageMaps: ReadonlySet<string> = new Set(['contentMap', 'nameMap', 'summaryMap']);

function onlyKnown(document: Json, { terms }: Words): Json {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    const object = asObject(value);
    return object === null ? value : strip(object);
  };
  const strip = (object: Json): Json =>
    Object.fromEntries(
      Object.entries(object)
        .filter(([name]) => terms.has(name))
        .map(([name, member]) => [name, languageMaps.has(name) ? member : visit(member)]),
    );
  const { '@context': context, ...rest } = document;
  return { '@context': context, ...strip(rest) };
}

/** Whether no statement in a word that we know was left out with a member that we do not know. */
function isAllRead(all: string, read: string, { predicates }: Words): boolean {
  const [before, after] = [countPredicates(all, predicates), countPredicates(read, predicates)];
  return [...before].every(([predicate, count]) => after.get(predicate) === count);
}

function countPredicates(statements: string, predicates: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of statements.split('\n')) {
    const [, predicate] = /^\S+ <([^>]+)> /u.exec(line) ?? [];
    if (predicate !== undefined && predicates.has(predicate)) counts.set(predicate, (counts.get(predicate) ?? 0) + 1);
  }
  return counts;
}

/** Whether all that is said of something is said in one place: a reader of plain JSON looks at one only. */
function saysOnce(document: Json): boolean {
  const told = new Set<string>();
  const visit = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.every(visit);
    const object = asObject(value);
    if (object === null) return true;
    const id = asText(object['id']);
    if (id !== null && Object.keys(object).length > 1) {
      if (told.has(id)) return false;
      told.add(id);
    }
    return Object.values(object).every(visit);
  };
  return visit(document);
}
