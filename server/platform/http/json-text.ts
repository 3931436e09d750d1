// Answers that are JSON text before they reach the HTTP layer.
import type { FastifyReply } from 'fastify';

/**
 * Sends text that is JSON already, without parsing or serialising it again. As bytes: a text would be copied once more, to stand
 * behind the headers.
 */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(Buffer.from(text));
}
