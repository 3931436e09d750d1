// Long uploads by the tus protocol: by the client that everybody uses, and by hand.
import { randomBytes } from 'node:crypto';
import { Upload, type HttpResponse } from 'tus-js-client';
import type { Person } from './people.ts';

/** Says that a request speaks the protocol. */
export const tus = { 'tus-resumable': '1.0.0' };

/** Bytes that begin as a film does and are noise behind. */
export function filmOf(bytes: number): Buffer {
  const head = Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypisom'), 0, 0, 2, 0, ...Buffer.from('isomiso2')]);
  return Buffer.concat([head, randomBytes(bytes - head.length)]);
}

/** Uploads as the web app does; resolves when the last piece is answered. */
export async function sendInPieces(
  endpoint: string,
  person: Person,
  content: Buffer,
  more: { chunkSize?: number; metadata?: Record<string, string> } = {},
): Promise<{ response: HttpResponse; progress: number[] }> {
  const progress: number[] = [];
  return new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      endpoint: `${endpoint}/api/uploads`,
      headers: { authorization: `Bearer ${person.token}` },
      chunkSize: more.chunkSize ?? Number.POSITIVE_INFINITY,
      metadata: more.metadata ?? {},
      retryDelays: [50, 50, 50, 50, 50, 50, 50, 50],
      onProgress: (sent) => progress.push(sent),
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve({ response: lastResponse, progress }),
    });
    upload.start();
  });
}

/** Begins an upload by hand; resolves to its path. */
export async function beginUpload(
  person: Person,
  bytes: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const length = { ...tus, 'upload-length': String(bytes), ...headers };
  const answer = await person.api('POST', '/api/uploads', undefined, length);
  if (answer.status !== 201) throw new Error(`no upload was begun: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.headers.get('location') ?? '';
}

/** Asks how much has arrived; without a token or with a person's. */
export async function askForUpload(
  url: string,
  person: Person | null,
  headers: Record<string, string> = tus,
): Promise<Response> {
  const authorization: Record<string, string> = person === null ? {} : { authorization: `Bearer ${person.token}` };
  return fetch(url, { method: 'HEAD', headers: { ...headers, ...authorization } });
}

/** Sends one piece by hand. */
export async function sendPiece(
  url: string,
  person: Person,
  offset: number,
  piece: Buffer,
): Promise<{ status: number; text: string; offset: string | null }> {
  const response = await fetch(url, {
    method: 'PATCH',
    headers: {
      ...tus,
      authorization: `Bearer ${person.token}`,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(piece),
  });
  return { status: response.status, text: await response.text(), offset: response.headers.get('upload-offset') };
}
