// What the courier does about hosts that are slow, away or want a pause, with many others to serve: names of one's choice all
// lead to servers of this machine.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from '#server/features/accounts/service/create.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { judgeFailure } from '#server/platform/fediverse/courier/outcome.ts';
import { record } from '#server/platform/fediverse/courier/record.ts';
import { startCourier, type Courier } from '#server/platform/fediverse/courier.ts';
import { purgeDelivered } from '#server/platform/fediverse/courier/upkeep.ts';
import { listHosts } from '#server/platform/fediverse/host-states.ts';
import { noteAlive } from '#server/platform/fediverse/hosts.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { leadHere } from '#server/testing/site.ts';
import { until } from '#server/testing/until.ts';

const minute = 60_000;

let opened: TestContext;
let senderId: string;
let shiftMs: number;
let closers: Array<() => Promise<void>>;
const clock = (): Date => new Date(Date.now() + shiftMs);

beforeEach(async () => {
  shiftMs = 0;
  closers = [];
  opened = await openTestContext({ origin: 'http://localhost:1', clock });
  closers.push(leadHere(opened.ctx));
  senderId = await opened.ctx.database.write((tx) => createAccount(tx, opened.ctx, { username: 'alice' }));
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await opened.close();
});

async function start(): Promise<Courier> {
  const courier = await startCourier(opened.ctx);
  closers.push(() => courier.stop());
  return courier;
}

