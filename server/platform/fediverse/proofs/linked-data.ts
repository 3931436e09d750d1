// Linked-data signatures need a form of a document that costs much to find. That is done in one thread beside the server's own,
// one document at a time and each server in its turn, with a limit of time; the thread ends when it has had nothing to do.
import { Worker } from 'node:worker_threads';
import { preloadedContexts } from '@fedify/vocab-runtime';
import type { Json } from '../json.ts';
import type { Reading } from './linked-reading.ts';
import type { LinkedAnswer, LinkedQuestion } from './linked-worker.ts';

const limitMs = 5000;
const startMs = 30_000;
const idleMs = 60_000;
const mostWaitingEach = 200;

interface Waiting {
  question: LinkedQuestion;
  done: (answer: LinkedAnswer) => void;
  fail: (error: Error) => void;
}

/** Work by the party that it is for; parties in the order of their turns. */
const lines = new Map<string, Waiting[]>();
let thread: Worker | null = null;
let isReady = false;
let current: Waiting | null = null;
let timer: NodeJS.Timeout | undefined;

/** A document that takes too long, or too many that one server brought. */
export class LinkedDataBusy extends Error {}

/** The hashes of what documents of our own say. */
export async function hashDocuments(documents: Json[]): Promise<string[]> {
  const answer = await ask('', { kind: 'hash', documents });
  if ('hashes' in answer) return answer.hashes;
  throw new Error('failure' in answer ? answer.failure : 'the answer is to another question');
}

/**
 * What a document brought by `party` says, with the hash of the options of its signature.
 * @throws {LinkedDataBusy} when that server brought more than can be looked at now
 */
export async function readLinked(
  party: string,
  document: Json,
  options: Json,
): Promise<{ reading: Reading; optionsHash: string }> {
  const answer = await ask(party, { kind: 'read', document, options });
  return 'reading' in answer ? answer : { reading: { refusal: 'too_complex' }, optionsHash: '' };
}

function ask(party: string, question: LinkedQuestion): Promise<LinkedAnswer> {
  const line = lines.get(party) ?? [];
  if (line.length >= mostWaitingEach) return Promise.reject(new LinkedDataBusy(`${party}: too much to look at`));
  lines.set(party, line);
  return new Promise((done, fail) => {
    line.push({ question, done, fail });
    next();
  });
}

/** Takes the first of whose turn it is; that party then waits behind the others. */
function next(): void {
  if (current !== null) return;
  clearTimeout(timer);
  const [party, line] = lines.entries().next().value ?? [];
  if (party === undefined || line === undefined) return rest();
  lines.delete(party);
  current = line.shift() ?? null;
  if (line.length > 0) lines.set(party, line);
  if (current === null) return next();
  thread ??= startThread();
  // Work under way keeps the process, an idle thread does not.
  thread.ref();
  limit(isReady ? limitMs : startMs);
  thread.postMessage(current.question);
}

function limit(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => stop(new Error('it took too long')), ms);
}

function rest(): void {
  thread?.unref();
  timer = setTimeout(() => {
    void thread?.terminate();
    thread = null;
  }, idleMs).unref();
}

function startThread(): Worker {
  const started = new Worker(new URL('./linked-worker.ts', import.meta.url), {
    workerData: { contexts: preloadedContexts },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
  });
  isReady = false;
  started.on('message', (answer: LinkedAnswer | 'ready') => {
    if (answer !== 'ready') return finish((waiting) => waiting.done(answer));
    isReady = true;
    if (current !== null) limit(limitMs);
  });
  started.on('error', (error: Error) => started === thread && stop(error));
  return started;
}

/** Ends the thread with what it has in hand: the next document begins in a new one. */
function stop(error: Error): void {
  void thread?.terminate();
  thread = null;
  finish((waiting) => waiting.done({ failure: error.message }));
}

function finish(tell: (waiting: Waiting) => void): void {
  const waiting = current;
  current = null;
  if (waiting !== null) tell(waiting);
  next();
}
