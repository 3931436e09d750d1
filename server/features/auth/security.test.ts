// Stories of somebody who looks after their login: which apps they let in, where they are signed in, a new password.
import WebSocket from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOauthScene, type OauthScene } from '#server/testing/oauth-scene.ts';
import { call, signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { signInOnWeb, type WebSession } from '#server/testing/web-session.ts';

let server: TestServer;
let scene: OauthScene;
let session: WebSession;

beforeAll(async () => {
  server = await openTestServer();
  scene = await openOauthScene(server);
  session = await signInOnWeb(server, scene.alice);
});
afterAll(() => server.close());

async function letIn(scope: string): Promise<string> {
  const client = await scene.register();
  const token = await scene.trade(client, { code: await scene.getCode(client, { scope }) });
  return token.body.access_token;
}

describe('apps that were let in', () => {
  test('are listed once each with what they may do in words, and taken back one by one', async () => {
    const client = await scene.register({ client_name: 'Rook Reader' });
    const tokens: string[] = [];
    for (const scope of ['read', 'read write:statuses']) {
      const answer = await scene.trade(client, { code: await scene.getCode(client, { scope }) });
      tokens.push(answer.body.access_token);
    }
    const other = await letIn('read');
    const { body: apps } = await session.api('GET', '/api/auth/apps');
    expect(apps).toHaveLength(2);
    const reader = apps.find(({ name }: { name: string }) => name === 'Rook Reader');
    expect(reader).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Rook Reader',
      website: 'https://client.example/',
      scopes: ['read', 'write:statuses'],
      may: [expect.stringContaining('read everything'), 'post, edit and delete in your name'],
      created_at: expect.stringMatching(/Z$/),
      last_used_at: null,
    });
    const socket = new WebSocket(
      `${server.origin.replace('http', 'ws')}/api/v1/streaming?stream=user`,
      tokens[0] ?? '',
    );
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const begun = performance.now();
    expect((await session.api('DELETE', `/api/auth/apps/${reader.id}`)).status).toBe(200);
    await closed;
    expect(performance.now() - begun).toBeLessThan(5000);
    for (const token of tokens)
      expect((await call(server.origin, 'GET', '/api/v1/preferences', { token })).status).toBe(401);
    expect((await call(server.origin, 'GET', '/api/v1/preferences', { token: other })).status).toBe(200);
    expect((await session.api('GET', '/api/auth/apps')).body).toHaveLength(1);
    expect((await session.api('DELETE', `/api/auth/apps/${reader.id}`)).status).toBe(404);
  });

  test('a code that the app has not traded yet is void as well', async () => {
    const client = await scene.register();
    await scene.trade(client, { code: await scene.getCode(client) });
    const code = await scene.getCode(client);
    const [newest] = (await session.api('GET', '/api/auth/apps')).body;
    await session.api('DELETE', `/api/auth/apps/${newest.id}`);
    expect(await scene.trade(client, { code })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('nobody sees or ends those of others', async () => {
    const token = await letIn('read');
    const [newest] = (await session.api('GET', '/api/auth/apps')).body;
    const stranger = await signInOnWeb(server, await signUp(server, 'stranger'));
    expect((await stranger.api('GET', '/api/auth/apps')).body).toEqual([]);
    expect((await stranger.api('DELETE', `/api/auth/apps/${newest.id}`)).status).toBe(404);
    const [own] = (await session.api('GET', '/api/auth/sessions')).body;
    expect((await stranger.api('DELETE', `/api/auth/sessions/${own.id}`)).status).toBe(404);
    expect((await call(server.origin, 'GET', '/api/v1/preferences', { token })).status).toBe(200);
  });

  test('cost one statement, however many there are', async () => {
    await session.api('GET', '/api/auth/apps');
    expect(await statementsOf(server.ctx, () => session.api('GET', '/api/auth/apps').then(() => {}))).toBe(1);
    expect(await statementsOf(server.ctx, () => session.api('GET', '/api/auth/security').then(() => {}))).toBe(3);
  });
});

test('a new password ends everything else and keeps this browser signed in', async () => {
  const person = await signUp(server, 'berta');
  const [here, there] = [await signInOnWeb(server, person), await signInOnWeb(server, person)];
  const before = here.cookie();
  const password = 'another long pass phrase';
  expect(await here.api('POST', '/api/auth/password', { current_password: 'not it', password })).toMatchObject({
    status: 403,
    body: { error: 'The present password is wrong' },
  });
  const changed = await here.api('POST', '/api/auth/password', { current_password: person.password, password });
  expect(changed).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
  expect(here.cookie()).not.toBe(before);
  for (const token of [person.token, here.token, there.token])
    expect((await call(server.origin, 'GET', '/api/v1/preferences', { token })).status).toBe(401);
  const { access_token: token } = changed.body;
  const sessions = await call(server.origin, 'GET', '/api/auth/sessions', { token });
  expect(sessions.body).toMatchObject([{ current: true }]);
});
