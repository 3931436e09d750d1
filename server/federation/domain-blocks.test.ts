// Blocks of servers as their people and ours come to feel them: nothing of a blocked one is let in, asked for, sent or shown.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { until } from '#server/testing/until.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let admin: Person;
beforeAll(async () => {
  scene = await openScene();
  admin = await signUp(scene.server, 'root', { role: 'owner' });
});
afterEach(async () => {
  scene.there.answer(() => ({ status: 202 }));
  for (const { id } of (await admin.api('GET', '/api/v1/admin/domain_blocks')).body) await lift(id);
});
afterAll(() => scene?.close());

const block = async (domain: string, terms: Record<string, unknown> = { severity: 'suspend' }): Promise<string> => {
  const { status, body } = await admin.api('POST', '/api/v1/admin/domain_blocks', { domain, ...terms });
  expect(status, JSON.stringify(body)).toBe(200);
  await scene.server.settle();
  return body.id;
};
const lift = async (id: string): Promise<void> => {
  expect((await admin.api('DELETE', `/api/v1/admin/domain_blocks/${id}`)).status).toBe(200);
  await scene.server.settle();
};
const find = async (handle: string): Promise<Array<{ id: string }>> =>
  (await scene.alice.api('GET', `/api/v1/accounts/search?q=${handle}&resolve=true`)).body;
const befriend = async (): Promise<string> => {
  const { alice, eve, there, activity, aliceUri, deliver, server } = scene;
  const [known] = await find(`eve@${there.host}`);
  await alice.api('POST', `/api/v1/accounts/${known?.id}/follow`);
  await server.settle();
  // A server that failed a moment ago is asked whether it is well before it is told more.
  const owed = "select from deliveries where state = 'waiting' and host = $1";
  await until(async () => (await server.ctx.database.pool.query(owed, [there.host])).rows.length === 0);
  const request = there.delivered.findLast(({ activity: sent }) => sent['type'] === 'Follow');
  await deliver(eve, activity(eve, 'Accept', request?.activity['id'] ?? ''));
  await deliver(eve, activity(eve, 'Follow', aliceUri));
  return known?.id ?? '';
};

it('whoever signs for a blocked server is refused before anything is fetched, stored or done', async () => {
  const { elsewhere, activity, aliceUri, inbox, outcomeOf } = scene;
  const stranger = await elsewhere.person('stranger');
  const id = await block(elsewhere.host);
  const asked = elsewhere.asked.length;
  const sent = activity(stranger, 'Follow', aliceUri);
  for (const scheme of ['cavage', 'rfc9421'] as const) expect(await stranger.send(inbox, sent, { scheme })).toBe(403);
  expect(await outcomeOf(sent)).toBeNull();
  expect(elsewhere.asked).toHaveLength(asked);
  await lift(id);
  expect(await stranger.send(inbox, activity(stranger, 'Follow', aliceUri))).toBe(202);
});

it('nobody of a blocked server is looked for, and no post of it fetched, also when another boosts it', async () => {
  const { alice, eve, elsewhere, activity, note, deliver } = scene;
  const writer = await elsewhere.person('writer');
  const post = note(writer, 'from a blocked server');
  elsewhere.show(new URL(String(post['id'])).pathname, {
    '@context': 'https://www.w3.org/ns/activitystreams',
    ...post,
  });
  const id = await block(elsewhere.host.toUpperCase());
  const asked = elsewhere.asked.length;
  expect(await find(`writer@${elsewhere.host}`)).toEqual([]);
  const { body } = await alice.api('GET', `/api/v2/search?q=${encodeURIComponent(String(post['id']))}&resolve=true`);
  expect(body.statuses).toEqual([]);
  expect(
    await deliver(eve, activity(eve, 'Announce', post['id'], { to: ['https://www.w3.org/ns/activitystreams#Public'] })),
  ).toMatch(/origin/);
  await alice.api('POST', '/api/v1/statuses', { status: `hello @writer@${elsewhere.host}` });
  await scene.server.settle();
  expect(elsewhere.asked).toHaveLength(asked);
  await lift(id);
  expect(await find(`writer@${elsewhere.host}`)).toHaveLength(1);
});

