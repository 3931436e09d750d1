// Frames that are written beside the library read as the library's own do.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '#server/testing/until.ts';
import { serveSockets, type Sockets } from '../sockets.ts';
import { bufferLimit, sendFrame, sendText, textFrame, type Line } from './frames.ts';
import { openPlaces } from './places.ts';

const http = createServer();
const lines: Line[] = [];
let sockets: Sockets;
let client: WebSocket;
const heard: string[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  sockets = serveSockets(http, {
    isMine: () => true,
    admit: async () => ({ opened: (line) => lines.push(line) }),
    addressOf: () => '127.0.0.1',
    places: openPlaces(5),
  });
  client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  client.on('message', (content) => heard.push((content as Buffer).toString('utf8')));
  await until(() => lines.length === 1 && client.readyState === client.OPEN);
});
afterAll(async () => {
  client.terminate();
  await sockets.close();
  http.close();
});

it('of every length, in their order, among those of the library', async () => {
  const texts = ['', 'a', 'é'.repeat(62), 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(65_535), '🪶'.repeat(16_384)];
  for (const text of texts) {
    sendText(lines[0]!, text);
    lines[0]!.socket.ping();
    lines[0]!.socket.send(`after ${text.length}`);
  }
  await until(() => heard.length === texts.length * 2);
  expect(heard).toEqual(texts.flatMap((text) => [text, `after ${text.length}`]));
});

it('end the connection of whoever does not read, and are not written to one that closes', async () => {
  let ended = false;
  const written: Buffer[] = [];
  const stream = { writableLength: 0, write: (frame: Buffer) => written.push(frame) };
  const socket = { OPEN: 1, readyState: 1, terminate: () => (ended = true) };
  const line = { socket, stream } as unknown as Line;
  sendFrame(line, textFrame('read'));
  stream.writableLength = bufferLimit + 1;
  sendFrame(line, textFrame('too much'));
  expect([written.length, ended]).toEqual([1, true]);
  socket.readyState = 2;
  stream.writableLength = 0;
  sendFrame(line, textFrame('late'));
  expect(written.length).toBe(1);
});
