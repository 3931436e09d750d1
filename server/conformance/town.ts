// A small town in which every list has something: people who follow, ask, mention, like, boost, and one who waits to be let in.
import type { AppContext } from '#server/context.ts';
import { issueToken } from '#server/features/auth/service/grant-token.ts';
import { openSession, type OpenedSession } from '#server/features/auth/service/open-session.ts';
import { registerApp } from '#server/features/auth/service/register-app.ts';
import { signUp as askToJoin } from '#server/features/auth/service/sign-up.ts';
import { changeInstanceSettings } from '#server/features/instance/service.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { form, photo } from '#server/testing/pictures.ts';
import type { TestServer } from '#server/testing/server.ts';
import { restockLater, restockServers } from './restock.ts';

/** The people and what they made. Alice is who acts in most stories; Bob follows her; Carol is locked; Olga owns the server. */
export interface Town {
  alice: Person;
  bob: Person;
  carol: Person;
  olga: Person;
  /** Posts of Alice: for all, for all with a tag and a mention, for followers, for Bob alone. */
  posts: { plain: string; tagged: string; followers: string; direct: string };
  /** Bob's answer to `plain`, and his boost of it. */
  reply: string;
  boost: string;
  /** What Alice wrote for later, and her talk with Bob. */
  later: Later;
  /** A post of Alice that quotes another of hers. */
  quoted: string;
  quoting: string;
  /** A poll of Bob. */
  poll: string;
  /** Alice was told of this. */
  notification: string;
  /** And of this. */
  otherNotification: string;
  /** Two whose news to Alice is held back. */
  requests: [string, string];
  /** What Alice made for herself. */
  things: {
    list: string;
    filter: string;
    keyword: string;
    oldFilter: string;
    filterPost: string;
    featuredTag: string;
    import: string;
    /** An upload that no post shows. */
    media: string;
  };
  /** The accounts that wait for the staff. */
  waiting: string[];
  /** A browser where Alice is signed in. */
  session: string;
  /** What the staff decided about other servers. */
  servers: { block: string; allow: string; provider: string };
  /** One that Alice let in. */
  app: { id: string; clientId: string; clientSecret: string };
}

/** What somebody wrote for later, and a talk of theirs. */
export interface Later {
  scheduled: string;
  draft: string;
  talk: string;
}

/** A server that this one has sent something to. */
export const otherHost = 'elsewhere.example';

/** Fills a server by way of its doors. Settles where a worker runs. */
export async function settleTown(server: TestServer): Promise<Town> {
  const { ctx } = server;
  const [alice, bob, carol, olga] = await Promise.all([
    signUp(server, 'alice'),
    signUp(server, 'bob'),
    signUp(server, 'carol'),
    signUp(server, 'olga', { role: 'owner' }),
  ]);
  await ctx.database.pool.query(`insert into remote_hosts (host) values ($1) on conflict do nothing`, [otherHost]);
  await must(carol, 'PATCH', '/api/v1/accounts/update_credentials', { locked: true });
  await must(bob, 'POST', `/api/v1/accounts/${alice.accountId}/follow`);
  await must(alice, 'POST', `/api/v1/accounts/${bob.accountId}/follow`);
  await must(bob, 'POST', `/api/v1/accounts/${carol.accountId}/follow`);
  await must(alice, 'POST', `/api/v1/accounts/${olga.accountId}/mute`, { duration: 3600, notifications: false });
  const write = (person: Person, body: object): Promise<string> => must(person, 'POST', '/api/v1/statuses', body);
  const plain = await write(alice, { status: 'good morning', language: 'en' });
  const tagged = await write(alice, {
    status: '#birds for @bob at https://birds.example/watch',
    spoiler_text: 'feathers',
  });
  const followers = await write(alice, { status: 'for followers', visibility: 'private' });
  const direct = await write(alice, { status: 'psst @bob', visibility: 'direct' });
  const reply = await write(bob, { status: 'good morning, @alice', in_reply_to_id: plain });
  const boost = await must(bob, 'POST', `/api/v1/statuses/${plain}/reblog`);
  const quoted = await write(alice, { status: 'quote me' });
  const quoting = await write(alice, { status: 'as I said', quoted_status_id: quoted });
  const poll = await write(bob, { status: 'which?', poll: { options: ['this', 'that'], expires_in: 3600 } });
  await must(bob, 'POST', `/api/v1/statuses/${plain}/favourite`);
  await must(alice, 'POST', `/api/v1/statuses/${reply}/favourite`);
  await must(alice, 'POST', `/api/v1/statuses/${reply}/bookmark`);
  await must(alice, 'PUT', `/api/v1/statuses/${plain}`, { status: 'a very good morning' });
  await must(alice, 'POST', '/api/v1/markers', { home: { last_read_id: plain } });
  await must(olga, 'POST', `/api/v1/accounts/${carol.accountId}/follow`);
  const things = await addThings(alice, bob, reply);
  const waiting = await addWaiting(server);
  await must(alice, 'PATCH', '/api/v2/notifications/policy', { for_not_following: 'filter' });
  for (const person of [carol, olga]) await write(person, { status: 'do you know me, @alice?' });
  await server.settle();
  await must(alice, 'PATCH', '/api/v2/notifications/policy', { for_not_following: 'accept' });
  const { id: session } = await signInTo(ctx, alice.accountId);
  const crier = { name: 'Town crier', redirectUris: ['https://crier.example/back'], scopes: 'read write follow push' };
  const { app, clientSecret } = await registerApp(ctx, crier, '127.0.0.1');
  await issueToken(ctx, { appId: app.id, accountId: alice.accountId, scopes: ['read'] });
  // What follows from a block must be done before anybody looks.
  const servers = await restockServers(ctx);
  await server.settle();
  const told = await alice.api('GET', '/api/v1/notifications');
  const asking = await alice.api('GET', '/api/v1/notifications/requests');
  return {
    alice,
    bob,
    carol,
    olga,
    posts: { plain, tagged, followers, direct },
    reply,
    boost,
    poll,
    quoted,
    quoting,
    later: await restockLater(ctx, alice.accountId),
    notification: String(told.body[0]?.id ?? '1'),
    things,
    otherNotification: String(told.body[1]?.id ?? '1'),
    requests: [String(asking.body[0]?.id ?? '1'), String(asking.body[1]?.id ?? '1')],
    waiting,
    session,
    servers,
    app: { id: app.id, clientId: app.clientId, clientSecret },
  };
}