it('a block ends follows in both directions, hides what was there, and tells those who lost somebody', async () => {
  const { alice, eve, there, activity, note, deliver, server } = scene;
  const eveHere = await befriend();
  const post = note(eve, 'soon gone');
  expect(await deliver(eve, activity(eve, 'Create', post, { to: post['to'], cc: post['cc'] }))).toBe('done');
  const home = async (): Promise<string[]> =>
    (await alice.api('GET', '/api/v1/timelines/home')).body.map(({ uri }: { uri: string }) => uri);
  expect(await home()).toContain(post['id']);
  const delivered = there.delivered.length;

  const id = await block(there.host, { severity: 'suspend', public_comment: 'spam' });
  expect(await home()).not.toContain(post['id']);
  const { body: shown } = await alice.api('GET', `/api/v1/accounts/${eveHere}`);
  expect(shown).toMatchObject({ suspended: true, display_name: '' });
  const { body: relations } = await alice.api('GET', `/api/v1/accounts/relationships?id[]=${eveHere}`);
  expect(relations[0]).toMatchObject({ following: false, followed_by: false });
  expect((await alice.api('POST', `/api/v1/accounts/${eveHere}/follow`)).status).toBe(404);
  const { body: credentials } = await alice.api('GET', '/api/v1/accounts/verify_credentials');
  expect(credentials).toMatchObject({ followers_count: 0, following_count: 0 });

  const event = {
    type: 'domain_block',
    purged: false,
    target_name: there.host,
    followers_count: 1,
    following_count: 1,
  };
  const { body: told } = await alice.api('GET', '/api/v1/notifications?types[]=severed_relationships');
  const self = { id: alice.accountId, followers_count: 0, following_count: 0 };
  expect(told[0]).toMatchObject({ type: 'severed_relationships', account: self, event });
  const { body: grouped } = await alice.api('GET', '/api/v2/notifications?types[]=severed_relationships');
  expect(grouped.notification_groups[0]).toMatchObject({ type: 'severed_relationships', event });
  const { body: severances } = await alice.api('GET', '/api/v1/severed_relationships');
  expect(severances[0]).toMatchObject(event);
  const { body: lost } = await alice.api('GET', `/api/v1/severed_relationships/${severances[0].id}/accounts`);
  expect(
    lost.map(({ direction, account }: { direction: string; account: { id: string } }) => [direction, account.id]),
  ).toEqual(
    expect.arrayContaining([
      ['following', eveHere],
      ['follower', eveHere],
    ]),
  );
  const stranger = await admin.api('GET', `/api/v1/severed_relationships/${severances[0].id}/accounts`);
  expect(stranger.status).toBe(404);

  await alice.api('POST', '/api/v1/statuses', { status: `@eve@${there.host} are you there?` });
  await server.settle();
  expect(there.delivered).toHaveLength(delivered);

  await lift(id);
  expect((await alice.api('GET', `/api/v1/accounts/${eveHere}`)).body).toMatchObject({ display_name: 'EVE' });
  const { body: after } = await alice.api('GET', `/api/v1/accounts/relationships?id[]=${eveHere}`);
  expect(after[0]).toMatchObject({ following: false, followed_by: false });
});

it('what was still owed to a blocked server is not sent', async () => {
  const { alice, there, server } = scene;
  await befriend();
  there.answer(() => ({ status: 503 }));
  await alice.api('POST', '/api/v1/statuses', { status: 'for followers elsewhere' });
  await server.settle();
  const states = async (): Promise<string[]> => {
    const { rows } = await server.ctx.database.pool.query<{ state: string }>(
      `select distinct state || coalesce(' ' || last_error, '') as state from deliveries where host = $1 and attempts > 0 and state <> 'delivered'`,
      [there.host],
    );
    return rows.map(({ state }) => state);
  };
  expect(await states()).toEqual(['waiting answered 503']);
  const id = await block(there.host);
  expect(await states()).toEqual(['failed blocked_domain']);
  there.answer(() => ({ status: 202 }));
  await lift(id);
});

