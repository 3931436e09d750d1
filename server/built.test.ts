// The built server, as people run it, with what its libraries load only when it is needed: a bucket, a mail server, Redis, and
// pictures of phones, which a thread of their own reads.
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { buildWebApp } from '#server/testing/browser.ts';
import { openBucket } from '#server/testing/bucket.ts';
import { hasRedis } from '#server/testing/context.ts';
import { canMakeHeic, makeHeic } from '#server/testing/heic.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { makeQuarters } from '#server/testing/picture-files.ts';
import { photo, upload } from '#server/testing/pictures.ts';
import { prepareServer, type ServerProcess } from '#server/testing/process.ts';
import { until } from '#server/testing/until.ts';

const letters: string[] = [];
const closers: Array<() => Promise<unknown>> = [];
let server: ServerProcess;
let alice: Person;

beforeAll(async () => {
  await buildWebApp();
  const bucket = await openBucket();
  closers.push(() => bucket.close());
  server = await prepareServer({
    redis: hasRedis(),
    env: {
      SMTP_URL: `smtp://127.0.0.1:${await openPostOffice()}`,
      MAIL_FROM: 'Rookery <noreply@nest.example>',
      ...bucket.env,
    },
  });
  closers.push(() => server.remove());
  await server.start();
  const { config, secrets } = loadConfig({ env: server.env, file: null });
  const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl: server.databaseUrl });
  alice = await signUp({ ctx, origin: server.origin }, 'alice');
  await ctx.close();
});

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function openPostOffice(): Promise<number> {
  const office = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      let letter = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (letter += piece));
      stream.once('end', () => {
        letters.push(letter);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => office.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => office.close(() => resolve())));
  return (office.server.address() as AddressInfo).port;
}

it('sends a letter to whoever signs up', async () => {
  const wish = { username: 'bob', email: 'bob@letters.example', password: 'a long enough password', agreement: true };
  expect((await call(server.origin, 'POST', '/api/auth/sign-up', { body: wish })).status).toBe(200);
  await until(() => letters.some((letter) => letter.includes('bob@letters.example')));
});

it('keeps the picture of a phone in the bucket, and gives it out', async () => {
  const quarters = await makeQuarters(400, 300);
  const picture = canMakeHeic() ? await makeHeic(quarters, { width: 400, height: 300 }) : await photo(400, 300);
  const { status, body } = await upload(alice, picture);
  expect([status, body.type]).toEqual([200, 'image']);
  const given = await fetch(body.url);
  expect([given.status, given.headers.get('content-type')]).toEqual([200, 'image/webp']);
});

it('describes its doors, and shows them to read', async () => {
  const { paths } = (await call(server.origin, 'GET', '/api/openapi.json')).body;
  expect(Object.keys(paths)).toContain('/api/posts');
  expect((await fetch(`${server.origin}/api/docs/`)).status).toBe(200);
});

it('serves the web app', async () => {
  const page = await fetch(server.origin, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<script type="module"');
});
