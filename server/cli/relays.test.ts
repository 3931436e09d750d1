// bin/rookery relay … beside a running server: what is decided on the command line reaches the relay.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blockServer } from '#server/features/domains/service/decide.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { rookery, until, type Outcome } from './test-program.ts';

let server: TestServer;
let elsewhere: StrangeServer;
let relay: Stranger;
beforeAll(async () => {
  [server, elsewhere] = await Promise.all([openTestServer(), openStranger()]);
  relay = await elsewhere.person('relay', { type: 'Application', inbox: `${elsewhere.origin}/inbox` });
});
afterAll(() => Promise.all([server?.close(), elsewhere?.close()]));

const run = (...args: string[]): Promise<Outcome> =>
  rookery(
    {
      DATABASE_URL: server.databaseUrl,
      DATA_DIR: server.ctx.config.dataDir,
      ORIGIN: server.origin,
      ALLOW_PRIVATE_ADDRESSES: 'true',
    },
    ['relay', ...args],
  );

/** What the relay was sent last, by its type. */
const sent = (type: string): unknown =>
  elsewhere.delivered.findLast(({ activity }) => activity['type'] === type)?.activity['id'];

it('adds, lists, pauses, resumes and removes both kinds; the relay hears of it', async () => {
  expect((await run('list')).stdout).toBe('No relays yet.\n');
  const inbox = `${elsewhere.origin}/inbox`;
  const added = await run('add', inbox, '--json');
  expect(added.json, added.stderr).toMatchObject({ address: inbox, kind: 'mastodon', state: 'pending' });
  await until(async () => sent('Follow') !== undefined);
  const first = sent('Follow');
  expect((await run('add', relay.uri)).stdout).toContain(`Asked ${relay.uri}. It is used once it has accepted`);
  await until(async () => sent('Follow') !== first);
  const listed = await run('list');
  const rows = listed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/));
  expect(rows).toEqual([
    ['ID', 'STATE', 'KIND', 'ADDRESS'],
    [added.json.id, 'pending', 'mastodon', inbox],
    [expect.stringMatching(/^\d+$/), 'pending', 'litepub', relay.uri],
  ]);
  expect((await run('pause', inbox)).stdout).toBe(`Paused: ${inbox}\n`);
  await until(async () => sent('Undo') !== undefined);
  expect((await run('list', '--json')).json[0]).toMatchObject({ state: 'paused' });
  const before = sent('Follow');
  expect((await run('resume', added.json.id)).stdout).toBe(`Asked again: ${inbox}\n`);
  await until(async () => sent('Follow') !== before);
  const undone = sent('Undo');
  expect((await run('remove', relay.uri, '--json')).json).toMatchObject({ address: relay.uri });
  await until(async () => sent('Undo') !== undone);
  expect((await run('list', '--json')).json).toMatchObject([{ address: inbox, state: 'pending' }]);
});

it('says what is wrong, and changes nothing', async () => {
  const before = (await run('list', '--json')).json;
  for (const [args, words] of [
    [['add', `${elsewhere.origin}/inbox`], 'in the list already'],
    [['add', 'relay.example'], 'https address'],
    [['add', `${elsewhere.origin}/nothing`], 'does not answer there'],
    [['pause', 'https://none.example/inbox'], 'There is no relay https://none.example/inbox'],
  ] as const) {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  }
  await blockServer(server.ctx, null, 'blocked.example', { severity: 'suspend' });
  expect((await run('add', 'https://relay.blocked.example/inbox')).stderr).toContain('does not talk to that server');
  expect((await run('list', '--json')).json).toEqual(before);
});
