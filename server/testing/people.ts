// People for stories: local accounts with a token, who act through the doors.
import type { AppContext } from '#server/context.ts';
import type { Role } from '#server/features/auth/entities.ts';
import { openSession } from '#server/features/auth/service/open-session.ts';
import { addUser, createToken } from '#server/features/auth/service/users.ts';
import { spareAccountKeys, sparePassword } from './spare.ts';

/** What a door answered: status, parsed JSON (or text) and headers. */
export interface Answer {
  status: number;
  // The tests say what they expect of it, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  headers: Headers;
}

export interface Person {
  accountId: string;
  username: string;
  token: string;
  password: string;
  /** Calls a door of the server as this person; an object goes as JSON, a form as it is. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

interface Somewhere {
  ctx: AppContext;
  origin: string;
}

/** Calls a door with or without a token. */
export async function call(
  origin: string,
  method: string,
  path: string,
  options: { token?: string | undefined; body?: unknown; headers?: Record<string, string> | undefined } = {},
): Promise<Answer> {
  const { token, body, headers = {} } = options;
  const isPlain =
    body !== undefined && !(body instanceof FormData) && !(body instanceof URLSearchParams) && typeof body !== 'string';
  const response = await fetch(new URL(path, origin), {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(isPlain ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : (body as FormData) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** A confirmed person of that name with a token of all ordinary scopes (`scopes` for others). */
export async function signUp(
  server: Somewhere,
  username: string,
  more: { role?: Role; scopes?: string } = {},
): Promise<Person> {
  const [{ password, passwordHash }, keys] = await Promise.all([sparePassword(), spareAccountKeys()]);
  const wish = {
    username,
    email: `${username}@mail.example`,
    confirmed: true,
    ...(more.role ? { role: more.role } : {}),
  };
  const accountId = await addUser(server.ctx, wish, { passwordHash, keys });
  const scopes =
    more.scopes ??
    (more.role && more.role !== 'user' ? 'read write follow push admin:read admin:write' : 'read write follow push');
  const token = await createToken(server.ctx, accountId, scopes);
  return {
    accountId,
    username,
    token,
    password,
    api: (method, path, body, headers) => call(server.origin, method, path, { token, body, headers }),
  };
}

/** The token of a browser in which that person has just signed in: what is grave is done from there only. */
export async function browserToken(
  { ctx }: Pick<Somewhere, 'ctx'>,
  { accountId }: Pick<Person, 'accountId'>,
): Promise<string> {
  const device = { ip: '127.0.0.1', userAgent: 'a browser' };
  const { accessToken } = await ctx.database.write((tx) => openSession(tx, ctx, accountId, device));
  return accessToken;
}

let met = 0;

/** So many newcomers, each with a name that nobody else has. */
export function crowd(server: Parameters<typeof signUp>[0], count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => signUp(server, `person${(met += 1)}`)));
}

/** Lets somebody publish a post through the door, and returns its id. @throws when it is refused */
export async function write(person: Pick<Person, 'api'>, status: string, more: object = {}): Promise<string> {
  const answer = await person.api('POST', '/api/v1/statuses', { status, ...more });
  if (answer.status !== 200) throw new Error(`the post was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}
