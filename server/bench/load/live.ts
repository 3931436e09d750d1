// Open pages: holds WebSockets of followers, posts as the author, and takes the time until each of them hears of it. One
// process does both, so that one clock measures.
import { WebSocket } from 'ws';
import { answerParent } from '../processes.ts';

export interface LiveJob {
  /** Where to connect: `ws://…`. */
  socketUrl: string;
  /** One token a connection. */
  tokens: string[];
  postUrl: string;
  authorToken: string;
  posts: number;
}

export interface LiveFigures {
  /** From sending the post to its frame, in ms: one for each post and socket. */
  latencies: number[];
  /** Until the author has the answer, in ms. */
  answers: number[];
}

const patienceMs = 10_000;

async function run(job: LiveJob): Promise<LiveFigures> {
  const hearing = { text: '', since: 0, left: 0, done: () => {} };
  const latencies: number[] = [];
  const sockets = await Promise.all(job.tokens.map((token, index) => open(job.socketUrl, token, index)));
  for (const socket of sockets) {
    socket.on('message', (frame: Buffer) => {
      // The whole frame is looked through, as a page would have to parse it.
      if (hearing.left === 0 || !frame.includes(hearing.text)) return;
      latencies.push(performance.now() - hearing.since);
      hearing.left -= 1;
      if (hearing.left === 0) hearing.done();
    });
  }
  const answers: number[] = [];
  for (let index = 0; index < job.posts; index += 1) {
    hearing.text = `unheard-of ${index} ${Math.random().toString(36).slice(2)}`;
    hearing.left = sockets.length;
    const heard = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new Error(`${hearing.left} of ${sockets.length} sockets did not hear of a post within ${patienceMs} ms`),
          ),
        patienceMs,
      );
      hearing.done = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hearing.since = performance.now();
    await Promise.all([heard, post(job, hearing.text).then(() => answers.push(performance.now() - hearing.since))]);
  }
  for (const socket of sockets) socket.terminate();
  return { latencies, answers };
}

/** A server lets one address open a few dozen sockets, so they come from several of this machine. */
function open(url: string, token: string, index: number): Promise<WebSocket> {
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    localAddress: `127.0.0.${2 + (index % 8)}`,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function post(job: LiveJob, text: string): Promise<void> {
  const answer = await fetch(job.postUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${job.authorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: text }),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`the post was answered ${answer.status}: ${body.slice(0, 300)}`);
}

answerParent(run);
process.send?.('ready');