/** A server that answers so; the names that came to it, and its port. */
async function open(listener: RequestListener): Promise<{ came: string[]; port: number }> {
  const came: string[] = [];
  const server = createServer((request, response) => {
    came.push(request.headers.host ?? '');
    request.resume();
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { came, port: (server.address() as AddressInfo).port };
}

let made = 0;

/** Owes one activity to each of these hosts. */
async function owe(hosts: readonly string[]): Promise<void> {
  const name = String((made += 1));
  const rows = sql`select 'http://' || host || '/inbox' as inbox_url from unnest(${hosts}::text[]) as host`;
  const activity = { id: `http://localhost:1/ap/activities/${name}`, type: 'Create' };
  await writeOutgoing(
    opened.ctx.database.read,
    { cause: name, activity, senderId, orderingKey: name, inboxes: rows },
    clock(),
  );
}

const names = (count: number, port: number): string[] =>
  Array.from({ length: count }, (_, place) => `host${place}.example:${port}`);

interface Row {
  state: string;
  attempts: number;
  last_error: string | null;
  due_at: Date;
  leased_until: Date | null;
}

async function rows(): Promise<Row[]> {
  return (await opened.ctx.database.pool.query('select * from deliveries order by id')).rows;
}

async function answered(hosts: readonly string[]): Promise<void> {
  await opened.ctx.database.pool.query(
    'insert into remote_hosts (host, last_seen_at) select host, now() from unnest($1::text[]) as host',
    [hosts],
  );
}

describe('hosts that keep us waiting', () => {
  it('give their place to others, also when all places are theirs', async () => {
    const slow = await open(() => {});
    const quick = await open((_request, response) => response.writeHead(202).end());
    const silent = names(100, slow.port);
    await answered([...silent, `quick.example:${quick.port}`]);
    await owe(silent);
    await start();
    await until(() => slow.came.length >= 64);
    await owe([`quick.example:${quick.port}`]);
    // Each of the silent is waited for ten seconds.
    await until(() => quick.came.length === 1, 8000);
  });

  it('keep back nobody who asks for something else', async () => {
    const slow = await open(() => {});
    const quick = await open((_request, response) => response.writeHead(200).end('here'));
    const silent = names(64, slow.port);
    await answered(silent);
    await owe(silent);
    await start();
    await until(() => slow.came.length === 64);
    const { status } = await opened.ctx.fetch.fetch(`http://quick.example:${quick.port}/`, { timeoutMs: 5000 });
    expect(status).toBe(200);
  });

  it('have taken what they said yes to, however slowly they go on', async () => {
    const slow = await open((_request, response) => {
      response.writeHead(202);
      const timer = setInterval(() => response.write('.'), 1000);
      response.once('close', () => clearInterval(timer));
    });
    await owe([`slow.example:${slow.port}`]);
    await start();
    await until(async () => (await rows())[0]?.state !== 'waiting', 20_000);
    expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
    expect(slow.came).toHaveLength(1);
  });
});

describe('hosts that do not answer', () => {
  it('do not hide what is for others, however much is owed to them', async () => {
    const slow = await open(() => {});
    const quick = await open((_request, response) => response.writeHead(202).end());
    const dead = names(100, slow.port);
    for (let post = 0; post < 12; post += 1) await owe(dead);
    await opened.ctx.database.pool.query(
      'insert into remote_hosts (host, failures, failures_since) select host, 1, now() from unnest($1::text[]) as host',
      [dead],
    );
    await owe([`quick.example:${quick.port}`]);
    await start();
    await until(() => quick.came.length === 1, 8000);
    expect(slow.came.length).toBeLessThanOrEqual(16);
    expect(new Set(slow.came).size).toBe(slow.came.length);
  });

  it('get what was written while they were away when they answer again', async () => {
    let isUp = false;
    const there = await open((request, response) =>
      isUp ? response.writeHead(202).end() : request.socket.resetAndDestroy(),
    );
    const host = `there.example:${there.port}`;
    await owe([host]);
    const courier = await start();
    await until(async () => (await rows())[0]?.attempts === 1);
    for (let post = 0; post < 3; post += 1) await owe([host]);
    // The first has a next try of its own; the others wait until the host is well.
    expect((await rows()).map(({ due_at }) => due_at.getTime() > Date.now() + 24 * 60 * minute)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    isUp = true;
    shiftMs += 2 * minute;
    courier.wake();
    await until(async () => (await rows()).every(({ state }) => state === 'delivered'));
  });

  it('is asked the more seldom the longer it has been away, and a question is no try', async () => {
    let isUp = false;
    const there = await open((request, response) =>
      isUp ? response.writeHead(202).end() : request.socket.resetAndDestroy(),
    );
    const host = `there.example:${there.port}`;
    const pause = async (): Promise<number> => {
      const { rows: found } = await opened.ctx.database.pool.query(
        'select closed_until, failures from remote_hosts where host = $1',
        [host],
      );
      return ((found[0]?.closed_until?.getTime() ?? 0) - clock().getTime()) / minute;
    };
    await owe([host]);
    const courier = await start();
    const ask = async (count: number): Promise<void> => {
      courier.wake();
      await until(() => there.came.length === count);
      await until(async () => (await rows())[0]?.leased_until === null);
      await until(async () => (await pause()) > 0.5);
    };
    await until(async () => (await rows())[0]?.attempts === 1);
    shiftMs += 2 * minute;
    await ask(2);
    expect(await pause()).toBeCloseTo(1, 0);
    expect(await rows()).toMatchObject([{ attempts: 2 }]);
    // By its own schedule it would come five minutes after the second try.
    shiftMs += 2 * minute;
    await ask(3);
    expect(await rows()).toMatchObject([{ attempts: 2 }]);
    shiftMs += 60 * minute;
    await ask(4);
    expect(await rows()).toMatchObject([{ attempts: 3 }]);
    expect(await pause()).toBeCloseTo(8, 0);
    const [seen] = await listHosts(opened.ctx, { limit: 10 });
    expect(seen).toMatchObject({ state: 'closed', waiting: 1, nextTryAt: seen?.closedUntil });
    shiftMs += 10 * 60 * minute;
    await ask(5);
    expect(await pause()).toBeCloseTo(30, 0);
    isUp = true;
    await noteAlive(opened.ctx.database.read, host, clock());
    courier.wake();
    await until(async () => (await rows())[0]?.state === 'delivered');
  });

  it('leave what was tried to its own schedule, whatever else fails', async () => {
    const host = 'dead.example';
    await owe([host]);
    await owe([host]);
    await opened.ctx.database.pool.query(
      "update deliveries set attempts = 1, due_at = now() - interval '1 minute' where id = 1",
    );
    const before = await rows();
    const outcome = judgeFailure(new FetchFailure('network', host), { attempts: 0, now: clock(), random: 0.5 });
    const result = { id: '2', host, isProven: true, isQuestion: false, outcome, learnt: null, isTry: true };
    await record(opened.ctx.database, [result], clock());
    expect((await rows())[0]).toEqual(before[0]);
    expect((await rows())[1]).toMatchObject({ attempts: 1, due_at: outcome.dueAt });
  });

  it('lose what was owed to them for five days', async () => {
    await opened.ctx.database.pool.query(
      "insert into remote_hosts (host, failures, failures_since) values ('dead.example', 6, now())",
    );
    await owe(['dead.example']);
    await purgeDelivered(opened.ctx);
    expect(await rows()).toMatchObject([{ state: 'waiting' }]);
    shiftMs += 5 * 24 * 60 * minute + minute;
    await purgeDelivered(opened.ctx);
    expect(await rows()).toMatchObject([{ state: 'failed', last_error: 'expired' }]);
  });
});

describe('a host that wants a pause', () => {
  it('gets nothing until then, also not what is written in the meantime, nor when it sends something itself', async () => {
    let wants: number | null = 3600;
    const there = await open((_request, response) =>
      wants === null ? response.writeHead(202).end() : response.writeHead(429, { 'retry-after': String(wants) }).end(),
    );
    const host = `there.example:${there.port}`;
    await answered([host]);
    await owe([host]);
    const courier = await start();
    await until(async () => (await rows())[0]?.attempts === 1);
    wants = null;
    await owe([host]);
    await noteAlive(opened.ctx.database.read, host, clock());
    // What is owed to somebody else in the meantime has come, and nothing there.
    await owe([`other.example:${there.port}`]);
    await until(async () => (await rows())[2]?.state === 'delivered');
    expect(there.came.filter((name) => name === host)).toHaveLength(1);
    expect((await listHosts(opened.ctx, { limit: 10 })).find((seen) => seen.host === host)?.state).toBe('open');
    shiftMs += 61 * minute;
    courier.wake();
    await until(async () => (await rows()).every(({ state }) => state === 'delivered'));
    expect(there.came.filter((name) => name === host)).toHaveLength(3);
  });
});
