// `expires_in` as clients send it: seconds, or nothing for never. Elsewhere null is as absent; here it says "no longer".
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Invalid } from '#server/platform/errors.ts';

export const expiresInField = Type.Optional(
  Type.Union([Type.Integer({ minimum: 0 }), Type.String()], {
    description: 'Seconds from now; empty or null: never',
  }),
);

/** Carries an explicit null past the reading of bodies, which drops it. */
export async function keepNull(request: FastifyRequest): Promise<void> {
  const { body } = request;
  if (typeof body === 'object' && body !== null && 'expires_in' in body && body.expires_in === null)
    request.body = { ...body, expires_in: '' };
}

/** Seconds, null for never, undefined when nothing was said. @throws {Invalid} when it is no number */
export function readExpiresIn(written: number | string | undefined): number | null | undefined {
  if (typeof written !== 'string') return written;
  if (written.trim() === '') return null;
  throw new Invalid('Validation failed: expires_in is a number of seconds');
}
