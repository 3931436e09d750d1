// What is not taken: each is answered by a 422 that says what is wrong and what is taken, and leaves nothing behind.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { sweepWork, workPlace } from '#server/platform/media/work.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { bomb, form, photo, upload } from '#server/testing/pictures.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

let server: TestServer;
let alice: Person;

beforeAll(async () => {
  server = await openTestServer({ mediaImageMaxMb: 1, mediaVideoMaxMb: 2 });
  alice = await signUp(server, 'alice');
});
afterAll(() => server.close());

const leftovers = async (): Promise<string[]> => readdir(workPlace(server.ctx.config)).catch(() => []);

async function nothingIsLeft(): Promise<void> {
  const { rows } = await sql`select from media_attachments`.execute(server.ctx.database.read);
  expect(rows).toEqual([]);
  const keys: string[] = [];
  for await (const { key } of server.ctx.files.list('')) keys.push(key);
  expect(keys).toEqual([]);
  await until(async () => (await leftovers()).length === 0);
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const cases: Array<[name: string, make: () => Promise<Buffer | string>, words: RegExp]> = [
  ['an SVG', async () => svg, /Taken are pictures as JPEG/],
  ['a page', async () => '<!doctype html><script>alert(1)</script>', /Taken are pictures as JPEG/],
  ['a PDF', async () => '%PDF-1.7\n%\xE2\xE3\n1 0 obj\n<<>>\nendobj', /application\/pdf is not taken here\. Taken are/],
  ['a text', async () => 'hello', /Taken are pictures as JPEG/],
  ['nothing', async () => '', /empty|blank|Taken are/],
  ['noise', async () => randomBytes(5000), /Taken are pictures as JPEG/],
  [
    'a TIFF',
    () =>
      sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
        .tiff()
        .toBuffer(),
    /image\/tiff is not taken here/,
  ],
  ['a picture of 36 megapixels', () => bomb(6000, 6000), /at most 33 megapixels are taken/],
  ['half of a photo', async () => (await photo()).subarray(0, 9000), /damaged|cannot be read/],
  [
    'a picture of more than its megabyte',
    async () => Buffer.concat([await photo(), randomBytes(1_100_000)]),
    /The picture is too large; at most 1 MB/,
  ],
  ['a file of more than any may have', async () => randomBytes(3_000_000), /too large; at most 2 MB/],
  [
    'a file that says at once that it is much too large',
    async () => randomBytes(30_000_000),
    /too large; at most 2 MB/,
  ],
];

describe('refused', () => {
  it.each(cases)('%s', async (_name, make, words) => {
    const { status, body } = await upload(alice, await make());
    expect([status, body.error]).toEqual([422, expect.stringMatching(words)]);
    await nothingIsLeft();
  });

  it('a form without a file, a file that is a text, and no form at all', async () => {
    for (const body of [new FormData(), { file: 'x' }, new URLSearchParams({ file: 'x' }), undefined]) {
      const answer = await alice.api('POST', '/api/v2/media', body);
      expect([answer.status, answer.body.error]).toEqual([422, expect.stringMatching(/File can't be blank/)]);
    }
    await nothingIsLeft();
  });

  it('a good picture with wrong words or a wrong still', async () => {
    const picture = await photo();
    const wrong: Array<Record<string, string | Blob>> = [
      { focus: '1' },
      { description: 'x'.repeat(1501) },
      { thumbnail: new Blob([svg]) },
    ];
    for (const more of wrong) expect((await upload(alice, picture, more)).status).toBe(422);
    await nothingIsLeft();
  });

  it('a form that breaks off in the middle', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';
    const { status } = await alice.api('POST', '/api/v2/media', `${head}abc`, {
      'content-type': 'multipart/form-data; boundary=b',
    });
    expect(status).toBe(422);
    await nothingIsLeft();
  });

  it('more uploads than the budget has', async () => {
    const carol = await signUp(server, 'carol');
    const statuses = await Promise.all(Array.from({ length: 125 }, () => carol.api('POST', '/api/v2/media', form(''))));
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(5);
    expect(statuses.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('broken off', () => {
  it('what came before a client went is tidied away', async () => {
    const { port } = new URL(server.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /api/v2/media HTTP/1.1\r\nhost: localhost:${port}\r\nauthorization: Bearer ${alice.token}\r\n` +
        'content-type: multipart/form-data; boundary=b\r\ncontent-length: 900000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n',
    );
    socket.write(randomBytes(200_000));
    await until(async () => (await leftovers()).length === 1);
    socket.destroy();
    await until(async () => (await leftovers()).length === 0);
    await nothingIsLeft();
  });

  it('what a process left that ended in the middle is swept, and no other', async () => {
    const place = workPlace(server.ctx.config);
    await mkdir(join(place, 'make-old'), { recursive: true });
    await writeFile(join(place, 'make-old', 'film'), 'x');
    expect(await sweepWork(server.ctx.config, 3_600_000)).toBe(0);
    expect(await sweepWork(server.ctx.config, -1000)).toBe(1);
    expect(await leftovers()).toEqual([]);
  });
});
