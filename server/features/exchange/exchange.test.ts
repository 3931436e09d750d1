// Taking one's things along: what is written can be read again, here and by others; what fails is named.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

let server: TestServer;
let host: string;
let alice: Person;
let bob: Person;
let carol: Person;
let made = 0;

beforeAll(async () => {
  server = await openTestServer();
  host = new URL(server.origin).host;
});
afterAll(() => server.close());
beforeEach(async () => {
  made += 1;
  [alice, bob, carol] = await Promise.all([
    signUp(server, `alice${made}`),
    signUp(server, `bob${made}`),
    signUp(server, `carol${made}`),
  ]);
});

const at = ({ username }: Person): string => `${username}@${host}`;
const exported = async (person: Person, kind: string): Promise<string> => {
  const answer = await person.api('GET', `/api/exports/${kind}.csv`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${kind}.csv"`);
  return String(answer.body);
};
/** Imports and waits for the end; what its door then says. */
async function importFile(person: Person, kind: string, csv: string, mode = 'merge') {
  const { status, body } = await person.api('POST', '/api/imports', { kind, mode, csv });
  expect(status, JSON.stringify(body)).toBe(200);
  const show = async () => (await person.api('GET', `/api/imports/${body.id}`)).body;
  await until(async () => (await show()).state === 'finished');
  return show();
}
const names = async (person: Person, path: string): Promise<string[]> => {
  const { body } = await person.api('GET', path);
  return (body as Array<{ username: string }>).map(({ username }) => username).toSorted();
};
const following = (person: Person) => names(person, `/api/v1/accounts/${person.accountId}/following`);

describe('files out', () => {
  test('say what one has, in the columns that Mastodon reads', async () => {
    await alice.api('POST', `/api/v1/accounts/${bob.accountId}/follow`, {
      notify: true,
      reblogs: false,
      languages: ['en', 'de'],
    });
    await alice.api('POST', `/api/v1/accounts/${carol.accountId}/mute`, { notifications: false });
    const { body: list } = await alice.api('POST', '/api/v1/lists', { title: 'Birds, and "bees"' });
    await alice.api('POST', `/api/v1/lists/${list.id}/accounts`, { account_ids: [carol.accountId] });
    const { body: post } = await bob.api('POST', '/api/v1/statuses', { status: 'keep this' });
    await alice.api('POST', `/api/v1/statuses/${post.id}/bookmark`);
    await alice.api('POST', '/api/v1/domain_blocks', { domain: 'spam.example' });
    expect(await exported(alice, 'follows')).toBe(
      `Account address,Show boosts,Notify on new posts,Languages\n${at(bob)},false,true,"en, de"\n`,
    );
    expect(await exported(alice, 'mutes')).toBe(`Account address,Hide notifications\n${at(carol)},false\n`);
    expect(await exported(alice, 'lists')).toBe(`"Birds, and ""bees""",${at(carol)}\n`);
    expect(await exported(alice, 'bookmarks')).toBe(`${post.uri}\n`);
    expect(await exported(alice, 'domain_blocks')).toBe('spam.example\n');
    await alice.api('POST', `/api/v1/accounts/${bob.accountId}/block`);
    expect(await exported(alice, 'blocks')).toBe(`${at(bob)}\n`);
    expect(await exported(alice, 'bookmarks'), 'what one may not see is not taken along').toBe('');
  });

  test('of one person open for that person only', async () => {
    await alice.api('POST', `/api/v1/accounts/${bob.accountId}/block`);
    expect(await exported(bob, 'blocks')).toBe('');
  });
});

describe('files in', () => {
  test('a file of follows is followed, with its terms, whatever its columns are called or in which order', async () => {
    const csv = `\uFEFFLanguages,Account address,Show boosts\n"en",@${at(bob)},false\n,${carol.username},\n`;
    expect(await importFile(alice, 'follows', csv)).toMatchObject({ total: 2, imported: 2, failed: 0, failures: [] });
    expect(await following(alice)).toEqual([bob.username, carol.username]);
    expect(await exported(alice, 'follows')).toContain(`${at(bob)},false,false,en\n`);
  });

  test('what is exported here comes back here', async () => {
    for (const [kind, path] of [
      ['blocks', '/api/v1/blocks'],
      ['mutes', '/api/v1/mutes'],
    ] as const) {
      await alice.api('POST', `/api/v1/accounts/${bob.accountId}/${kind.slice(0, -1)}`);
      const file = await exported(alice, kind);
      await alice.api('POST', `/api/v1/accounts/${bob.accountId}/un${kind.slice(0, -1)}`);
      await importFile(alice, kind, file);
      expect(await names(alice, path)).toEqual([bob.username]);
      expect(await exported(alice, kind)).toBe(file);
    }
    await importFile(alice, 'lists', `Friends,${at(carol)}\nFriends,${at(bob)}\nFoes,${at(bob)}\n`);
    expect((await exported(alice, 'lists')).split('\n').toSorted()).toEqual(
      ['', `Foes,${at(bob)}`, `Friends,${at(bob)}`, `Friends,${at(carol)}`].toSorted(),
    );
    await importFile(alice, 'domain_blocks', '#domain\nspam.example\n');
    expect((await alice.api('GET', '/api/v1/domain_blocks')).body).toEqual(['spam.example']);
    const { body: post } = await carol.api('POST', '/api/v1/statuses', { status: 'keep this' });
    await importFile(alice, 'bookmarks', `${post.uri}\n`);
    expect((await alice.api('GET', '/api/v1/bookmarks')).body).toMatchObject([{ id: post.id }]);
  });

  test('lines that fail are named with their reason, and the others are done', async () => {
    const csv = `nobody@${host}\n${at(bob)}\n,\n${at(alice)}\n`;
    const done = await importFile(alice, 'follows', csv);
    expect(done).toMatchObject({ total: 4, imported: 1, failed: 3 });
    expect(done.failures).toMatchObject([
      { line: 1, name: `nobody@${host}`, reason: 'It was not found' },
      { line: 3, reason: 'This line names nothing' },
      { line: 4, name: at(alice), reason: expect.stringContaining('yourself') },
    ]);
    expect(await following(alice)).toEqual([bob.username]);
  });

  test('merging keeps what the file does not name, overwriting removes it', async () => {
    await alice.api('POST', `/api/v1/accounts/${bob.accountId}/follow`);
    await importFile(alice, 'follows', at(carol));
    expect(await following(alice)).toEqual([bob.username, carol.username]);
    await importFile(alice, 'follows', carol.username.toUpperCase(), 'overwrite');
    expect(await following(alice)).toEqual([carol.username]);
  });

  test('more lines than one turn takes are all done', async () => {
    const csv = Array.from({ length: 45 }, (_, index) => `server${index}.example`).join('\n');
    expect(await importFile(alice, 'domain_blocks', csv)).toMatchObject({ total: 45, imported: 45 });
  });

  test('a file can be uploaded', async () => {
    const form = new FormData();
    form.set('kind', 'blocks');
    form.set('file', new File([`${at(bob)}\n`], 'blocks.csv', { type: 'text/csv' }));
    const { status, body } = await alice.api('POST', '/api/imports', form);
    expect({ status, body }).toMatchObject({ status: 200, body: { kind: 'blocks', mode: 'merge', total: 1 } });
    await until(async () => (await names(alice, '/api/v1/blocks')).length === 1);
  });

  test.each([
    ['no file', { kind: 'follows' }, 'Please bring the file'],
    ['an empty file', { kind: 'follows', csv: '\n\n' }, 'nothing to import'],
    ['a header alone', { kind: 'follows', csv: 'Account address\n' }, 'nothing to import'],
    ['ten thousand lines and one', { kind: 'follows', csv: 'a@b.example\n'.repeat(10_001) }, 'more than 10000 lines'],
    ['an open quote', { kind: 'follows', csv: '"abc' }, 'cannot be read as CSV'],
    ['a mode that is none', { kind: 'follows', csv: 'a@b.example', mode: 'replace' }, 'merge or overwrite'],
  ])('%s is refused in words, and nothing is left behind', async (_name, body, words) => {
    const answer = await alice.api('POST', '/api/imports', body);
    expect(answer).toMatchObject({ status: 422, body: { error: expect.stringContaining(words) } });
    expect((await alice.api('GET', '/api/imports')).body).toEqual([]);
  });

  test('the import of another does not exist', async () => {
    const { id } = await importFile(alice, 'blocks', at(bob));
    expect((await bob.api('GET', `/api/imports/${id}`)).status).toBe(404);
    expect((await bob.api('GET', '/api/imports')).body).toEqual([]);
  });
});
