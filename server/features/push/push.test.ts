// Devices hear of what happens while their app is closed: encrypted for them, signed by the server, and only what they may see.
import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '#server/features/auth/service/users.ts';
import { block } from '#server/features/graph/service/block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { deletePost } from '#server/features/posts/service/delete.ts';
import { likePost } from '#server/features/posts/service/like.ts';
import { pushNotification } from '#server/features/notifications/subscribers/push.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { makeDevice, openPushService, type Device, type PushService, type Sent } from '#server/testing/push-service.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload, type UploadWishes } from '#server/testing/uploads.ts';
import { until } from '#server/testing/until.ts';

const url = '/api/v1/push/subscription';
const all = Object.fromEntries(
  ['mention', 'status', 'reblog', 'follow', 'follow_request', 'favourite', 'poll', 'update', 'quote'].map((kind) => [
    kind,
    true,
  ]),
);
let server: TestServer;
let service: PushService;
let alice: Person;
let bob: Person;
let device: Device;
let made = 0;

beforeAll(async () => {
  server = await openTestServer();
  service = await openPushService();
});
afterAll(async () => {
  await server.close();
  await service.close();
});
beforeEach(async () => {
  made += 1;
  [alice, bob] = await Promise.all([signUp(server, `alice${made}`), signUp(server, `bob${made}`)]);
  device = makeDevice();
  service.answer(201);
  service.sent.length = 0;
});

const subscription = (more: Record<string, unknown> = {}) => ({
  endpoint: `${service.origin}/${alice.username}`,
  keys: { p256dh: device.p256dh, auth: device.auth },
  standard: true,
  ...more,
});
const subscribe = (data: Record<string, unknown> = { alerts: all }, more?: Record<string, unknown>): Promise<Answer> =>
  alice.api('POST', url, { subscription: subscription(more), data });
const mention = (text = 'hello', visibility: 'public' | 'direct' = 'public') =>
  createPost(server.ctx, { accountId: bob.accountId, source: `${text} @${alice.username}`, visibility });
const first = async (): Promise<Sent> => {
  await until(() => service.sent.length > 0);
  const [sent] = service.sent;
  if (!sent) throw new Error('nothing was sent');
  return sent;
};

describe('the subscription of a token', () => {
  test('is shown as apps expect it, changed and ended', async () => {
    const { body: instance } = await alice.api('GET', '/api/v2/instance');
    const answer = await subscribe({ alerts: { mention: true, reblog: 'false' }, policy: 'followed' });
    expect(answer).toMatchObject({ status: 200, body: { standard: true, policy: 'followed' } });
    expect(answer.body.id).toBeTypeOf('number');
    expect(answer.body.endpoint).toBe(`${service.origin}/${alice.username}`);
    expect(answer.body.server_key).toBe(instance.configuration.vapid.public_key);
    expect(answer.body.alerts).toMatchObject({ mention: true, reblog: false, 'admin.report': false });
    const changed = await alice.api('PUT', url, { data: { alerts: { reblog: true } }, policy: 'none' });
    expect(changed.body).toMatchObject({ policy: 'none', alerts: { mention: false, reblog: true } });
    expect((await alice.api('GET', url)).body).toEqual(changed.body);
    expect(await alice.api('DELETE', url)).toMatchObject({ status: 200, body: {} });
    expect(await alice.api('GET', url)).toMatchObject({ status: 404, body: { error: 'Record not found' } });
    expect((await alice.api('PUT', url, { policy: 'all' })).status).toBe(404);
  });

  test('may come as query parameters without a body', async () => {
    const query = new URLSearchParams({
      'subscription[endpoint]': `${service.origin}/query`,
      'subscription[keys][p256dh]': device.p256dh,
      'subscription[keys][auth]': device.auth,
      'data[alerts][mention]': 'true',
      policy: 'all',
    });
    const answer = await alice.api('POST', `${url}?${query.toString()}`);
    expect(answer.body).toMatchObject({ standard: false, policy: 'all', alerts: { mention: true, follow: false } });
  });

  test('is one for each token, and belongs to it alone', async () => {
    await subscribe();
    const { body } = await subscribe({ alerts: {} }, { endpoint: `${service.origin}/second` });
    expect((await alice.api('GET', url)).body).toEqual(body);
    const token = await createToken(server.ctx, alice.accountId, 'push');
    expect((await call(server.origin, 'GET', url, { token })).status).toBe(404);
  });

  test('is refused with keys that are none and addresses that nobody may be sent to', async () => {
    const refused = async (more: Record<string, unknown>) => {
      const answer = await subscribe({}, more);
      expect(answer.status).toBe(422);
      return answer.body.error as string;
    };
    expect(await refused({ keys: { p256dh: 'BAAA', auth: device.auth } })).toContain('P-256');
    expect(await refused({ keys: { p256dh: device.p256dh, auth: 'short' } })).toContain('16 bytes');
    expect(await refused({ endpoint: 'file:///etc/passwd' })).toContain('endpoint');
    const { config } = server.ctx;
    server.ctx.config = { ...config, allowPrivateAddresses: false };
    expect(await refused({ endpoint: 'http://push.example/1' })).toContain('https');
    server.ctx.config = config;
    expect((await alice.api('GET', url)).status).toBe(404);
  });
});

