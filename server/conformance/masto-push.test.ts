// The npm client masto, unmodified: the subscription of a device, from made to ended.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { makeDevice } from '#server/testing/push-service.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  const { token: accessToken } = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken, log: 'error' });
});
afterAll(() => server.close());

test('a device subscribes, changes its mind and leaves', async () => {
  const { subscription } = alice.v1.push;
  await expect(subscription.fetch()).rejects.toMatchObject({ statusCode: 404 });
  const { p256dh, auth } = makeDevice();
  const made = await subscription.create({
    subscription: { endpoint: 'https://push.example/1', keys: { p256dh, auth } },
    data: { alerts: { mention: true, favourite: true } },
    policy: 'followed',
  });
  const { configuration } = await alice.v2.instance.fetch();
  expect(made).toMatchObject({
    endpoint: 'https://push.example/1',
    serverKey: configuration.vapid.publicKey,
    policy: 'followed',
    alerts: { mention: true, favourite: true, reblog: false },
  });
  expect(await subscription.update({ data: { alerts: { reblog: true } } })).toMatchObject({
    id: made.id,
    policy: 'followed',
    alerts: { mention: false, reblog: true },
  });
  expect((await subscription.fetch()).id).toBe(made.id);
  expect(await subscription.remove()).toEqual({});
  await expect(subscription.fetch()).rejects.toMatchObject({ statusCode: 404 });
});
