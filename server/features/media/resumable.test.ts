// Long uploads by the tus protocol, with a client that everybody uses: broken connections, restarts, a full disk.
import { readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '#server/app.ts';
import { openResumableStore } from '#server/platform/files/resumable.ts';
import { canMakeHeic } from '#server/testing/heic.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { photo } from '#server/testing/pictures.ts';
import {
  askForUpload,
  beginUpload as begin,
  filmOf as film,
  sendInPieces,
  sendPiece as sendPieceTo,
  tus,
} from '#server/testing/resumable.ts';
import { freePort, openTestServer, type TestServer } from '#server/testing/server.ts';
import { purgeResumable } from './service/resumable.ts';

let server: TestServer;
let alice: Person;
let now = new Date();
let names = 0;

beforeAll(async () => {
  server = await openTestServer({ idle: true, clock: () => now, mediaVideoMaxMb: 30 });
});
beforeEach(async () => {
  now = new Date();
  names += 1;
  alice = await signUp(server, `alice${names}`);
});
afterAll(() => server.close());

const ask = (path: string, person: Person | null, headers?: Record<string, string>): Promise<Response> =>
  askForUpload(server.origin + path, person, headers);
const sendPiece = (person: Person, path: string, offset: number, piece: Buffer) =>
  sendPieceTo(server.origin + path, person, offset, piece);
const leftOver = async (): Promise<string[]> => readdir(join(server.ctx.config.dataDir, 'uploads')).catch(() => []);

/** What is stored of the medium: the upload as it came. */
async function storedUpload(id: string): Promise<Buffer | null> {
  const rows = await server.ctx.database.prepared<{ key: string }>(
    'test_upload_key',
    `select f->>'key' as key from media_attachments, jsonb_array_elements(files) f where id = $1 and f->>'role' = 'upload'`,
    [id],
  );
  return rows[0] === undefined ? null : server.ctx.files.get(rows[0].key);
}

/** Hands connections on, and breaks each after as many bytes as it is told, as long as it is told of any. */
async function openFragile(breaks: number[]): Promise<{ origin: string; broken: () => number; close(): void }> {
  let broken = 0;
  const sockets = new Set<Socket>();
  const { port } = new URL(server.origin);
  const proxy = createServer((client) => {
    const onward = connect(Number(port), '127.0.0.1');
    let bytes = 0;
    for (const socket of [client, onward]) sockets.add(socket.on('error', () => {}));
    client.on('data', (chunk) => {
      bytes += chunk.length;
      onward.write(chunk);
      const limit = breaks[0];
      if (limit === undefined || bytes < limit) return;
      breaks.shift();
      broken += 1;
      client.resetAndDestroy();
      onward.resetAndDestroy();
    });
    onward.on('data', (chunk) => client.write(chunk));
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  });
  const fragilePort = await freePort();
  await new Promise<void>((resolve) => proxy.listen(fragilePort, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${fragilePort}`,
    broken: () => broken,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

// Films are kept as they came until a worker makes them ready, so that what arrived can be compared.
describe.runIf(canMakeHeic())('an upload', () => {
  it('in pieces ends as the same bytes, with what is said about it, and its answer is the medium', async () => {
    const content = film(3_000_000);
    const { response, progress } = await sendInPieces(server.origin, alice, content, {
      chunkSize: 1_000_000,
      metadata: { description: 'Swallows — schnell 🐦', focus: '0.5,-0.25', filename: 'a.mp4' },
    });
    expect(response.getStatus()).toBe(200);
    const media = JSON.parse(response.getBody());
    expect(media).toMatchObject({
      type: 'video',
      description: 'Swallows — schnell 🐦',
      meta: { focus: { x: 0.5, y: -0.25 } },
    });
    expect(response.getHeader('rookery-media-id')).toBe(media.id);
    expect((await alice.api('GET', `/api/v1/media/${media.id}`)).body.id).toBe(media.id);
    expect(content.equals((await storedUpload(media.id)) ?? Buffer.alloc(0))).toBe(true);
    expect(progress.at(-1)).toBe(3_000_000);
    expect(await leftOver()).toEqual([]);
  });

  it('of 20 MB whose connections are cut goes on where it was', async () => {
    const fragile = await openFragile([2_000_000, 5_000_000, 1_000_000]);
    try {
      const content = film(20_000_000);
      const { response } = await sendInPieces(fragile.origin, alice, content);
      const media = JSON.parse(response.getBody());
      expect(fragile.broken()).toBe(3);
      expect(content.equals((await storedUpload(media.id)) ?? Buffer.alloc(0))).toBe(true);
    } finally {
      fragile.close();
    }
  });

  it('goes on after the server was stopped in the middle and started anew', async () => {
    const content = film(4_000_000);
    const path = await begin(alice, content.length);
    expect(await sendPiece(alice, path, 0, content.subarray(0, 1_500_000))).toMatchObject({
      status: 204,
      offset: '1500000',
    });
    const again = await buildApp(server.ctx);
    try {
      const ask = { url: path, headers: { ...tus, authorization: `Bearer ${alice.token}` } };
      const head = await again.inject({ method: 'HEAD', ...ask });
      expect(head.headers).toMatchObject({
        'upload-offset': '1500000',
        'upload-length': '4000000',
        'cache-control': 'no-store',
      });
      const rest = await again.inject({
        method: 'PATCH',
        url: path,
        headers: { ...ask.headers, 'upload-offset': '1500000', 'content-type': 'application/offset+octet-stream' },
        payload: content.subarray(1_500_000),
      });
      expect(rest.statusCode).toBe(200);
      expect(content.equals((await storedUpload(rest.json().id)) ?? Buffer.alloc(0))).toBe(true);
    } finally {
      await again.close();
    }
  });

  it('whose last answer was lost is told of again, and made once only', async () => {
    const content = film(100_000);
    const path = await begin(alice, content.length);
    const { status, text } = await sendPiece(alice, path, 0, content);
    expect(status).toBe(200);
    const { id } = JSON.parse(text);
    const head = await ask(path, alice);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('rookery-media-id')]).toEqual([
      200,
      '100000',
      id,
    ]);
    expect(JSON.parse((await sendPiece(alice, path, 100_000, Buffer.alloc(0))).text).id).toBe(id);
    const rows = await server.ctx.database.prepared<{ count: string }>(
      'test_media_count',
      'select count(*)::text as count from media_attachments where account_id = $1',
      [alice.accountId],
    );
    expect(rows[0]?.count).toBe('1');
  });

  it('that was whole when the server died is made when its owner asks', async () => {
    const content = film(100_000);
    const path = await begin(alice, content.length);
    const store = await openResumableStore(server.ctx.config, server.ctx.secrets);
    await sendPiece(alice, path, 0, content.subarray(0, 50_000));
    const token = path.split('/').at(-1) ?? '';
    await store.store.write(Readable.from([content.subarray(50_000)]), store.nameOf(token), 50_000);
    const head = await ask(path, alice);
    expect(head.status).toBe(200);
    expect(content.equals((await storedUpload(head.headers.get('rookery-media-id') ?? '0')) ?? Buffer.alloc(0))).toBe(
      true,
    );
  });

  it('may come whole with its first request', async () => {
    const content = film(50_000);
    const response = await fetch(`${server.origin}/api/uploads`, {
      method: 'POST',
      headers: {
        ...tus,
        authorization: `Bearer ${alice.token}`,
        'upload-length': '50000',
        'content-type': 'application/offset+octet-stream',
      },
      body: new Uint8Array(content),
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ type: 'video', id: response.headers.get('rookery-media-id') });
  });
});

it('a disk that takes no more costs the piece, not what came before, and the client may try again', async () => {
  const content = await photo();
  const path = await begin(alice, content.length);
  const file = join(server.ctx.config.dataDir, 'uploads', path.split('/').at(-1) ?? '');
  await rm(file);
  // Reads as empty, and has no room for anything.
  await symlink('/dev/full', file);
  const refused = await sendPiece(alice, path, 0, content);
  expect([refused.status, JSON.parse(refused.text)]).toEqual([
    503,
    { error: 'This piece could not be kept; try again in a moment' },
  ]);
  await rm(file);
  await writeFile(file, '');
  expect((await sendPiece(alice, path, 0, content)).status).toBe(200);
});

it('a day later an upload is gone, whole or not, and what nobody knows on the disk with it', async () => {
  const path = await begin(alice, 1000);
  await sendPiece(alice, path, 0, film(100));
  await purgeResumable(server.ctx);
  expect((await ask(path, alice)).headers.get('upload-offset')).toBe('100');
  now = new Date(now.getTime() + 24 * 60 * 60_000 + 1);
  const token = await server.ctx.database.prepared('test_rows', 'select token from resumable_uploads', []);
  expect(token.length).toBeGreaterThan(0);
  await purgeResumable(server.ctx);
  expect(await server.ctx.database.prepared('test_rows', 'select token from resumable_uploads', [])).toEqual([]);
  expect(await leftOver()).toEqual([]);
});
