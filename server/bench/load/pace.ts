// So many requests a second and no more, each sent when it is due, whoever is still waiting for an answer: as strangers come
// who do not know of each other. (autocannon keeps to a rate by sending a second's worth at once and then being silent.)
import { Pool, type Dispatcher } from 'undici';
import type { Request } from 'autocannon';
import type { HttpFigures, HttpJob } from './http.ts';
import { summarize } from './figures.ts';

export type PacedJob = HttpJob & { seconds: number; perSecond: number };

/**
 * Sends the requests of all connections in turn, with gaps between them as chance makes them. An answer's time runs from when
 * its request was let go, also when it then had to wait for a free connection.
 * @throws when an answer was no 2xx (no 4xx where all are to be refused) or did not come
 */
export async function pace(job: PacedJob): Promise<HttpFigures> {
  const { requests, seconds, perSecond, refused = false } = job;
  const pool = new Pool(job.url, { connections: requests.length, pipelining: 1 });
  const line = inTurn(requests);
  const heard: Heard = { latencies: [], bytes: 0, wrong: 0, last: performance.now() };
  const start = performance.now();
  const answers: Array<Promise<void>> = [];
  try {
    let dueAt = start;
    for (let sent = 0; ; sent += 1) {
      // Gaps of a Poisson process.
      dueAt += (-Math.log(1 - Math.random()) / perSecond) * 1000;
      if (dueAt > start + seconds * 1000) break;
      const early = dueAt - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const request = line[sent % line.length];
      if (request !== undefined) answers.push(ask(pool, request, { heard, isRight: refused ? isRefusal : isSuccess }));
    }
    await Promise.all(answers);
  } finally {
    await pool.destroy();
  }
  if (heard.wrong > 0) throw new Error(`${heard.wrong} requests to ${job.url} failed or were answered otherwise`);
  return summarize({ latencies: heard.latencies, bytes: heard.bytes, ms: heard.last - start });
}

interface Heard {
  latencies: number[];
  bytes: number;
  wrong: number;
  last: number;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
const isRefusal = (status: number): boolean => status >= 400 && status < 500;

/** The first of each list, the second of each … */
function inTurn(lists: readonly Request[][]): Request[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list.slice(place, place + 1))).flat();
}

function ask(
  pool: Pool,
  { method, path, headers, body }: Request,
  { heard, isRight }: { heard: Heard; isRight: (status: number) => boolean },
): Promise<void> {
  const start = performance.now();
  return new Promise((resolve) => {
    const done = (right: boolean): void => {
      heard.last = performance.now();
      heard.latencies.push(heard.last - start);
      if (!right) heard.wrong += 1;
      resolve();
    };
    let right = false;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, status) {
        right = isRight(status);
      },
      onResponseData(_controller, chunk) {
        heard.bytes += chunk.length;
      },
      onResponseEnd: () => done(right),
      onResponseError: () => done(false),
    };
    pool.dispatch({ method, path, headers, body: body ?? null }, handler);
  });
}
