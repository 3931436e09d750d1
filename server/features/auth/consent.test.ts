// Stories of apps that register, and of people whom they ask for consent.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { form, locationOf, openOauthScene, outOfBand, callback, type OauthScene } from '#server/testing/oauth-scene.ts';
import { call } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let scene: OauthScene;

beforeAll(async () => {
  server = await openTestServer();
  scene = await openOauthScene(server);
});
afterAll(() => server.close());

describe('registering an app', () => {
  test('answers with every field that clients need', async () => {
    const answer = await call(server.origin, 'POST', '/api/v1/apps', {
      body: form({ client_name: 'Ice', redirect_uris: 'icecubesapp://', scopes: 'read' }),
    });
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Ice',
      website: null,
      scopes: ['read'],
      redirect_uris: ['icecubesapp://'],
      redirect_uri: 'icecubesapp://',
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      vapid_key: expect.stringMatching(/^B[\w-]{86}$/),
    });
    const instance = await call(server.origin, 'GET', '/api/v2/instance');
    expect(instance.body.configuration.vapid.public_key).toBe(answer.body.vapid_key);
  });

  test('takes several addresses as a list, and keeps only a hash of the secret', async () => {
    const client = await scene.register({ redirect_uris: [callback, 'myapp://cb'] });
    const row = await server.ctx.database.read
      .selectFrom('oauth_apps')
      .selectAll()
      .where('client_id', '=', client.client_id)
      .executeTakeFirstOrThrow();
    expect(row.redirect_uris).toEqual([callback, 'myapp://cb']);
    expect(JSON.stringify(row)).not.toContain(client.client_secret);
  });

  test.each([
    ['a script', { redirect_uris: 'javascript:alert(1)' }],
    ['a data address', { redirect_uris: 'data:text/html,x' }],
    ['a fragment', { redirect_uris: 'https://client.example/#x' }],
    ['a user name', { redirect_uris: 'https://user@client.example/' }],
    ['a relative address', { redirect_uris: '/callback' }],
    ['no address', { redirect_uris: '' }],
    ['an unknown scope', { scopes: 'read everything' }],
    ['no name', { client_name: '' }],
  ])('with %s is refused', async (_what, more) => {
    const answer = await call(server.origin, 'POST', '/api/v1/apps', {
      body: { client_name: 'App', redirect_uris: callback, ...more },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatch(/^Validation failed: /);
  });

  test('is limited to five from one address in ten minutes', async () => {
    const attempt = () =>
      server.app.inject({
        method: 'POST',
        url: '/api/v1/apps',
        remoteAddress: '203.0.113.77',
        payload: { client_name: 'App', redirect_uris: callback },
      });
    const answers = await Promise.all(Array.from({ length: 6 }, attempt));
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe('the consent page', () => {
  test('names the app and what it wants in words, escapes everything, and lets the answer reach the app', async () => {
    const page = await scene.ask(await scene.register());
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('Test &lt;App&gt;');
    expect(page.body).toContain('post, change and delete in your name');
    expect(page.body).toContain(`@alice@${server.ctx.config.handleDomain}`);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("form-action 'self' https://client.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.body).not.toContain('<script');
    const style = await call(server.origin, 'GET', '/oauth/style.css');
    expect(style.headers.get('content-type')).toContain('text/css');
  });

  test('speaks the language that the app asks for, that the person chose, or that the browser prefers', async () => {
    const client = await scene.register();
    const { cookie } = scene;
    const german = await scene.ask(client, {}, { cookie, 'accept-language': 'de-CH, en;q=0.5' });
    expect(german.body).toContain('<html lang="de">');
    expect(german.body).toContain('in deinem Namen schreiben, ändern und löschen');
    expect(german.headers.get('vary')).toContain('Accept-Language');
    await scene.alice.api('PUT', '/api/preferences/language', { language: 'en' });
    expect((await scene.ask(client, {}, { cookie, 'accept-language': 'de' })).body).toContain('It will be able to');
    const asked = await scene.ask(client, { lang: 'de', redirect_uri: outOfBand });
    expect(asked.body).toContain('Die App könnte dann');
    expect((await scene.decide(asked, 'allow')).body).toContain('Fast geschafft');
    const unknown = await scene.ask(client, { client_id: 'nobody', lang: 'de' });
    expect(unknown.body).toContain('Diese App ist hier nicht angemeldet');
    expect((await scene.alice.api('PUT', '/api/preferences/language', { language: 'no such!' })).status).toBe(422);
    await scene.alice.api('PUT', '/api/preferences/language', { language: '' });
    expect((await scene.alice.api('GET', '/api/preferences/language')).body).toEqual({
      language: '',
      spoken: ['en', 'de'],
    });
  });

  test('lets the form reach apps with a scheme of their own', async () => {
    const page = await scene.ask(await scene.register({ redirect_uris: 'icecubesapp://' }), {
      redirect_uri: 'icecubesapp://',
    });
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' icecubesapp:;");
    expect((await scene.decide(page, 'allow')).headers.get('location')).toMatch(
      /^icecubesapp:\/\/\?code=[\w-]{43}&state=st%26te$/,
    );
  });

  test('sends somebody who is not signed in to the sign-in page and back', async () => {
    const answer = await scene.ask(await scene.register(), {}, {});
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '', server.origin);
    expect(location.pathname).toBe('/sign-in');
    const back = new URL(location.searchParams.get('return_to') ?? '', server.origin);
    expect(back.pathname).toBe('/oauth/authorize');
    expect(back.searchParams.get('state')).toBe('st&te');
    const forced = await scene.ask(await scene.register(), { force_login: 'true' });
    expect(forced.headers.get('location')).toMatch(/^\/sign-in\?return_to=/);
    expect(forced.headers.get('location')).not.toContain('force_login');
    expect((await scene.ask(await scene.register(), { force_login: 'false' })).status).toBe(200);
  });

  test('a refusal goes back to the app', async () => {
    const location = locationOf(await scene.decide(await scene.ask(await scene.register()), 'deny'));
    expect(location.href).toMatch(/^https:\/\/client\.example\/callback\?x=1&error=access_denied&/);
    expect(location.searchParams.get('state')).toBe('st&te');
    expect(location.searchParams.get('code')).toBeNull();
  });

  test.each([
    ['an unknown app', { client_id: 'nobody' }],
    ['another address', { redirect_uri: 'https://evil.example/' }],
    ['a longer address', { redirect_uri: `${callback}&more=1` }],
    ['an address with dots', { redirect_uri: 'https://client.example/x/../callback?x=1' }],
    ['a doubled slash', { redirect_uri: 'https://client.example//callback?x=1' }],
  ])('%s gets a page and is sent nowhere', async (_what, more) => {
    const page = await scene.ask(await scene.register(), more);
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('This did not work');
  });

  test.each([
    ['a scope that the app did not register', { scope: 'read admin:read' }, 'invalid_scope'],
    ['a scope that does not exist', { scope: 'read all' }, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a plain challenge', { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without a method', { code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    ['a broken challenge', { code_challenge: 'abc', code_challenge_method: 'S256' }, 'invalid_request'],
  ])('%s is told to the app', async (_what, more, code) => {
    const location = locationOf(await scene.ask(await scene.register(), more));
    expect(location.host).toBe('client.example');
    expect(location.searchParams.get('error')).toBe(code);
    expect(location.searchParams.get('state')).toBe('st&te');
  });

  test('a form without its own token, or from another site, gives nothing', async () => {
    const page = await scene.ask(await scene.register());
    const forged = await scene.decide(page, 'allow', { csrf: 'x' });
    expect(forged.status).toBe(200);
    expect(forged.body).toContain('to use your account?');
    const fields = form({ client_id: 'x', decision: 'allow' });
    const foreign = await call(server.origin, 'POST', '/oauth/authorize', {
      body: fields,
      headers: { cookie: scene.cookie, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });

  test('an app that cannot be redirected to gets its code by hand', async () => {
    const client = await scene.register();
    const answer = await scene.decide(await scene.ask(client, { redirect_uri: outOfBand }), 'allow');
    expect(answer.status).toBe(200);
    const code = /value="([\w-]{43})"/.exec(answer.body)?.[1];
    const token = await scene.trade(client, { code, redirect_uri: outOfBand });
    expect(token.body.token_type).toBe('Bearer');
    expect((await scene.decide(await scene.ask(client, { redirect_uri: outOfBand }), 'deny')).body).toContain(
      'did not allow',
    );
  });
});
