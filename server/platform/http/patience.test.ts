// A connection that promises a body and does not send it is not held open for ever.
import { connect } from 'node:net';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from './app.ts';
import { limitAnswerTime, limitBodyTime } from './patience.ts';

const app = Fastify();
let port: number;

beforeAll(async () => {
  limitBodyTime(app as unknown as App, 300);
  app.post('/quick', async () => ({ ok: true }));
  app.post('/slow', { config: { slowBody: true } }, async () => ({ ok: true }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => app.close());

/** Sends these pieces, each when the one before has gone for so long; what comes back until the connection ends. */
async function send(path: string, pauseMs: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.on('error', () => {});
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{`,
  );
  const timer = setTimeout(() => socket.write('}'), pauseMs);
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(timer);
  return heard;
}

test('a body that does not come is given up, with word of it', async () => {
  expect(await send('/quick', 60_000)).toMatch(/^HTTP\/1\.1 408 /);
});

test('one that comes is answered, and where it may take its time it is waited for', async () => {
  expect(await send('/quick', 0)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await send('/slow', 900)).toMatch(/^HTTP\/1\.1 200 /);
});

test('nobody waits for a database that is frozen, and all wait for one that is merely slow', async () => {
  const waiting = Fastify();
  let isFrozen = true;
  let finish = (): void => {};
  const answer = new Promise<void>((resolve) => (finish = resolve));
  const ping = (): Promise<unknown> => (isFrozen ? new Promise(() => {}) : Promise.resolve());
  limitAnswerTime(waiting as unknown as App, { ms: 20, ping });
  waiting.get('/', async () => {
    await answer;
    return { ok: true };
  });
  const refused = await waiting.inject('/');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);
  isFrozen = false;
  const slow = waiting.inject('/');
  setTimeout(finish, 100);
  expect((await slow).json()).toEqual({ ok: true });
  await waiting.close();
});
