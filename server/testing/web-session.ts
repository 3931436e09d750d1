// A person in the web app: signed in by the doors, with cookie and token, and whatever second factor they set up.
import { Secret, TOTP } from 'otpauth';
import { call, type Answer, type Person } from './people.ts';
import type { TestServer } from './server.ts';

/** A browser where somebody is signed in. */
export interface WebSession {
  token: string;
  /** As a `Cookie` header; the newest that the server gave. */
  cookie(): string;
  api(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** The session that an answer gives. */
export function sessionFrom(server: TestServer, answer: Answer): WebSession {
  if (answer.status !== 200 || typeof answer.body.access_token !== 'string')
    throw new Error(`nobody is signed in: ${answer.status} ${JSON.stringify(answer.body)}`);
  const token: string = answer.body.access_token;
  let cookie = cookieOf(answer);
  return {
    token,
    cookie: () => cookie,
    async api(method, path, body) {
      const given = await call(server.origin, method, path, { token, body, headers: { cookie } });
      cookie = cookieOf(given) || cookie;
      return given;
    },
  };
}

/** The cookie that an answer sets, as a `Cookie` header; empty when it sets none. */
export const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** Signs in with the password. @throws when that does not suffice */
export async function signInOnWeb(server: TestServer, person: Person): Promise<WebSession> {
  const body = { login: person.username, password: person.password };
  return sessionFrom(server, await call(server.origin, 'POST', '/api/auth/sign-in', { body }));
}

/** An authenticator app that was fed with a secret. */
export interface TotpApp {
  /** The code of now, or of so many half minutes later. */
  code(steps?: number): string;
}

export function openTotpApp(server: TestServer, secret: string): TotpApp {
  return {
    code: (steps = 0) =>
      TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: server.ctx.clock().getTime() + steps * 30_000 }),
  };
}

/** Sets up an authenticator app. Its present code is spent by that. */
export async function addTotp(server: TestServer, session: WebSession): Promise<{ app: TotpApp; recovery: string[] }> {
  const started = await session.api('POST', '/api/auth/totp');
  const app = openTotpApp(server, started.body.secret);
  const confirmed = await session.api('POST', '/api/auth/totp/confirm', { code: app.code() });
  if (confirmed.status !== 200) throw new Error(`the app was refused: ${JSON.stringify(confirmed.body)}`);
  return { app, recovery: confirmed.body.recovery_codes };
}
