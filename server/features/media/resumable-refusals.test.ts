// What is refused of long uploads: strangers, what is too long or too many, and whatever is no request of the protocol.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetailedError } from 'tus-js-client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { photo } from '#server/testing/pictures.ts';
import {
  askForUpload,
  beginUpload as begin,
  filmOf as film,
  sendInPieces,
  sendPiece as sendPieceTo,
  tus,
} from '#server/testing/resumable.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let names = 0;

beforeAll(async () => {
  server = await openTestServer({ idle: true, mediaVideoMaxMb: 30 });
  bob = await signUp(server, 'bob');
});
beforeEach(async () => {
  names += 1;
  alice = await signUp(server, `alice${names}`);
});
afterAll(() => server.close());

const ask = (path: string, person: Person | null, headers?: Record<string, string>): Promise<Response> =>
  askForUpload(server.origin + path, person, headers);
const sendPiece = (person: Person, path: string, offset: number, piece: Buffer) =>
  sendPieceTo(server.origin + path, person, offset, piece);
const leftOver = async (): Promise<string[]> => readdir(join(server.ctx.config.dataDir, 'uploads')).catch(() => []);

it('whoever is not its owner, or has no token or one that does not reach', async () => {
  const path = await begin(alice, 1000);
  const reader = await signUp(server, `reader${names}`, { scopes: 'read write:statuses' });
  for (const [method, headers] of [
    ['PATCH', { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }],
    ['DELETE', tus],
  ] as const) {
    expect((await bob.api(method, path, undefined, headers)).status).toBe(404);
    expect((await call(server.origin, method, path, { headers })).status).toBe(401);
    expect((await reader.api(method, path, undefined, headers)).status).toBe(403);
  }
  const asked = await Promise.all([bob, null, reader].map(async (person) => (await ask(path, person)).status));
  expect(asked).toEqual([404, 401, 403]);
  expect((await ask(path, alice)).headers.get('upload-offset')).toBe('0');
  for (const nonsense of ['/api/uploads/x', '/api/uploads/..%2f..%2fsecret-key', `/api/uploads/${'0'.repeat(32)}`])
    expect((await ask(nonsense, alice)).status).toBe(404);
});

it('what is too long, at once and by more bytes than were announced', async () => {
  const tooLong = sendInPieces(server.origin, alice, Buffer.alloc(30 * 1024 * 1024 + 1));
  await expect(tooLong).rejects.toMatchObject({ message: expect.stringContaining('at most 30 MB') });
  const answer = await alice.api('POST', '/api/uploads', undefined, { ...tus, 'upload-length': '31457281' });
  expect([answer.status, answer.body.error]).toEqual([413, 'The file is too large; at most 30 MB are taken']);
  const path = await begin(alice, 1000);
  expect(await sendPiece(alice, path, 0, film(2000))).toMatchObject({ status: 413 });
  expect((await ask(path, alice)).headers.get('upload-offset')).toBe('0');
});

it('a piece in the wrong place, and whoever does not speak the protocol', async () => {
  const path = await begin(alice, 1000);
  expect(await sendPiece(alice, path, 500, film(100))).toMatchObject({ status: 409 });
  expect((await ask(path, alice, {})).status).toBe(412);
  expect(await alice.api('POST', '/api/uploads', { a: 1 })).toMatchObject({
    status: 412,
    body: { error: /tus 1\.0\.0/ },
  });
  for (const length of ['-1', 'x', '0', '1.5', ''])
    expect((await alice.api('POST', '/api/uploads', undefined, { ...tus, 'upload-length': length })).status).toBe(422);
});

