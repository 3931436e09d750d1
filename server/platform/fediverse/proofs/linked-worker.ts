// The thread of linked-data.ts: what strangers sent is hashed here, where it holds up nobody.
import { parentPort, workerData } from 'node:worker_threads';
import type { Json } from '../json.ts';
import { hashDocument, readDocument, type Contexts, type Reading } from './linked-reading.ts';

/** One piece of work. */
export type LinkedQuestion = { kind: 'hash'; documents: Json[] } | { kind: 'read'; document: Json; options: Json };

/** The first message is `ready`. */
export type LinkedAnswer = { hashes: string[] } | { reading: Reading; optionsHash: string } | { failure: string };

// Safe: linked-data.ts starts this thread, with this.
const { contexts } = workerData as { contexts: Contexts };

async function answer(question: LinkedQuestion): Promise<LinkedAnswer> {
  try {
    if (question.kind === 'hash')
      return { hashes: await Promise.all(question.documents.map((document) => hashDocument(document, contexts))) };
    const reading = await readDocument(question.document, contexts);
    return { reading, optionsHash: await hashDocument(question.options, contexts) };
  } catch (error) {
    return { failure: String(error) };
  }
}

// What it costs to load is not part of the time that a document may take.
parentPort?.postMessage('ready');
parentPort?.on('message', (question: LinkedQuestion) => {
  void answer(question).then((found) => parentPort?.postMessage(found));
});
