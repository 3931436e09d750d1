// Ten thousand open pages: opens WebSockets in bounded batches and holds them; then posts as the author, and takes the time
// until each of those that shall hear has heard.
import { WebSocket } from 'ws';
import { answerParent } from '../processes.ts';

export type SocketsJob =
  | { kind: 'open'; url: string; pages: Page[] }
  | { kind: 'post'; url: string; token: string; posts: number }
  | { kind: 'close' };

/** One connection: its token, the stream that it asks for, and whether it hears of the author's posts. */
export interface Page {
  token: string;
  stream: string;
  hears: boolean;
}

export interface Opened {
  open: number;
  seconds: number;
}

export interface Heard {
  /** From sending the post to its frame, in ms: one for each post and socket. */
  latencies: number[];
  /** Sockets that closed meanwhile. */
  lost: number;
}

const batch = 100;
/** A server lets one address hold fifty connections; each of these is an address of this machine. */
const perAddress = 40;
const patienceMs = 30_000;

const sockets: WebSocket[] = [];
const hearing = { text: '', since: 0, left: 0, latencies: [] as number[], done: (): void => {} };
let hearers = 0;
let lost = 0;

async function run(job: SocketsJob): Promise<Opened | Heard | object> {
  if (job.kind === 'open') return openAll(job);
  if (job.kind === 'post') return postAll(job);
  for (const socket of sockets.splice(0)) socket.terminate();
  hearers = 0;
  return {};
}

async function openAll({ url, pages }: Extract<SocketsJob, { kind: 'open' }>): Promise<Opened> {
  const start = performance.now();
  for (let first = 0; first < pages.length; first += batch)
    await Promise.all(pages.slice(first, first + batch).map((page) => open(url, page)));
  return { open: sockets.length, seconds: (performance.now() - start) / 1000 };
}

async function open(url: string, { token, stream, hears }: Page): Promise<void> {
  const place = 1 + Math.floor(sockets.length / perAddress);
  const socket = new WebSocket(`${url}?stream=${encodeURIComponent(stream)}`, {
    headers: { authorization: `Bearer ${token}` },
    localAddress: `127.${1 + Math.floor(place / 200)}.0.${1 + (place % 200)}`,
    perMessageDeflate: false,
  });
  sockets.push(socket);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('close', () => (lost += 1));
  if (!hears) return;
  hearers += 1;
  socket.on('message', (frame: Buffer) => {
    if (hearing.left === 0 || !frame.includes(hearing.text)) return;
    hearing.latencies.push(performance.now() - hearing.since);
    hearing.left -= 1;
    if (hearing.left === 0) hearing.done();
  });
}

async function postAll(job: Extract<SocketsJob, { kind: 'post' }>): Promise<Heard> {
  const lostBefore = lost;
  hearing.latencies = [];
  for (let index = 0; index < job.posts; index += 1) {
    hearing.text = `unheard-of ${index} ${Math.random().toString(36).slice(2)}`;
    hearing.left = hearers;
    const heard = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${hearing.left} of ${hearers} sockets did not hear of a post within ${patienceMs} ms`)),
        patienceMs,
      );
      hearing.done = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hearing.since = performance.now();
    await Promise.all([heard, post(job, hearing.text)]);
  }
  return { latencies: hearing.latencies, lost: lost - lostBefore };
}

async function post(job: { url: string; token: string }, text: string): Promise<void> {
  const answer = await fetch(job.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${job.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: text }),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`the post was answered ${answer.status}: ${body.slice(0, 300)}`);
}

answerParent(run);
process.send?.('ready');