it('whatever else is no request of the protocol, in words, and the upload stays as it was', async () => {
  const path = await begin(alice, 1000);
  const piece = { 'content-type': 'application/offset+octet-stream' };
  const longer = 'x'.repeat(5000);
  const odd: Array<[string, Record<string, string>, string | undefined]> = [
    ['PATCH', { 'upload-offset': '0' }, undefined],
    ['PATCH', { 'upload-offset': '0', 'content-type': 'application/json' }, '{}'],
    ['PATCH', { 'upload-offset': '0', 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
    ['PATCH', piece, 'x'],
    ['PATCH', { ...piece, 'upload-offset': '-1' }, 'x'],
    ['PATCH', { ...piece, 'upload-offset': '1e3' }, 'x'],
    ['PATCH', { ...piece, 'upload-offset': '99999999999999999999' }, 'x'],
    ['PATCH', { ...piece, 'upload-offset': '0', 'upload-length': '5000' }, longer],
    ['PATCH', { ...piece, 'upload-offset': '0', 'upload-concat': 'final;/a /b' }, longer],
  ];
  for (const [method, headers, body] of odd) {
    const answer = await alice.api(method, path, body, { ...tus, ...headers });
    expect([headers, answer.status]).toEqual([headers, expect.toSatisfy((code: number) => code >= 400 && code < 500)]);
    expect(answer.body.error, JSON.stringify(headers)).toMatch(/\w/);
  }
  // Without a length of its own, a body that goes on and on.
  const endless = await fetch(server.origin + path, {
    method: 'PATCH',
    headers: { ...tus, ...piece, authorization: `Bearer ${alice.token}`, 'upload-offset': '0' },
    body: new Blob([longer]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(endless.status).toBe(413);
  expect(Number((await ask(path, alice)).headers.get('upload-offset'))).toBeLessThanOrEqual(1000);
  const concat = { ...tus, 'upload-concat': 'partial', 'upload-defer-length': '1' };
  expect((await alice.api('POST', '/api/uploads', undefined, concat)).status).toBe(422);
  expect((await alice.api('DELETE', path, undefined, tus)).status).toBe(204);
});

it('the ninth open upload of a person, but of nobody else, and not when one is cancelled', async () => {
  const paths = await Promise.all(Array.from({ length: 8 }, () => begin(alice, 1000)));
  const headers = { ...tus, 'upload-length': '1000' };
  expect(await alice.api('POST', '/api/uploads', undefined, headers)).toMatchObject({
    status: 429,
    body: { error: expect.stringContaining('8 uploads that are not finished') },
  });
  await begin(bob, 1000);
  expect((await alice.api('DELETE', paths[0] ?? '', undefined, tus)).status).toBe(204);
  expect((await ask(paths[0] ?? '', alice)).status).toBe(404);
  await begin(alice, 1000);
});

it('what is no picture, film or sound, in words; nothing of it stays', async () => {
  const before = await leftOver();
  const failed = sendInPieces(server.origin, alice, Buffer.from('text that is no film'));
  await expect(failed).rejects.toSatisfy((error: DetailedError) => error.originalResponse?.getStatus() === 422);
  expect(await leftOver()).toEqual(before);
});

it('whatever a client says about names: it reaches no path and no answer', async () => {
  const picture = await photo();
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  for (const name of ['../../../secret-key', 'a\0b.mp4', `${'x'.repeat(5000)}.mp4`, '\u202Egpj.exe', '/etc/passwd']) {
    const path = await begin(alice, picture.length, {
      'upload-metadata': `filename ${base64(name)},filetype ${base64(name)}`,
    });
    expect(path).toMatch(/^\/api\/uploads\/[0-9a-f]{32}$/);
    const head = await ask(path, alice);
    expect(head.headers.get('upload-metadata') ?? '').toBe('');
    const { status, text } = await sendPiece(alice, path, 0, picture);
    expect([status, text.includes('passwd')]).toEqual([200, false]);
  }
  for (const metadata of [
    'a b c',
    'description ***',
    `description ${base64('x'.repeat(2000))}`,
    `focus ${base64('here')}`,
  ]) {
    const headers = { ...tus, 'upload-length': '30', 'upload-metadata': metadata };
    expect([metadata.slice(0, 20), (await alice.api('POST', '/api/uploads', undefined, headers)).status]).toEqual([
      metadata.slice(0, 20),
      422,
    ]);
  }
  const odd = await begin(alice, 30, { 'upload-metadata': `__proto__ ${base64('x')},constructor ${base64('x')},` });
  expect((await alice.api('DELETE', odd, undefined, tus)).status).toBe(204);
});
