// A person at a browser who lets an app in: signs in, reads the consent page, presses its button.
import { createHash, randomBytes } from 'node:crypto';

/** What an app asks for. */
export interface AppWish {
  clientId: string;
  redirectUri: string;
  scope: string;
  state: string;
}

/** What the browser brings back to the app, and the proof that the app kept. */
export interface Consent {
  code: string;
  state: string | null;
  codeVerifier: string;
  /** The page as the person saw it. */
  page: string;
}

/** The cookies of a browser that has signed in. */
export async function browserSession(origin: string, login: string, password: string): Promise<string> {
  const answer = await fetch(new URL('/api/auth/sign-in', origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** Goes through the consent page with PKCE, as a browser does: only what stands in the page's form is sent. */
export async function allow(origin: string, cookie: string, wish: AppWish): Promise<Consent> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const asked = new URL('/oauth/authorize', origin);
  asked.search = new URLSearchParams({
    response_type: 'code',
    client_id: wish.clientId,
    redirect_uri: wish.redirectUri,
    scope: wish.scope,
    state: wish.state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const shown = await fetch(asked, { headers: { cookie }, redirect: 'manual' });
  const page = await shown.text();
  if (shown.status !== 200)
    throw new Error(`the consent page: ${shown.status} ${shown.headers.get('location') ?? page}`);
  const form = new URLSearchParams(readFields(page));
  form.set('decision', 'allow');
  const sent = await fetch(new URL('/oauth/authorize', origin), {
    method: 'POST',
    headers: { cookie, origin, 'sec-fetch-site': 'same-origin' },
    body: form,
    redirect: 'manual',
  });
  const target = URL.parse(sent.headers.get('location') ?? '');
  const code = target?.searchParams.get('code');
  if (!target || !code) throw new Error(`no code came back: ${sent.status} ${target?.href ?? (await sent.text())}`);
  return { code, state: target.searchParams.get('state'), codeVerifier, page };
}

function readFields(page: string): Array<[string, string]> {
  const text = (html: string): string =>
    html
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', `'`)
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  return [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [text(name), text(value)],
  );
}
