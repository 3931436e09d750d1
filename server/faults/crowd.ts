// A crowd of servers of the outside world at one port of this machine, told apart by their names: those that live take what
// comes, those that are dead take the connection and never answer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { addFollowers } from '#server/bench/peer.ts';

export interface Crowd {
  port: number;
  /** When each text came to each living host, in ms. */
  arrivals: Map<string, Map<string, number>>;
  /** How many requests the dead hold open at this moment. */
  held(): number;
  /** How many the dead were sent so far. */
  asked(): number;
  close(): Promise<void>;
}

/** Listens on a free port; hosts whose names begin with `dead` are dead. */
export async function openCrowd(): Promise<Crowd> {
  const arrivals = new Map<string, Map<string, number>>();
  let held = 0;
  let asked = 0;
  const server = createServer((request, response) => {
    const host = request.headers.host ?? '';
    if (host.startsWith('dead')) {
      held += 1;
      asked += 1;
      response.once('close', () => (held -= 1));
      request.resume();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(202).end();
      const { object } = JSON.parse(Buffer.concat(chunks).toString()) as { object?: { content?: string } };
      const text = String(object?.content).replaceAll(/<[^>]*>/gu, '');
      const atHosts = arrivals.get(text) ?? new Map<string, number>();
      arrivals.set(text, atHosts);
      if (!atHosts.has(host)) atHosts.set(host, Date.now());
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 2000 }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    arrivals,
    held: () => held,
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes somebody at each of these inboxes a follower, as if they had followed and been answered to a while ago. */
export async function followFrom(databaseUrl: string, accountId: string, inboxes: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await addFollowers(client, accountId, inboxes);
    await client.query(
      `insert into remote_hosts (host, last_seen_at) select host, now() from unnest($1::text[]) as host on conflict do nothing`,
      [inboxes.map((inbox) => new URL(inbox).host)],
    );
  } finally {
    await client.end();
  }
}
