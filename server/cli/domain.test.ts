// bin/rookery domain … beside a running server, which hears of it at once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { rookery, until, type Outcome } from './test-program.ts';

let server: TestServer;
let folder: string;
let alice: Person;
beforeAll(async () => {
  [server, folder] = await Promise.all([openTestServer(), mkdtemp(join(tmpdir(), 'rookery-domain-'))]);
  alice = await signUp(server, 'alice');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Outcome> =>
  rookery({ DATABASE_URL: server.databaseUrl, DATA_DIR: server.ctx.config.dataDir, ORIGIN: server.origin }, [
    'domain',
    ...args,
  ]);

/** The names that the server shows people. */
const shown = async (): Promise<string[]> =>
  (await alice.api('GET', '/api/v1/instance/domain_blocks')).body.map(({ domain }: { domain: string }) => domain);

it('blocks, lists, imports, exports and takes back; the server follows', async () => {
  expect(await shown()).toEqual([]);
  const blocked = await run('block', 'Bad.example.', '--comment', 'spam', '--json');
  expect(blocked.json, blocked.stderr).toMatchObject({
    domain: 'bad.example',
    severity: 'suspend',
    public_comment: 'spam',
  });
  await until(async () => server.ctx.domains.isShut('sub.bad.example'));
  await until(async () => (await shown()).includes('bad.example'));
  const file = join(folder, 'list.csv');
  await writeFile(file, '#domain,#severity\nrude.example,silence\nbad.example,suspend\n');
  const looked = await run('import', file, '--dry-run', '--json');
  expect(looked.json).toMatchObject({ added: [{ domain: 'rude.example' }], same: 1 });
  const imported = await run('import', file, '--json');
  expect(imported.json).toMatchObject({ changed: 1 });
  expect((await run('export')).stdout.split('\n').slice(1, 3)).toEqual([
    'bad.example,suspend,false,false,spam,false',
    'rude.example,silence,false,false,,false',
  ]);
  expect((await run('undo', imported.json.change_id)).stdout).toContain('1 server is as before');
  expect((await run('list')).stdout).not.toContain('rude.example');
  expect((await run('unblock', 'bad.example')).code).toBe(0);
  await until(async () => !server.ctx.domains.isShut('bad.example'));
  await until(async () => !(await shown()).includes('bad.example'));
  const again = await run('unblock', 'bad.example');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no block of bad.example')]);
});

it('keeps the list of those with whom the server talks, says what it follows, and explains itself', async () => {
  expect((await run('allow', 'kind.example', '--json')).json).toMatchObject({ domain: 'kind.example' });
  expect((await run('list', '--allowed')).stdout).toBe('kind.example\n');
  expect((await run('disallow', 'kind.example')).code).toBe(0);
  expect((await run('subscriptions')).stdout).toContain('No list is followed');
  expect((await run('subscribe', 'ftp://x.example')).stderr).toContain('https://');
  for (const word of ['block', 'import', 'subscribe', 'undo'])
    expect((await run(word, '--help')).stdout).toContain('--json');
});
