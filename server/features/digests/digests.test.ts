// Who was away gets one letter about what they missed: counts and names, once a period, and an end to it in one click.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPost } from '#server/features/posts/service/create.ts';
import { likePost } from '#server/features/posts/service/like.ts';
import { block } from '#server/features/graph/service/block.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { claimDigests } from './service/wish.ts';

const hour = 3_600_000;
const day = 24 * hour;
let now = new Date('2026-03-01T12:00:00.000Z').getTime();
let server: TestServer;
let mailbox: Mailbox;
let alice: Person;
let bob: Person;
let made = 0;

beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(now) });
});
afterAll(() => server.close());
beforeEach(async () => {
  made += 1;
  mailbox = openMailbox();
  server.ctx.mail = mailbox;
  [alice, bob] = await Promise.all([signUp(server, `alice${made}`), signUp(server, `bob${made}`)]);
});

const address = (): string => `alice${made}@mail.example`;
const lettersToAlice = () => mailbox.letters.filter(({ to }) => to === address());
const secretPost = () =>
  createPost(server.ctx, { accountId: bob.accountId, source: `top secret @${alice.username}`, visibility: 'public' });
/** Time goes by without anybody being here, and every worker looks. */
async function later(ms: number): Promise<void> {
  now += ms;
  await Promise.all([claimDigests(server.ctx), claimDigests(server.ctx), claimDigests(server.ctx)]);
  await server.settle();
}

test('who was away for a week gets one letter with counts and names, and no word of what was written', async () => {
  const post = await createPost(server.ctx, { accountId: alice.accountId, source: 'mine', visibility: 'public' });
  await later(2 * day);
  await secretPost();
  await secretPost();
  await likePost(server.ctx, { postId: post, accountId: bob.accountId });
  await server.settle();
  await later(3 * day);
  expect(lettersToAlice()).toEqual([]);
  await later(3 * day);
  expect(lettersToAlice()).toHaveLength(1);
  const letter = mailbox.letterTo(address());
  expect(letter.subject).toContain('3 notifications for you');
  expect(letter.text).toContain(`- 2 mentions: ${bob.username}`);
  expect(letter.text).toContain(`- 1 like of your posts: ${bob.username}`);
  expect(`${letter.subject}${letter.text}${letter.html}`).not.toContain('secret');
  await later(day);
  expect(lettersToAlice()).toHaveLength(1);
});

test('the letter and the page that ends it speak German to those who read German', async () => {
  await alice.api('PUT', '/api/preferences/language', { language: 'de' });
  await later(2 * day);
  await secretPost();
  await server.settle();
  await later(6 * day);
  const letter = mailbox.letterTo(address());
  expect(letter.subject).toContain('1 Mitteilung für dich bei');
  expect(letter.text).toContain(`- 1 Erwähnung: ${bob.username}`);
  const path = `/unsubscribe?token=${mailbox.tokenTo(address())}`;
  const page = await call(server.origin, 'GET', path, { headers: { 'accept-language': 'de' } });
  expect(page.body).toContain('<html lang="de">');
  expect(page.body).toContain('Abbestellen');
});

test('the next letter comes a period later, of what is new since', async () => {
  await later(8 * day);
  await secretPost();
  await server.settle();
  await later(hour);
  expect(lettersToAlice()).toHaveLength(1);
  await later(8 * day);
  expect(lettersToAlice()).toHaveLength(1);
  await secretPost();
  await server.settle();
  await later(hour);
  expect(lettersToAlice()).toHaveLength(2);
  expect(mailbox.letterTo(address()).text).toContain('- 1 mention:');
});

test('who was here, has read it, blocks the sender or wants none gets none', async () => {
  const [read, blocks, never] = await Promise.all([
    signUp(server, `read${made}`),
    signUp(server, `blocks${made}`),
    signUp(server, `never${made}`),
  ]);
  await later(8 * day);
  const names = [alice, read, blocks, never].map(({ username }) => `@${username}`).join(' ');
  await createPost(server.ctx, { accountId: bob.accountId, source: `hello ${names}`, visibility: 'public' });
  await server.settle();
  const { body } = await read.api('GET', '/api/v1/notifications');
  await read.api('POST', '/api/v1/markers', { notifications: { last_read_id: body[0].id } });
  await block(server.ctx, { blockerId: blocks.accountId, blockedId: bob.accountId });
  expect(await never.api('PUT', '/api/digests', { frequency: 'never' })).toMatchObject({
    body: { frequency: 'never' },
  });
  now += 8 * day;
  await alice.api('GET', '/api/digests');
  await later(0);
  expect(mailbox.letters).toEqual([]);
});

test('how often is a setting of one’s own', async () => {
  expect((await alice.api('GET', '/api/digests')).body).toEqual({ frequency: 'weekly' });
  expect((await alice.api('PUT', '/api/digests', { frequency: 'hourly' })).status).toBe(422);
  await alice.api('PUT', '/api/digests', { frequency: 'daily' });
  expect((await alice.api('GET', '/api/digests')).body).toEqual({ frequency: 'daily' });
  await later(day + hour);
  await secretPost();
  await server.settle();
  await later(hour);
  expect(lettersToAlice()).toHaveLength(1);
});

test('the link in the letter ends them without signing in, by its button or by the mail program', async () => {
  await later(8 * day);
  await secretPost();
  await server.settle();
  await later(hour);
  const { headers = {} } = mailbox.letterTo(address());
  expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  const link = /^<(.+)>$/.exec(headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
  expect(mailbox.letterTo(address()).text).toContain(link);
  const path = link.slice(server.origin.length);
  const page = await call(server.origin, 'GET', path);
  expect(page.status).toBe(200);
  expect(page.body).toContain('<form method="post"');
  expect((await alice.api('GET', '/api/digests')).body, 'looking changes nothing').toEqual({ frequency: 'weekly' });
  const done = await call(server.origin, 'POST', path, {
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  });
  expect(done).toMatchObject({ status: 200, body: expect.stringContaining('no more letters') });
  expect((await alice.api('GET', '/api/digests')).body).toEqual({ frequency: 'never' });
  expect((await call(server.origin, 'POST', `${path.slice(0, -3)}AAA`)).status).toBe(404);
});

test('where mail only reaches the log, none is written', async () => {
  server.ctx.mail = { ...mailbox, delivers: false };
  await later(8 * day);
  await secretPost();
  await server.settle();
  await later(hour);
  expect(mailbox.letters).toEqual([]);
});
