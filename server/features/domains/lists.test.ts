// Lists of blocks through the doors of the staff: looked at first, done, followed from day to day, and taken back as a whole.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '#server/federation/scene.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { readBlockList, writeBlockList } from './policy/csv.ts';
import { refreshLists } from './service/lists.ts';

let scene: Scene;
let admin: Person;
let moderator: Person;
let shelf: Server;
let address: string;
/** What the list's server answers. */
let listed = { status: 200, body: '' };
/** What happens before it answers. */
let meanwhile = async (): Promise<void> => {};

beforeAll(async () => {
  scene = await openScene();
  admin = await signUp(scene.server, 'root', { role: 'admin' });
  moderator = await signUp(scene.server, 'mod', { role: 'moderator' });
  shelf = createServer((_request, response) => {
    void meanwhile().then(() => response.writeHead(listed.status, { 'content-type': 'text/csv' }).end(listed.body));
  });
  await new Promise<void>((resolve) => shelf.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(shelf.address() as AddressInfo).port}/list.csv`;
});
afterAll(async () => {
  shelf.close();
  await scene?.close();
});
beforeEach(async () => {
  meanwhile = async () => {};
  for (const { id } of (await admin.api('GET', '/api/admin/block-lists')).body)
    await admin.api('DELETE', `/api/admin/block-lists/${id}`);
  for (const { id } of (await admin.api('GET', '/api/v1/admin/domain_blocks')).body)
    await admin.api('DELETE', `/api/v1/admin/domain_blocks/${id}`);
});

const good = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
  const answer = await admin.api(method, path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const blocks = async (): Promise<Record<string, string>> => {
  const all: Array<{ domain: string; severity: string }> = await good('GET', '/api/v1/admin/domain_blocks?limit=200');
  return Object.fromEntries(all.map(({ domain, severity }) => [domain, severity]).toSorted());
};
const commented = (publicComment: string) =>
  ({ severity: 'suspend', rejectMedia: false, rejectReports: false, publicComment, obfuscate: false }) as const;
const headings = '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate';

describe('files', () => {
  it("Mastodon's file comes in and goes out as it is", async () => {
    const file = `${headings}\nbad.example,suspend,true,false,"spam, and ""worse""",true\nrude.example,silence,false,true,,false\n`;
    const csv = `${file}not a name,suspend,false,false,,false\nodd.example,banish,false,false,,false\n`;
    const preview = await good('POST', '/api/admin/domain-blocks/preview', { csv });
    expect(preview.added.map(({ domain }: { domain: string }) => domain)).toEqual(['bad.example', 'rude.example']);
    expect(preview.refused).toEqual([
      { line: 4, text: 'not a name', reason: 'not_a_name' },
      { line: 5, text: 'odd.example', reason: 'unknown_severity' },
    ]);
    expect(await blocks()).toEqual({});
    expect(await good('POST', '/api/admin/domain-blocks/import', { csv })).toMatchObject({ changed: 2 });
    expect((await admin.api('GET', '/api/admin/domain-blocks/export')).body).toBe(file);
  });

  it('a file makes blocks stricter only, unless it shall overwrite', async () => {
    await good('POST', '/api/v1/admin/domain_blocks', { domain: 'bad.example', severity: 'suspend' });
    await good('POST', '/api/v1/admin/domain_blocks', { domain: 'rude.example', severity: 'silence' });
    const csv = `${headings}\nbad.example,silence,false,false,,false\nrude.example,suspend,false,false,,false`;
    const preview = await good('POST', '/api/admin/domain-blocks/preview', { csv });
    expect(preview).toMatchObject({
      added: [],
      changed: [{ domain: 'rude.example', before: { severity: 'silence' }, after: { severity: 'suspend' } }],
      kept: [{ domain: 'bad.example', reason: 'stricter' }],
    });
    await good('POST', '/api/admin/domain-blocks/import', { csv });
    expect(await blocks()).toEqual({ 'bad.example': 'suspend', 'rude.example': 'suspend' });
    await good('POST', '/api/admin/domain-blocks/import', { csv, overwrite: true });
    expect(await blocks()).toEqual({ 'bad.example': 'silence', 'rude.example': 'suspend' });
  });

  it('a block is found by a part of its name, in any alphabet', async () => {
    for (const domain of ['bücher.example', 'cdn.evil.example', 'kind.example'])
      await good('POST', '/api/v1/admin/domain_blocks', { domain });
    const found = async (word: string): Promise<string[]> =>
      (await good('GET', `/api/v1/admin/domain_blocks?domain=${encodeURIComponent(word)}`)).map(
        ({ domain }: { domain: string }) => domain,
      );
    expect(await found(' EVIL')).toEqual(['cdn.evil.example']);
    expect(await found('bücher.example')).toEqual(['xn--bcher-kva.example']);
    expect(await found('%')).toEqual([]);
    expect(await found('')).toHaveLength(3);
  });

  it('a preview says how many follows each block would end', async () => {
    const csv = `${scene.there.host}\nelsewhere.example\n`;
    const preview = await good('POST', '/api/admin/domain-blocks/preview', { csv });
    expect(preview).toMatchObject({
      follows: 1,
      added: [
        { domain: scene.there.host, follows: 1 },
        { domain: 'elsewhere.example', follows: 0 },
      ],
    });
  });

  it.each([
    ['nothing of use', { csv: 'no names here\n' }],
    ['neither a file nor an address', {}],
    ['both', { csv: 'bad.example', url: 'https://list.example' }],
    ['an address that is none', { url: 'ftp://list.example' }],
  ])('%s is refused in words', async (_what, body) => {
    const { status, body: answer } = await admin.api('POST', '/api/admin/domain-blocks/preview', body);
    expect(status).toBe(422);
    expect(answer.error).toMatch(/\w+ \w+/);
  });

  it('quotes that never close are refused, and a comment is no formula', async () => {
    const csv = `${headings}\nbad.example,suspend,false,false,"spam,false\nworse.example,suspend,false,false,,false\n`;
    const { status, body } = await admin.api('POST', '/api/admin/domain-blocks/import', { csv });
    expect({ status, body }).toEqual({ status: 422, body: { error: 'This list cannot be read as CSV' } });
    expect(await blocks()).toEqual({});
    for (const sign of ['=', '+', '-', '@'])
      expect(writeBlockList([{ domain: 'a.example', ...commented(`${sign}1`) }])).toContain(`,false, ${sign}1,false\n`);
  });

  it('our own name is never blocked, and other forms of files are read', () => {
    const own = ['home.example', 'home.example'];
    const read = (text: string) => readBlockList(text, own);
    expect(read('home.example\nexample').refused.map(({ reason }) => reason)).toEqual(['own_name', 'not_a_name']);
    expect(read('\uFEFFseverity,domain\r\nlimit,A.example.\r\n\r\n,b.example\r\n').rows).toMatchObject([
      { domain: 'a.example', terms: { severity: 'limit' } },
      { domain: 'b.example', terms: { severity: 'suspend' } },
    ]);
    expect(read('# a comment\nc.example\n*.d.example').rows.map(({ domain }) => domain)).toEqual([
      'c.example',
      'd.example',
    ]);
  });
});

