// Long uploads when files are in a bucket: the pieces lie there too, so that any process can go on.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '#server/app.ts';
import { openFilesOn } from '#server/context.ts';
import { openResumableStore } from '#server/platform/files/resumable.ts';
import { openBucket } from '#server/testing/bucket.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { photo } from '#server/testing/pictures.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { purgeResumable } from './service/resumable.ts';

let server: TestServer;
let alice: Person;
let now = new Date();
const closers: Array<() => Promise<unknown>> = [];

beforeAll(async () => {
  const bucket = await openBucket();
  closers.push(() => bucket.close());
  const endpoint = await openListingBucket(bucket.endpoint);
  server = await openTestServer({ idle: true, clock: () => now });
  closers.push(() => server.close());
  const { ctx } = server;
  Object.assign(ctx, {
    config: { ...ctx.config, s3Bucket: 'rookery', s3Endpoint: endpoint, mediaImageMaxMb: 30 },
    secrets: { ...ctx.secrets, s3AccessKey: 'S3RVER', s3SecretKey: 'S3RVER' },
  });
  ctx.files = await openFilesOn('s3', ctx.config, ctx.secrets);
  alice = await signUp(server, 'alice');
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** Stands before the test's store, which cannot list the parts of an upload, and answers that question from what passed by. */
async function openListingBucket(endpoint: string): Promise<string> {
  const uploads = new Map<string, Map<number, { etag: string; size: number }>>();
  const proxy = createServer(async (incoming, answer) => {
    const { method = 'GET', headers } = incoming;
    const url = new URL(incoming.url ?? '/', endpoint);
    const upload = url.searchParams.get('uploadId') ?? '';
    if (method === 'GET' && upload !== '') {
      const parts = uploads.get(upload);
      const listed = [...(parts ?? [])].map(
        ([number, { etag, size }]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>${size}</Size></Part>`,
      );
      const isEnded = parts?.has(-1) === true;
      answer.writeHead(isEnded ? 404 : 200, { 'content-type': 'application/xml' });
      answer.end(
        isEnded
          ? '<Error><Code>NoSuchUpload</Code><Message>It has ended.</Message></Error>'
          : `<ListPartsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListPartsResult>`,
      );
      return;
    }
    const body = await buffer(incoming);
    const onward = request(url, { method, headers: { ...headers, 'content-length': body.length } }, (given) => {
      const parts = uploads.get(upload) ?? new Map<number, { etag: string; size: number }>();
      const number = Number(url.searchParams.get('partNumber') ?? -1);
      const size = Number(headers['x-amz-decoded-content-length'] ?? body.length);
      if (upload !== '' && given.statusCode === 200)
        uploads.set(upload, parts.set(number, { etag: given.headers.etag ?? '', size }));
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    onward.end(body);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closers.push(async () => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

const tus = { 'tus-resumable': '1.0.0' };

async function begin(bytes: number): Promise<string> {
  const answer = await alice.api('POST', '/api/uploads', undefined, { ...tus, 'upload-length': String(bytes) });
  expect(answer).toMatchObject({ status: 201 });
  return answer.headers.get('location') ?? '';
}

async function keys(): Promise<string[]> {
  const found = [];
  for await (const { key } of server.ctx.files.list('uploads/')) found.push(key);
  return found;
}

it('what one process has begun another ends, and the pieces are tidied away', async () => {
  // A picture with a tail, so that it has several parts.
  const content = Buffer.concat([await photo(), randomBytes(12_000_000)]);
  const path = await begin(content.length);
  const other = await buildApp(server.ctx);
  try {
    const authorization = `Bearer ${alice.token}`;
    const send = async (offset: number, end: number) =>
      (offset === 0 ? server.app : other).inject({
        method: 'PATCH',
        url: path,
        headers: {
          ...tus,
          authorization,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        payload: content.subarray(offset, end),
      });
    expect((await send(0, 9_000_000)).statusCode).toBe(204);
    const head = await other.inject({ method: 'HEAD', url: path, headers: { ...tus, authorization } });
    expect(head.headers['upload-offset']).toBe('9000000');
    const last = await send(9_000_000, content.length);
    expect([last.statusCode, last.json()]).toMatchObject([200, { type: 'image', meta: { original: { width: 640 } } }]);
    expect(await server.ctx.files.head(`media/${last.json().id}/none`)).toBeNull();
    expect(await keys()).toEqual([]);
  } finally {
    await other.close();
  }
});

it('what stopped in the middle is deleted after a day', async () => {
  const path = await begin(9_000_000);
  const store = await openResumableStore(server.ctx.config, server.ctx.secrets);
  expect(store.pathOf('x')).toBeNull();
  const piece = await fetch(server.origin + path, {
    method: 'PATCH',
    headers: {
      ...tus,
      authorization: `Bearer ${alice.token}`,
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(1000),
  });
  expect(piece.status).toBe(204);
  expect((await keys()).map((key) => key.slice(-5))).toEqual(expect.arrayContaining(['.info', '.part']));
  now = new Date(Date.now() + 86_400_001);
  await purgeResumable(server.ctx);
  expect(await keys()).toEqual([]);
});
