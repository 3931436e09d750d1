// A small town in which every list has something: people who follow, ask, mention, like, boost, and one who waits to be let in.
import type { AppContext } from '#server/context.ts';
import { issueToken } from '#server/features/auth/service/grant-token.ts';
import { openSession, type OpenedSession } from '#server/features/auth/service/open-session.ts';
import { registerApp } from '#server/features/auth/service/register-app.ts';
import { stay } from '#server/features/auth/service/leave.ts';
import { signUp as askToJoin } from '#server/features/auth/service/sign-up.ts';
import { draftPage, scheduledPage } from '#server/features/composing/queries.ts';
import { createDraft } from '#server/features/composing/service/drafts.ts';
import { schedulePost } from '#server/features/composing/service/schedule.ts';
import { unblock } from '#server/features/graph/service/block.ts';
import { unmute } from '#server/features/graph/service/mute.ts';
import { allowServer, blockServer } from '#server/features/domains/service/decide.ts';
import { changeInstanceSettings } from '#server/features/instance/service.ts';
import { filtersOf } from '#server/features/filters/queries.ts';
import { createFilter } from '#server/features/filters/service/edit.ts';
import { addKeyword } from '#server/features/filters/service/keywords.ts';
import { addFilterPost } from '#server/features/filters/service/posts.ts';
import { listsOf } from '#server/features/lists/queries.ts';
import { findOwnMedia } from '#server/features/media/queries.ts';
import { createList } from '#server/features/lists/service/edit.ts';
import { featureTag } from '#server/features/tags/service/feature.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { form, photo, uploadPicture } from '#server/testing/pictures.ts';
import type { TestServer } from '#server/testing/server.ts';

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
  /** What Alice made for herself. */
  /** And of this. */
  otherNotification: string;
  /** Two whose news to Alice is held back. */
  requests: [string, string];
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
  servers: { block: string; allow: string };
  /** One that Alice let in. */
  app: { id: string; clientId: string; clientSecret: string };
}

interface Later {
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

/**
 * The town with all that the last visitor may have taken away: two posts of Alice, peace between her and Bob, and something
 * that she was told.
 */
export async function restock({ ctx }: TestServer, town: Town): Promise<Town> {
  const [alice, bob] = [town.alice.accountId, town.bob.accountId];
  for (const { accountId } of [town.alice, town.olga]) await ctx.database.write((tx) => stay(tx, accountId));
  await unblock(ctx, { blockerId: alice, blockedId: bob });
  await unblock(ctx, { blockerId: bob, blockedId: alice });
  await unmute(ctx, { muterId: alice, mutedId: bob });
  const write = (source: string): Promise<string> =>
    createPost(ctx, { accountId: alice, source, visibility: 'public' });
  const posts = { ...town.posts, plain: await write('good evening'), tagged: await write('#birds') };
  const asked = { options: ['this', 'that'], expiresIn: 3600, multiple: true, hideTotals: false };
  const poll = await createPost(ctx, { accountId: bob, source: 'which?', visibility: 'public', poll: asked });
  const told = await ctx.database.read
    .insertInto('notifications')
    .values({ account_id: alice, from_account_id: bob, kind: 'like', post_id: posts.plain, created_at: ctx.clock() })
    .returning('id')
    .executeTakeFirstOrThrow();
  return {
    ...town,
    posts,
    poll,
    later: await restockLater(ctx, alice),
    servers: await restockServers(ctx),
    things: await restockThings(ctx, town),
    notification: told.id,
  };
}

/** A server that is blocked, and one on the list. */
async function restockServers(ctx: AppContext): Promise<Town['servers']> {
  const { id: block } = await blockServer(ctx, null, 'blocked.example', { severity: 'limit' });
  const { id: allow } = await allowServer(ctx, null, 'listed.example');
  return { block, allow };
}

/** What Alice made for herself, where somebody took it away. */
async function restockThings(ctx: AppContext, town: Town): Promise<Town['things']> {
  const { accountId } = town.alice;
  const lists = await listsOf(ctx, accountId);
  const list = lists.find(({ id }) => id === town.things.list)?.id ?? lists[0]?.id;
  const filters = await filtersOf(ctx, accountId);
  const keywords = new Set(filters.flatMap((one) => one.keywords.map(({ id }) => id)));
  const keywordOf = async (known: string, keyword: string): Promise<string> =>
    keywords.has(known) ? known : addKeyword(ctx, accountId, filter, { keyword });
  const filter =
    filters.find(({ id }) => id === town.things.filter)?.id ??
    (await createFilter(ctx, accountId, { title: 'Spoilers', contexts: ['home'] }));
  return {
    list: list ?? (await createList(ctx, accountId, { title: 'Friends' })),
    filter,
    keyword: await keywordOf(town.things.keyword, 'ending'),
    oldFilter: await keywordOf(town.things.oldFilter, 'season'),
    filterPost: await addFilterPost(ctx, accountId, filter, town.reply),
    featuredTag: await featureTag(ctx, accountId, { name: 'bees', display: 'bees' }),
    import: town.things.import,
    media: await restockMedia(ctx, town),
  };
}

/** The upload, or another one when somebody took it away. */
async function restockMedia(ctx: AppContext, { alice, things }: Town): Promise<string> {
  const known = await findOwnMedia(ctx, alice.accountId, things.media);
  return known?.postId === null ? known.id : uploadPicture(ctx, alice.accountId);
}

/** What somebody wrote for later, and their first talk, also when it was put away. */
async function restockLater(ctx: AppContext, accountId: string): Promise<Later> {
  const post = { accountId, source: 'good night', visibility: 'public' } as const;
  const [scheduled] = await scheduledPage(ctx, accountId, firstStretch(1));
  const [draft] = await draftPage(ctx, accountId, firstStretch(1));
  const { rows } = await ctx.database.pool.query<{ id: string }>(
    `insert into talks (account_id, conversation_id, others, last_post_id, unread)
    select account_id, conversation_id, '', id, true from posts where account_id = $1 and visibility = 'direct' order by id limit 1
    on conflict (account_id, conversation_id, others) do update set unread = true returning id`,
    [accountId],
  );
  return {
    scheduled: scheduled?.id ?? (await schedulePost(ctx, post, new Date(ctx.clock().getTime() + 3_600_000))),
    draft: draft?.id ?? (await createDraft(ctx, accountId, { content: 'to be' })),
    talk: rows[0]?.id ?? '1',
  };
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