it('a limited server is seen by followers, and its people must ask before they follow', async () => {
  const { alice, eve, there, activity, note, aliceUri, deliver } = scene;
  const bob = await signUp(scene.server, 'bob');
  await befriend();
  const id = await block(there.host, { severity: 'silence' });
  const post = note(eve, 'a #quiet post', {
    tag: [{ type: 'Hashtag', name: '#quiet', href: `${there.origin}/tags/quiet` }],
  });
  expect(await deliver(eve, activity(eve, 'Create', post, { to: post['to'], cc: post['cc'] }))).toBe('done');
  const sees = async (person: Person, path: string): Promise<boolean> =>
    JSON.stringify((await person.api('GET', path)).body).includes(String(post['id']));
  for (const path of ['/api/v1/timelines/public', '/api/v1/timelines/tag/quiet']) {
    expect(await sees(alice, path), path).toBe(true);
    expect(await sees(bob, path), path).toBe(false);
    expect(JSON.stringify((await call(scene.server.origin, 'GET', path)).body)).not.toContain(String(post['id']));
  }
  expect((await bob.api('GET', '/api/v1/accounts/search?q=eve')).body).toEqual([]);
  expect((await bob.api('GET', `/api/v1/accounts/search?q=eve@${there.host}`)).body).toMatchObject([{ limited: true }]);

  const lina = await there.person('lina');
  const bobUri = `${scene.server.origin}/ap/users/${bob.accountId}`;
  expect(await deliver(lina, activity(lina, 'Follow', bobUri))).toBe('done');
  expect((await bob.api('GET', '/api/v1/follow_requests')).body).toMatchObject([{ username: 'lina', limited: true }]);
  // The policy of those who decided nothing holds back what limited accounts bring.
  const poke = note(lina, 'you there', { tag: [{ type: 'Mention', href: bobUri }], cc: [bobUri] });
  expect(await deliver(lina, activity(lina, 'Create', poke, { to: poke['to'], cc: poke['cc'] }))).toBe('done');
  expect((await bob.api('GET', '/api/v1/notifications')).body).toEqual([]);
  expect((await bob.api('GET', '/api/v1/notifications/requests')).body).toMatchObject([
    { account: { username: 'lina' } },
  ]);
  expect(await deliver(eve, activity(eve, 'Flag', [aliceUri]))).toBe('done');
  await lift(id);
  expect(await sees(bob, '/api/v1/timelines/public')).toBe(true);
});

it('reports and files of a server can be refused alone', async () => {
  const { alice, eve, there, activity, note, aliceUri, deliver } = scene;
  const id = await block(there.host, { severity: 'noop', reject_reports: true, reject_media: true });
  await befriend();
  expect(await deliver(eve, activity(eve, 'Flag', [aliceUri]))).toBe('reports_rejected');
  const picture = { type: 'Image', mediaType: 'image/png', url: `${there.origin}/picture.png` };
  const post = note(eve, 'with a picture', { attachment: [picture] });
  expect(await deliver(eve, activity(eve, 'Create', post, { to: post['to'], cc: post['cc'] }))).toBe('done');
  const { body: home } = await alice.api('GET', '/api/v1/timelines/home');
  expect(home.find(({ uri }: { uri: string }) => uri === post['id'])).toMatchObject({ media_attachments: [] });
  const address = new URL(scene.server.ctx.media.remote(picture.url, 'full'));
  expect((await fetch(address)).status).toBe(404);
  expect(there.asked).not.toContain('/picture.png');
  await lift(id);
});

it('names match below a block, in any case, with a dot at the end and in other letters; an exception below is possible', async () => {
  const { domains } = scene.server.ctx;
  const evil = await block('Evil.Example.');
  const books = await block('bücher.example');
  const good = await block('good.evil.example', { severity: 'noop' });
  for (const host of [
    'evil.example',
    'sub.evil.example',
    'EVIL.example.',
    'evil.example:443',
    'xn--bcher-kva.example',
    'BÜCHER.example',
  ])
    expect(domains.isShut(host), host).toBe(true);
  for (const host of ['notevil.example', 'evil.example.org', 'good.evil.example', 'a.good.evil.example', 'example'])
    expect(domains.isShut(host), host).toBe(false);
  for (const id of [evil, books, good]) await lift(id);
});
