// Turns what code throws into what clients read, once for all routes.
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { Failure, TooMany, type Budget } from '#server/platform/errors.ts';

/** Failures keep their status and text; Fastify's own 4xx are put into words; anything else is a logged 500 without details. */
export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Failure, request, reply) => {
    if (error instanceof Failure) {
      if (error instanceof TooMany) tellBudget(error, reply);
      if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="Rookery"');
      const details = (error as { details?: unknown }).details;
      return reply.code(error.status).send({ error: error.message, ...(details === undefined ? {} : { details }) });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: describe(error) });
    request.log.error({ err: error, reqId: request.id }, 'a request failed');
    if (isOverload(error)) return answerOverload(reply);
    return reply.code(500).send({ error: 'Something went wrong on our side' });
  });
}

/** When to come back, and in the usual three headers which budget is spent. */
function tellBudget({ retryAfter, budget }: TooMany, reply: FastifyReply): void {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (budget) setBudgetHeaders(reply, { ...budget, remaining: 0 });
}

/** The headers that clients know; the reset is a moment, not a number of seconds. @see https://docs.joinmastodon.org/api/rate-limits/ */
export function setBudgetHeaders(reply: FastifyReply, budget: Budget & { remaining: number }): void {
  reply.header('x-ratelimit-limit', String(budget.limit));
  reply.header('x-ratelimit-remaining', String(budget.remaining));
  reply.header('x-ratelimit-reset', budget.resetAt.toISOString());
}

function describe(error: FastifyError): string {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'The request body is too large';
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'This content type is not taken here';
  if (error instanceof SyntaxError) return 'The request body is not valid JSON';
  return error.message;
}

/** When a store is away: come back in a moment. */
export function answerOverload(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('retry-after', '5').send({ error: 'The server is overloaded; try again in a moment' });
}

// Shut down, crashed, starting, too many connections, cancelled, the connection broke; and what the system says of it.
const overloadCodes = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '57014',
  '08006',
  '08003',
  '08001',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);

/** The database refused, could not be reached in time, or went away in the middle. */
function isOverload(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && overloadCodes.has(code)) return true;
  if (
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
      error.message,
    )
  )
    return true;
  return error.cause instanceof Error && isOverload(error.cause);
}