describe('a list that is followed', () => {
  it('is looked at, done, done again when it changes, and never touches what was decided by hand', async () => {
    await good('POST', '/api/v1/admin/domain_blocks', { domain: 'mine.example', severity: 'silence' });
    listed = { status: 200, body: 'bad.example\nmine.example\n' };
    const preview = await good('POST', '/api/admin/domain-blocks/preview', { url: address });
    expect(preview).toMatchObject({
      added: [{ domain: 'bad.example' }],
      kept: [{ domain: 'mine.example', reason: 'by_hand' }],
    });
    const { list, change } = await good('POST', '/api/admin/block-lists', { url: address });
    expect(change).toMatchObject({ changed: 1 });
    expect(list).toMatchObject({ url: address, names: 2, blocks: 1, failure: null });
    expect(await blocks()).toEqual({ 'bad.example': 'suspend', 'mine.example': 'silence' });
    expect((await admin.api('POST', '/api/admin/block-lists', { url: address })).status).toBe(422);

    listed = { status: 200, body: 'worse.example\n' };
    const due = () =>
      scene.server.ctx.database.pool.query(
        `update block_lists set due_at = now() - interval '1 hour' where due_at is not null`,
      );
    await due();
    await refreshLists(scene.server.ctx);
    expect(await blocks()).toEqual({ 'mine.example': 'silence', 'worse.example': 'suspend' });

    // A broken answer lifts nothing.
    for (const answer of [
      { status: 500, body: '' },
      { status: 200, body: '<html>' },
    ]) {
      listed = answer;
      await due();
      await refreshLists(scene.server.ctx);
      expect(await blocks()).toHaveProperty(['worse.example']);
      expect((await good('GET', '/api/admin/block-lists'))[0].failure).toMatch(/list/);
    }
  });

  it('does nothing any more when it is left, or comes to rest, while it is fetched', async () => {
    listed = { status: 200, body: 'one.example\n' };
    const { list, change } = await good('POST', '/api/admin/block-lists', { url: address });
    listed = { status: 200, body: 'one.example\ntwo.example\n' };
    await scene.server.ctx.database.pool.query(`update block_lists set due_at = now() - interval '1 hour'`);
    meanwhile = () => good('POST', `/api/admin/domain-changes/${change.change_id}/undo`);
    await refreshLists(scene.server.ctx);
    expect(await blocks()).toEqual({});
    expect((await good('GET', '/api/admin/block-lists'))[0]).toMatchObject({ next_fetch_at: null, failure: null });
    meanwhile = () => good('DELETE', `/api/admin/block-lists/${list.id}`);
    const refreshed = await admin.api('POST', `/api/admin/block-lists/${list.id}/refresh`);
    expect(refreshed).toMatchObject({ status: 404, body: { error: 'This list is not followed any more' } });
    expect(await blocks()).toEqual({});
  });

  it('can be undone as a whole, and rests then', async () => {
    listed = { status: 200, body: 'one.example\ntwo.example\nthree.example\n' };
    const { list, change } = await good('POST', '/api/admin/block-lists', { url: address });
    const all: Array<{ id: string; domain: string }> = await good('GET', '/api/v1/admin/domain_blocks');
    const two = all.find(({ domain }) => domain === 'two.example');
    await good('PUT', `/api/v1/admin/domain_blocks/${two?.id}`, { severity: 'silence' });
    const undone = await good('POST', `/api/admin/domain-changes/${change.change_id}/undo`);
    expect(undone).toMatchObject({ change: { changed: 2 }, passed_over: ['two.example'] });
    expect(await blocks()).toEqual({ 'two.example': 'silence' });
    expect((await good('GET', '/api/admin/block-lists'))[0]).toMatchObject({ id: list.id, next_fetch_at: null });
    expect((await admin.api('POST', `/api/admin/domain-changes/${change.change_id}/undo`)).status).toBe(409);
    const [latest] = await good('GET', '/api/admin/domain-changes?limit=1');
    expect(latest).toMatchObject({
      source: 'undo',
      undoes_id: change.change_id,
      account_id: admin.accountId,
      count: 2,
    });
    await good('POST', `/api/admin/block-lists/${list.id}/refresh`);
    expect(Object.keys(await blocks())).toHaveLength(3);
    expect(await good('DELETE', `/api/admin/block-lists/${list.id}?lift=true`)).toMatchObject({ changed: 2 });
    expect(await blocks()).toEqual({ 'two.example': 'silence' });
  });
});

