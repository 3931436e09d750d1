// Who may call a route: one declarative option on each, checked in one place.
import type { FastifyRequest } from 'fastify';
import { Forbidden, Invalid, Unauthorized } from '#server/platform/errors.ts';

/** What a bearer token stands for. A token of an app alone has no account. */
export interface Viewer {
  accountId: string | null;
  role: 'user' | 'moderator' | 'admin' | 'owner' | null;
  scopes: readonly string[];
  tokenId: string;
  appId: string | null;
  sessionId: string | null;
}

/** A viewer who is a person. */
export type SignedIn = Viewer & { accountId: string };

export interface Access {
  /** `open`: tokens are not looked at. `anyone`: a token may be there. `client`: an app's own token suffices. `user`: a person's token. */
  who: 'open' | 'anyone' | 'client' | 'user';
  /** The token must grant one of these; none means any token will do. */
  scopes: readonly string[];
  /** The least role. */
  role?: 'moderator' | 'admin' | 'owner';
  /** The token may stand in the address too: for streams, as a browser's EventSource sends no headers of ours. */
  inQuery?: true;
}

export const open: Access = { who: 'open', scopes: [] };
export const anyone = (...scopes: string[]): Access => ({ who: 'anyone', scopes });
export const client = (...scopes: string[]): Access => ({ who: 'client', scopes });
export const user = (...scopes: string[]): Access => ({ who: 'user', scopes });
export const staff = (role: 'moderator' | 'admin' | 'owner', ...scopes: string[]): Access => ({
  who: 'user',
  scopes,
  role,
});

const follow = ['blocks', 'follows', 'mutes'];
const ranks = ['user', 'moderator', 'admin', 'owner'];

/** True when a granted scope covers the wanted one: `read` covers `read:statuses`, `follow` covers following, blocking and muting. */
export function grants(granted: readonly string[], wanted: string): boolean {
  const [verb, object] = wanted.split(':');
  return granted.some((scope) => {
    if (scope === wanted) return true;
    if (wanted.startsWith('admin:')) return wanted.startsWith(`${scope}:`);
    if (object === undefined) return false;
    return scope === verb || (scope === 'follow' && follow.includes(object));
  });
}

/** Holds a request against its route's option. @throws {Unauthorized} {Forbidden} {Invalid} with the texts that clients know */
export function checkAccess(access: Access, viewer: Viewer | null): void {
  if (access.who === 'open') return;
  if (!viewer) {
    if (access.who === 'anyone') return;
    throw new Unauthorized('The access token is invalid');
  }
  if (access.scopes.length > 0 && !access.scopes.some((scope) => grants(viewer.scopes, scope))) {
    throw new Forbidden('This action is outside the authorized scopes');
  }
  if (access.who === 'user' && viewer.accountId === null)
    throw new Invalid('This method requires an authenticated user');
  if (access.role && ranks.indexOf(viewer.role ?? 'user') < ranks.indexOf(access.role)) {
    throw new Forbidden('This action is not allowed for your role');
  }
}

/** The person who asks. @throws {Unauthorized} when nobody is signed in */
export function viewerOf(request: FastifyRequest): SignedIn {
  const { viewer } = request;
  if (viewer === null || viewer.accountId === null) throw new Unauthorized('The access token is invalid');
  return { ...viewer, accountId: viewer.accountId };
}

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(authorization: string | undefined): string | null {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '');
  return match?.[1] ?? null;
}

/** The token that comes with a request: in its header, or in the query where the door allows it. */
export function tokenOf(request: FastifyRequest, access: Access): string | null {
  const token = bearerToken(request.headers.authorization);
  if (token !== null || access.inQuery !== true) return token;
  const { access_token: inQuery } = request.query as { access_token?: unknown };
  return typeof inQuery === 'string' && inQuery !== '' ? inQuery : null;
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null;
  }
  interface FastifyContextConfig {
    access?: Access;
    /** The feature behind this door is not ours yet: what it answers is the `empty` form that clients accept, or a clear refusal. */
    emptyForm?: 'empty' | 'refused';
  }
}
