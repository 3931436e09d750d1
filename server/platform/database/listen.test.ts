// A database that goes away for a while, seen through a door that can be shut.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import { listen } from './listen.ts';

let url: string;
let drop: () => Promise<unknown>;
let door: Server;
let through: Set<Socket>;
let isShut: boolean;
let knocks: number;
let stop: (() => Promise<void>) | undefined;

beforeEach(async () => {
  const database = await createDatabase();
  drop = database.drop;
  const address = new URL(database.url);
  const { port, hostname } = address;
  through = new Set();
  isShut = false;
  knocks = 0;
  door = createServer((socket) => {
    knocks += 1;
    socket.on('error', () => {});
    if (isShut) return void socket.destroy();
    const other = connect(Number(port), hostname);
    other.on('error', () => {});
    for (const one of [socket, other]) through.add(one);
    socket.pipe(other).pipe(socket);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  address.hostname = '127.0.0.1';
  address.port = String((door.address() as { port: number }).port);
  url = address.href;
});
afterEach(async () => {
  await stop?.();
  for (const socket of through) socket.destroy();
  door.close();
  await drop();
});

async function say(text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('select pg_notify($1, $2)', ['news', text]);
  await client.end();
}

test('while the database is away it is asked once a second, and heard again when it is back', async () => {
  const heard: string[] = [];
  stop = await listen({ url, log: pino({ level: 'silent' }) }, 'news', (text) => heard.push(text));
  await say('before');
  await until(() => heard.includes('before'));
  isShut = true;
  knocks = 0;
  for (const socket of through) socket.destroy();
  await until(() => knocks >= 3);
  // The third second: were each failure to make two of the next, this would have been the seventh knock.
  const soon = Date.now() + 500;
  await until(() => Date.now() > soon);
  expect(knocks).toBe(3);
  isShut = false;
  await until(() => heard.includes(''));
  await say('after');
  await until(() => heard.includes('after'));
});
