// What the machine can do: the same answers from a bare Fastify and the bare database driver, without anything that a real
// server needs besides. A process of its own; says its port when it is ready.
import { createPublicKey, createVerify, createHash } from 'node:crypto';
import Fastify from 'fastify';
import { Pool } from 'pg';
import { WebSocketServer, WebSocket } from 'ws';
import { notificationsJson, notificationsText } from './notification-page.ts';
import { isPageName, pageJson, pageText, type PageRow } from './status-page.ts';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
const publicKey = process.env['PUBLIC_KEY'] === undefined ? null : createPublicKey(process.env['PUBLIC_KEY']);
const app = Fastify({ bodyLimit: 1024 * 1024 });

app.addContentTypeParser('application/activity+json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

const texts = new Map<string, string>();

interface PageRequest {
  Params: { name: string };
  Querystring: { viewer: string; limit?: string; of?: string };
}

app.get<PageRequest>('/page/:name', async (request, reply) => {
  const { name } = request.params;
  const { viewer, limit = '20', of = null } = request.query;
  if (name === 'notifications') {
    const { rows } = await pool.query<PageRow>({ name, text: notificationsText, values: [viewer, Number(limit), of] });
    return reply.type('application/json; charset=utf-8').send(notificationsJson(rows, viewer));
  }
  if (!isPageName(name)) return reply.code(404).send();
  const text = texts.get(name) ?? pageText(name);
  texts.set(name, text);
  const { rows } = await pool.query<PageRow>({ name, text, values: [viewer, Number(limit), of] });
  return reply.type('application/json; charset=utf-8').send(pageJson(name, rows, viewer));
});

/** Checks the signature and the digest, reads the activity, stores it. */
app.post<{ Body: Buffer }>('/ap/inbox', async (request, reply) => {
  const { headers, body } = request;
  const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
  const signature = /signature="([^"]+)"/.exec(String(headers['signature']))?.[1] ?? '';
  const base = `(request-target): post /ap/inbox\nhost: ${headers.host}\ndate: ${headers['date']}\ndigest: ${digest}`;
  const isRight = publicKey !== null && createVerify('sha256').update(base).verify(publicKey, signature, 'base64');
  if (!isRight || headers['digest'] !== digest) return reply.code(401).send();
  const text = body.toString('utf8');
  const activity = JSON.parse(text) as { id: string; actor: string };
  await pool.query({
    name: 'inbox',
    text: 'insert into inbox_activities (actor_uri, activity_uri, body, received_at) values ($1, $2, $3, $4) on conflict do nothing',
    values: [`limit:${activity.actor}`, activity.id, text, new Date()],
  });
  return reply.code(202).send();
});

/** Stores one row and tells all open sockets the text that was posted. */
app.post<{ Body: { status: string } }>('/post', async (request, reply) => {
  const { status } = request.body;
  await pool.query({ name: 'post', text: 'insert into bench.told (text) values ($1)', values: [status] });
  const frame = JSON.stringify({ stream: ['user'], event: 'update', payload: JSON.stringify({ content: status }) });
  for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  return reply.send({ id: '1' });
});

const sockets = new WebSocketServer({ server: app.server });
await pool.query('select 1');
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
