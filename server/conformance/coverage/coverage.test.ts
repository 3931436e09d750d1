// docs/api is made from the doors that exist. This test compares; with WRITE_API_DOCS set (npm run coverage:write) it writes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { openServerWithDoors } from '../doors.ts';
import { coverageOf, coveragePage } from './render.ts';

const { server, doors } = await openServerWithDoors({ idle: true });
afterAll(() => server.close());

const folder = new URL('../../../docs/api/', import.meta.url);
const rows = coverageOf(doors);

/** The description of all doors, with nothing of this machine in it, each operation on a line of its own so that it merges well. */
function description(): string {
  const api = { ...server.app.swagger(), servers: [{ url: 'https://rookery.example' }] };
  const { paths = {}, ...rest } = api as { paths?: Record<string, Record<string, unknown>> };
  const lines = Object.entries(paths)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, operations]) => {
      const each = Object.entries(operations).map(
        ([method, operation]) => `      ${JSON.stringify(method)}: ${JSON.stringify(operation)}`,
      );
      return `    ${JSON.stringify(path)}: {\n${each.join(',\n')}\n    }`;
    });
  const head = JSON.stringify(rest, null, 2).replace(/\n\}$/, '');
  return `${head},\n  "paths": {\n${lines.join(',\n')}\n  }\n}\n`;
}

describe.each([
  ['mastodon-coverage.md', () => coveragePage(rows)],
  ['openapi.json', description],
])('docs/api/%s', (name, make) => {
  test('is current', async () => {
    const file = new URL(name, folder);
    const text = make();
    if (process.env['WRITE_API_DOCS'] !== undefined) {
      await mkdir(folder, { recursive: true });
      await writeFile(file, text);
    }
    const kept = await readFile(file, 'utf8').catch(() => '');
    expect(kept === text, `docs/api/${name} is stale: run npm run coverage:write and commit what it changes`).toBe(
      true,
    );
  });
});

test('the description can be read, and names the doors of both APIs', () => {
  const { paths } = JSON.parse(description());
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/v1/statuses', '/api/posts', '/oauth/token']));
});

test('nothing that every client needs is merely refused', () => {
  const refused = rows.filter(({ tier, method, path }) => {
    const door = doors.find((one) => one.method === method && one.path === path);
    return tier === '1' && door?.emptyForm === 'refused';
  });
  expect(refused).toEqual([]);
});
