// Where other servers post. What is refused costs as little as can be: by its headers before its body, by its signature before its words.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import type { App } from '#server/platform/http/app.ts';
import { maxInboxBytes, precheckHead } from '#server/platform/fediverse/precheck.ts';
import { acceptActivity, rawRequest } from './accept.ts';
import { isShutOut } from './gate.ts';

/** Where activities come in. The head is judged before one byte of the body is read. */
export function inboxes(app: App, ctx: AppContext): void {
  const ourHosts = [new URL(ctx.config.origin).host];
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxInboxBytes }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('onRequest', async (request, reply) => {
    const refusal = judgeHead(ctx, request, ourHosts);
    if (refusal === null) return;
    ctx.metrics.inboxActivities.inc({ answer: refusal.reason });
    // A small body is passed over and the connection goes on: a new one costs more. Nobody waits for a large one.
    if (!(Number(request.headers['content-length']) <= mostPassedOver)) reply.header('connection', 'close');
    return reply.code(refusal.status).send({ error: refusal.reason });
  });
  const receive = async (request: FastifyRequest, reply: FastifyReply, addressee?: string): Promise<FastifyReply> => {
    const answer = await acceptActivity(ctx, { ...rawRequest(request), addressee });
    ctx.metrics.inboxActivities.inc({ answer: answer.reason });
    if (answer.status !== 202)
      request.log.debug({ reqId: request.id, reason: answer.reason }, 'an activity was refused');
    if (answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
    return answer.status === 202 ? reply.code(202).send() : reply.code(answer.status).send({ error: answer.reason });
  };
  // A packed body is refused at the head, and a 202 has nothing to pack.
  const plain = { compress: false, decompress: false } as const;
  app.post('/ap/inbox', plain, (request, reply) => receive(request, reply));
  app.post<{ Params: { id: string } }>('/ap/users/:id/inbox', plain, (request, reply) =>
    receive(request, reply, request.params.id),
  );
}

/** Bytes of a refused body that are read for nothing. */
const mostPassedOver = 64 * 1024;

function judgeHead(
  ctx: AppContext,
  request: FastifyRequest,
  ourHosts: string[],
): { status: number; reason: string } | null {
  const { method, headers } = request;
  const refusal = precheckHead({ method, headers, ourHosts });
  if (refusal !== null) return refusal;
  return isShutOut(ctx, headers) ? { status: 403, reason: 'blocked_domain' } : null;
}