/** A list with Bob and birds in it, and a filter with a keyword and a post. */
async function addThings(alice: Person, bob: Person, reply: string): Promise<Town['things']> {
  const list = await must(alice, 'POST', '/api/v1/lists', { title: 'Friends' });
  await must(alice, 'POST', `/api/v1/lists/${list}/accounts`, { account_ids: [bob.accountId] });
  await must(alice, 'POST', `/api/lists/${list}/tags`, { tags: ['birds'] });
  const filter = await must(alice, 'POST', '/api/v2/filters', { title: 'Spoilers', context: ['home'] });
  const keyword = await must(alice, 'POST', `/api/v2/filters/${filter}/keywords`, { keyword: 'ending' });
  const oldFilter = await must(alice, 'POST', '/api/v1/filters', { phrase: 'season', context: ['home'] });
  const filterPost = await must(alice, 'POST', `/api/v2/filters/${filter}/statuses`, { status_id: reply });
  const featuredTag = await must(alice, 'POST', '/api/v1/featured_tags', { name: 'bees' });
  const file = { kind: 'domain_blocks', csv: 'spam.example' };
  const imported = await must(alice, 'POST', '/api/imports', file);
  return {
    list,
    filter,
    keyword,
    oldFilter,
    filterPost,
    featuredTag,
    import: imported,
    media: await must(alice, 'POST', '/api/v2/media', form(await photo(32, 24))),
  };
}

/** Two who sign up while the staff decides about everybody. */
async function addWaiting({ ctx }: TestServer): Promise<string[]> {
  const settings = {
    rules: ['Be kind.', 'Be quiet.'],
    contactEmail: 'olga@mail.example',
    blocksShownTo: 'all' as const,
  };
  await changeInstanceSettings(ctx, { ...settings, registrations: 'approval' });
  const form = { password: 'a long enough pass phrase', reason: 'birds', agreement: true };
  const ids: string[] = [];
  for (const username of ['walter', 'wanda']) {
    const { accountId } = await askToJoin(ctx, { ...form, username, email: `${username}@mail.example` });
    ids.push(accountId ?? '');
  }
  await changeInstanceSettings(ctx, { registrations: 'open' });
  return ids;
}

/** Does it and gives the id of what came of it. */
async function must(person: Person, method: string, path: string, body?: unknown): Promise<string> {
  const answer = await person.api(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return String(answer.body.id ?? '');
}

/** A browser where somebody is signed in. */
export function signInTo(ctx: AppContext, accountId: string): Promise<OpenedSession> {
  return ctx.database.write((tx) => openSession(tx, ctx, accountId, { ip: '127.0.0.1', userAgent: 'a browser' }));
}

/** A token of an app alone. */
export async function appToken(server: TestServer, town: Town, scopes = 'read write follow push'): Promise<string> {
  const body = {
    grant_type: 'client_credentials',
    client_id: town.app.clientId,
    client_secret: town.app.clientSecret,
    scope: scopes,
  };
  const answer = await call(server.origin, 'POST', '/oauth/token', { body });
  if (answer.status !== 200) throw new Error(`a token for the app: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.access_token;
}
