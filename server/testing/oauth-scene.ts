// A client app and a browser with somebody signed in: what OAuth stories need, with nothing of ours behind it but the doors.
import { call, signUp, type Answer, type Person } from './people.ts';

/** Where the app wants its codes. */
export const callback = 'https://client.example/callback?x=1';
export const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

/** An app's own name and secret. */
export interface Client {
  client_id: string;
  client_secret: string;
}

type Fields = Record<string, string | undefined>;

export interface OauthScene {
  alice: Person;
  /** Of Alice's browser, as a `Cookie` header. */
  cookie: string;
  /** A new app, with other fields of the registration where `more` names them. */
  register(more?: Record<string, unknown>): Promise<Client>;
  /** The consent page for the app's request, as Alice's browser gets it. */
  ask(client: Client, more?: Fields, headers?: Record<string, string>): Promise<Answer>;
  /** Sends the form of a consent page as a browser would. */
  decide(page: Answer, decision: 'allow' | 'deny', more?: Record<string, string>): Promise<Answer>;
  /** The code that the app gets when Alice agrees. */
  getCode(client: Client, more?: Fields): Promise<string>;
  /** Sends the app's credentials with `more` to the token door, as a form. */
  trade(client: Client, more: Fields, headers?: Record<string, string>): Promise<Answer>;
}

/** A form without the fields that are undefined. */
export function form(fields: Fields): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Where an answer redirects to. */
export const locationOf = (answer: Answer): URL => new URL(answer.headers.get('location') ?? '');

/** Signs Alice in in a browser. */
export async function openOauthScene(server: Parameters<typeof signUp>[0]): Promise<OauthScene> {
  const { origin } = server;
  const alice = await signUp(server, 'alice');
  const signedIn = await call(origin, 'POST', '/api/auth/sign-in', {
    body: { login: 'alice', password: alice.password },
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

  const ask: OauthScene['ask'] = (client, more = {}, headers = { cookie }) => {
    const request = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: callback,
      scope: 'read write',
      state: 'st&te',
      ...more,
    };
    return call(origin, 'GET', `/oauth/authorize?${form(request).toString()}`, { headers });
  };
  const decide: OauthScene['decide'] = (page, decision, more = {}) => {
    const body = form({ ...hiddenFields(String(page.body)), decision, ...more });
    return call(origin, 'POST', '/oauth/authorize', { body, headers: { cookie } });
  };
  return {
    alice,
    cookie,
    ask,
    decide,
    async register(more = {}) {
      const body = {
        client_name: 'Test <App>',
        redirect_uris: `${callback}\n${outOfBand}`,
        scopes: 'read write follow push',
        website: 'https://client.example/',
        ...more,
      };
      const answer = await call(origin, 'POST', '/api/v1/apps', { body });
      if (answer.status !== 200) throw new Error(`the app was not registered: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async getCode(client, more) {
      return locationOf(await decide(await ask(client, more), 'allow')).searchParams.get('code') ?? '';
    },
    trade(client, more, headers = {}) {
      const { client_id, client_secret } = client;
      const body = form({
        grant_type: 'authorization_code',
        client_id,
        client_secret,
        redirect_uri: callback,
        ...more,
      });
      return call(origin, 'POST', '/oauth/token', { body, headers });
    },
  };
}

function hiddenFields(html: string): Record<string, string> {
  const fields = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
}

function unescapeHtml(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
