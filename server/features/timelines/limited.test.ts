// Whoever is limited does not come onto the public pages that people have open, by whichever name their server goes.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { blockServer } from '#server/features/domains/service/decide.ts';
import { openEar } from '#server/testing/ears.ts';
import { signUp, write, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

let server: TestServer;
let bob: Person;
let far: Person;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  server = await openTestServer();
  [bob, far] = await Promise.all([signUp(server, 'bob'), signUp(server, 'far')]);
});
afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await server.close();
});

it('is told live until its handle’s domain is limited, although its posts live on another host', async () => {
  const postId = await write(far, 'from afar');
  await server.settle();
  const { pool } = server.ctx.database;
  await pool.query(`update accounts set domain = 'quiet.example', uri = 'https://host.example/far' where id = $1`, [
    far.accountId,
  ]);
  await pool.query(`update posts set local = false, uri = 'https://host.example/post' where id = $1`, [postId]);
  await server.ctx.fragments.drop([`account:${far.accountId}`]);
  const ear = await openEar(server, sockets, bob, 'public');
  const edited = (): number => ear.heard.filter(({ event }) => event === 'status.update').length;
  const edit = async (): Promise<void> => {
    await server.ctx.database.write((tx) => tx.emit('post.edited', { postId, accountId: far.accountId }));
    await server.settle();
  };
  await edit();
  await until(() => edited() === 1);
  await blockServer(server.ctx, null, 'quiet.example', { severity: 'limit' });
  await server.settle();
  await edit();
  // What comes later has come: nothing is on its way any more.
  await write(bob, 'from here');
  await until(() => ear.heard.some(({ event }) => event === 'update'));
  expect(edited()).toBe(1);
});
