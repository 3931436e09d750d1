// Makes HTTP load in a process of its own: one job a message, answered with what was measured.
import autocannon, { type Client, type Request } from 'autocannon';
import { answerParent } from '../processes.ts';
import { summarize } from './figures.ts';
import { pace } from './pace.ts';

export interface HttpJob {
  url: string;
  /** What each connection sends, in this order and again from the start. One list a connection. */
  requests: Request[][];
  /** For so many seconds; without it each request is sent once. */
  seconds?: number;
  /** So many a second over all connections, one by one, for `seconds`; without it each connection sends as soon as it is answered. */
  perSecond?: number;
  /** Each of them is to be refused, with a 4xx. */
  refused?: boolean;
}

export interface HttpFigures {
  /** Answers a second. */
  rate: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  answers: number;
  /** Bytes of all answers. */
  bytes: number;
  seconds: number;
}

/** @throws when an answer was no 2xx (no 4xx where all are to be refused) or did not come */
async function run(job: HttpJob): Promise<HttpFigures> {
  const { seconds, perSecond } = job;
  return seconds === undefined || perSecond === undefined ? hurry(job) : pace({ ...job, seconds, perSecond });
}

async function hurry(job: HttpJob): Promise<HttpFigures> {
  let next = 0;
  const amount = job.requests.reduce((sum, list) => sum + list.length, 0);
  const latencies: number[] = [];
  let bytes = 0;
  const start = performance.now();
  let last = start;
  const instance = autocannon({
    url: job.url,
    connections: job.requests.length,
    timeout: 60,
    ...(job.seconds === undefined ? { amount } : { duration: job.seconds }),
    setupClient(client: Client) {
      client.setRequests(job.requests[next % job.requests.length] ?? []);
      next += 1;
    },
  });
  instance.on('response', (_client, _status, size, ms) => {
    latencies.push(ms);
    bytes += size;
    last = performance.now();
  });
  const result = await instance;
  const wrong = job.refused === true ? latencies.length - result['4xx'] : result.non2xx;
  const failed = wrong + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} requests to ${job.url} failed, ${wrong} of them were answered otherwise`);
  return summarize({ latencies, bytes, ms: last - start });
}

answerParent(run);
process.send?.('ready');