describe('a message', () => {
  test.each<[string, object, string, UploadWishes[]]>([
    ['says what a post without a word shows', {}, 'Picture: A rook', [{ description: 'A rook' }]],
    ['says so in German', { locale: 'de' }, '2 Bilder, Film', [{}, { description: 'x' }, { kind: 'video' }]],
    ['keeps a hidden picture to itself', { sensitive: true }, 'Picture', [{ description: 'A rook' }]],
  ])('%s', async (_what, { locale, ...more }: { locale?: string }, body, wishes) => {
    await subscribe();
    await server.ctx.database.pool.query('update users set locale = $1 where account_id = $2', [
      locale,
      alice.accountId,
    ]);
    await follow(server.ctx, { followerId: alice.accountId, followeeId: bob.accountId, notify: true });
    const { accountId } = bob;
    const mediaIds = [];
    for (const wish of wishes) mediaIds.push(await makeUpload(server.ctx, accountId, wish));
    await createPost(server.ctx, { accountId, source: '', visibility: 'public', mediaIds, ...more });
    expect(device.read(await first())).toMatchObject({ notification_type: 'status', body });
  });

  test('is encrypted by RFC 8291 for the device, and signed for its service', async () => {
    await subscribe();
    const postId = await mention('look at this');
    const sent = await first();
    expect(sent.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '172800', urgency: 'high' });
    const message = device.read(sent);
    const { body: notifications } = await alice.api('GET', '/api/v1/notifications');
    expect(message).toMatchObject({
      access_token: alice.token,
      notification_id: Number(notifications[0].id),
      notification_type: 'mention',
      title: `${bob.username} mentioned you`,
      body: `look at this @${alice.username}`,
    });
    expect(message['icon']).toMatch(/^http/);
    expect(notifications[0].status.id).toBe(postId);
    const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(String(sent.headers.authorization)) ?? [];
    expectSigned(token, key);
  });

  test('is encrypted by the older draft for apps that know no other', async () => {
    await subscribe({ alerts: all }, { standard: false });
    await mention();
    const sent = await first();
    expect(sent.headers['content-encoding']).toBe('aesgcm');
    expect(device.read(sent)).toMatchObject({ notification_type: 'mention' });
    const [, key = ''] = /p256ecdsa=([\w-]+)/.exec(String(sent.headers['crypto-key'])) ?? [];
    expectSigned(String(sent.headers.authorization).replace(/^WebPush /, ''), key);
  });

  test('says the warning instead of what is behind it, and stays small', async () => {
    await subscribe();
    await createPost(server.ctx, {
      accountId: bob.accountId,
      source: `@${alice.username} secret`,
      summary: '🐦'.repeat(300),
      visibility: 'public',
    });
    const sent = await first();
    expect(sent.body.length).toBeLessThan(4096);
    expect(String(device.read(sent)['body'])).toMatch(/^🐦{239}…$/u);
  });

  test('comes only of what the device asked for, and of whom', async () => {
    await subscribe({ alerts: { mention: true }, policy: 'followed' });
    await mention('from a stranger');
    const post = await createPost(server.ctx, { accountId: alice.accountId, source: 'mine', visibility: 'public' });
    await likePost(server.ctx, { postId: post, accountId: bob.accountId });
    await server.settle();
    expect(service.sent).toEqual([]);
    await follow(server.ctx, { followerId: alice.accountId, followeeId: bob.accountId });
    await mention('from a friend');
    expect(device.read(await first())).toMatchObject({ body: `from a friend @${alice.username}` });
  });

  test('tells nothing of a post that was deleted, or by somebody blocked, before it could be sent', async () => {
    await subscribe();
    service.answer(503);
    const postId = await mention('gone');
    await first();
    const { body } = await alice.api('GET', '/api/v1/notifications');
    const { rows } = await server.ctx.database.pool.query<{ id: string }>(
      'select id from push_subscriptions where account_id = $1',
      [alice.accountId],
    );
    const news = { notificationId: String(body[0].id), subscriptionId: rows[0]?.id ?? '' };
    service.answer(201);
    service.sent.length = 0;
    await pushNotification(server.ctx, news);
    expect(service.sent).toHaveLength(1);
    await block(server.ctx, { blockerId: bob.accountId, blockedId: alice.accountId });
    await pushNotification(server.ctx, news);
    await deletePost(server.ctx, { postId, accountId: bob.accountId });
    await pushNotification(server.ctx, news);
    expect(service.sent).toHaveLength(1);
  });

  test('tells nothing of a post for followers to somebody who is none any more', async () => {
    await subscribe();
    await follow(server.ctx, { followerId: alice.accountId, followeeId: bob.accountId, notify: true });
    await server.settle();
    service.answer(503);
    await createPost(server.ctx, { accountId: bob.accountId, source: 'for followers', visibility: 'followers' });
    await first();
    const { body } = await alice.api('GET', '/api/v1/notifications');
    const { rows } = await server.ctx.database.pool.query<{ id: string }>(
      'select id from push_subscriptions where account_id = $1',
      [alice.accountId],
    );
    await unfollow(server.ctx, { followerId: alice.accountId, followeeId: bob.accountId });
    service.answer(201);
    service.sent.length = 0;
    await pushNotification(server.ctx, { notificationId: String(body[0].id), subscriptionId: rows[0]?.id ?? '' });
    expect(service.sent).toEqual([]);
  });

  test('is tried again when the service is down', async () => {
    await subscribe();
    service.answer(503);
    await mention();
    await first();
    service.answer(201);
    await until(() => service.sent.length >= 2);
    expect((await alice.api('GET', url)).status).toBe(200);
  });

  test.each([404, 410])('that is answered %i ends the subscription', async (status) => {
    await subscribe();
    service.answer(status);
    await mention();
    await until(async () => (await alice.api('GET', url)).status === 404);
    await server.settle();
    expect(service.sent).toHaveLength(1);
  });

  test('is not sent any more when the token is revoked', async () => {
    await subscribe();
    const { body: app } = await call(server.origin, 'POST', '/api/v1/apps', {
      body: { client_name: 'App', redirect_uris: 'https://app.example/' },
    });
    expect(app.vapid_key).toBe((await alice.api('GET', url)).body.server_key);
    await server.ctx.database.read.deleteFrom('access_tokens').where('account_id', '=', alice.accountId).execute();
    await mention();
    await server.settle();
    expect(service.sent).toEqual([]);
    const { rows } = await server.ctx.database.pool.query('select from push_subscriptions where account_id = $1', [
      alice.accountId,
    ]);
    expect(rows).toEqual([]);
  });
});

/** The VAPID token is signed with the server's key, for that service, and ends within a day. */
function expectSigned(token: string, key: string): void {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  expect(isSigned).toBe(true);
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number; sub: string };
  expect(said.aud).toBe(service.origin);
  expect(said.sub).toMatch(/^(mailto:|https:)/);
  expect(said.exp - Date.now() / 1000).toBeLessThanOrEqual(24 * 60 * 60);
}
