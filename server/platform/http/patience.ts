// How long a request may take: a connection that sends a byte now and then must not be held open for ever, and nobody waits
// for an answer while the database gives none.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';
import { answerOverload } from './failures.ts';

/** Ends connections whose request is not whole after `ms`. Routes with `slowBody` wait as long as the server itself does. */
export function limitBodyTime(app: App, ms: number): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    if (raw.complete || !announcesBody(raw) || request.routeOptions.config.slowBody) return;
    const timer = setTimeout(() => giveUp(raw, reply.raw), ms);
    raw.once('close', () => clearTimeout(timer));
  });
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function giveUp(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // What was put in without a connection (`app.inject`) has none to end.
  if (request.complete || !(socket instanceof Socket)) return;
  if (!response.headersSent && socket.writable)
    socket.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  socket.destroySoon();
}

export interface AnswerTime {
  /** After so long without an answer the database is asked for a sign of life, and again each second. */
  ms: number;
  /** Rejects, or does not resolve, while it is away. */
  ping: () => Promise<unknown>;
}

const pingMs = 1000;

/** Answers 503 to requests that wait for a database which is frozen or has no connection left. */
export function limitAnswerTime(app: App, { ms, ping }: AnswerTime): void {
  let asked: Promise<boolean> | null = null;
  // One question for all that wait.
  const isAway = (): Promise<boolean> => {
    asked ??= findAway(ping).finally(() => {
      asked = null;
    });
    return asked;
  };
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.slowBody) return;
    const look = async (): Promise<void> => {
      if (isAnswered(reply)) return;
      if (await isAway()) {
        if (!isAnswered(reply)) void answerOverload(reply);
      } else timer = setTimeout(() => void look(), pingMs);
    };
    let timer = setTimeout(() => void look(), ms);
    reply.raw.once('close', () => clearTimeout(timer));
  });
}

function isAnswered(reply: FastifyReply): boolean {
  return reply.sent || reply.raw.headersSent || reply.raw.writableEnded || reply.raw.destroyed;
}

async function findAway(ping: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), pingMs);
  });
  const answer = ping().then(
    () => false,
    () => true,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
