// A thousand other servers in one process: it listens on as many loopback addresses, takes every delivery, answers 202 and
// counts. Plain sockets, so that it takes little from the machine that is measured.
import { createServer, type Server, type Socket } from 'node:net';
import { answerParent } from '../processes.ts';

export interface SinkQuestion {
  /** Starts counting anew, and answers when so many have come. */
  expect: number;
}

export interface SinkFigures {
  count: number;
  /** Milliseconds since 1970, as all processes see them. */
  firstAt: number;
  lastAt: number;
}

const accepted = Buffer.from('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n');
const now = (): number => performance.timeOrigin + performance.now();

let seen: SinkFigures = { count: 0, firstAt: 0, lastAt: 0 };
let wanted = 0;
let done: (() => void) | null = null;

function arrived(): void {
  seen.count += 1;
  seen.lastAt = now();
  if (seen.count === 1) seen.firstAt = seen.lastAt;
  if (seen.count >= wanted) done?.();
}

/** Reads requests with a content-length one after the other; nothing else comes here. */
function serve(socket: Socket): void {
  let waiting = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    for (;;) {
      const end = waiting.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(waiting.toString('latin1', 0, end))?.[1] ?? 0);
      if (waiting.length < end + 4 + length) return;
      waiting = waiting.subarray(end + 4 + length);
      arrived();
      socket.write(accepted);
    }
  });
}

/** The nth of the addresses: 127.1.0.1, 127.1.0.2, … */
function addressOf(index: number): string {
  return `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}

async function listen(count: number): Promise<string[]> {
  const servers: Server[] = [];
  let port = 0;
  for (let index = 0; index < count; index += 1) {
    const server = createServer(serve);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, addressOf(index), resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) port = address.port;
    servers.push(server);
  }
  return servers.map((_, index) => `http://${addressOf(index)}:${port}/inbox`);
}

answerParent<SinkQuestion>(async ({ expect }) => {
  seen = { count: 0, firstAt: 0, lastAt: 0 };
  wanted = expect;
  await new Promise<void>((resolve) => (done = resolve));
  return seen;
});
process.send?.({ inboxes: await listen(Number(process.env['HOSTS'] ?? 1000)) });