it('moderators read, admins write, nobody else does either', async () => {
  const doors = [
    '/api/v1/admin/domain_blocks',
    '/api/v1/admin/domain_allows',
    '/api/admin/block-lists',
    '/api/admin/domain-changes',
  ];
  for (const path of doors) {
    expect((await moderator.api('GET', path)).status, path).toBe(200);
    expect((await scene.alice.api('GET', path)).status, path).toBe(403);
  }
  expect((await moderator.api('POST', '/api/v1/admin/domain_blocks', { domain: 'x.example' })).status).toBe(403);
  expect((await moderator.api('POST', '/api/admin/domain-blocks/import', { csv: 'x.example' })).status).toBe(403);
});

it('who may see the blocks is a setting, and a name can be kept half to oneself', async () => {
  await good('POST', '/api/v1/admin/domain_blocks', {
    domain: 'secret.example',
    severity: 'suspend',
    obfuscate: true,
    public_comment: 'spam',
    private_comment: 'told by bob',
  });
  const door = '/api/v1/instance/domain_blocks';
  const asNobody = (): Promise<number> => fetch(`${scene.server.origin}${door}`).then(({ status }) => status);
  expect(await asNobody()).toBe(401);
  const { body } = await scene.alice.api('GET', door);
  expect(body).toMatchObject([{ severity: 'suspend', comment: 'spam' }]);
  expect(body[0].domain).toMatch(/^sec\*+/);
  expect(JSON.stringify(body)).not.toMatch(/secret\.example|bob/);
  await good('PATCH', '/api/admin/instance', { blocks_shown_to: 'all' });
  expect(await asNobody()).toBe(200);
  await good('PATCH', '/api/admin/instance', { blocks_shown_to: 'nobody' });
  expect((await scene.alice.api('GET', door)).status).toBe(404);
});
