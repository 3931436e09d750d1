// Open connections of tests: a WebSocket that keeps what it hears.
import { WebSocket, type RawData } from 'ws';
import { expect } from 'vitest';
import type { Person } from './people.ts';
import { until } from './until.ts';

export interface Heard {
  stream: string[];
  event: string;
  payload: string;
}

export interface Ear {
  socket: WebSocket;
  /** Events, and what was answered instead. */
  heard: Heard[];
  said: unknown[];
  /** The code it was closed with; null while it is open. */
  closed: () => number | null;
  ask(message: unknown): void;
}

export type StreamAsked = string | Record<string, string>;

/** One frame as an event. */
export const heardIn = (content: RawData): Heard => JSON.parse((content as Buffer).toString('utf8')) as Heard;

/** Connects with the token as sub-protocol, as browsers must, and subscribes. The socket is added to `open`, to be ended by the test. */
export async function openEar(
  server: { origin: string },
  open: WebSocket[],
  person: Pick<Person, 'token'>,
  ...streams: StreamAsked[]
): Promise<Ear> {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/streaming`, [person.token]);
  open.push(socket);
  const ear: Ear = {
    socket,
    heard: [],
    said: [],
    closed: () => null,
    ask: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
  socket.on('message', (content) => {
    const message = heardIn(content);
    if (message.event === undefined) ear.said.push(message);
    else ear.heard.push(message);
  });
  socket.on('close', (code) => (ear.closed = () => code));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  expect(socket.protocol).toBe(person.token);
  for (const stream of streams) ear.ask({ type: 'subscribe', ...(typeof stream === 'string' ? { stream } : stream) });
  await reached(ear);
  return ear;
}

/** Resolves when all that was asked before has been read: a frame that is answered shows it. */
export async function reached(ear: Ear): Promise<void> {
  const before = ear.said.length;
  ear.ask({ type: 'subscribe', stream: 'nothing' });
  await until(() => ear.said.length > before);
  ear.said.pop();
}

/** The posts that it heard of, with the names of the stream they came by. */
export const statusesOf = (ear: Ear, event = 'update'): Array<{ stream: string[]; id: string; favourited?: boolean }> =>
  ear.heard
    .filter((item) => item.event === event)
    .map((item) => ({ stream: item.stream, ...(JSON.parse(item.payload) as { id: string; favourited?: boolean }) }));
