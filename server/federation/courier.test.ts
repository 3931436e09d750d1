// The courier on a real database, with a made-up server that answers as a test wants.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from '#server/features/accounts/service/create.ts';
import { startCourier, type Courier } from '#server/platform/fediverse/courier.ts';
import { deliveryDepth, purgeDelivered, retryDelivery } from '#server/platform/fediverse/courier/upkeep.ts';
import { noteAlive } from '#server/platform/fediverse/hosts.ts';
import { importPublicKey } from '#server/platform/fediverse/keys.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { verifySignature } from '#server/platform/fediverse/signatures/verify.ts';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { openStranger, type StrangeServer } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';

interface Row {
  id: string;
  state: string;
  attempts: number;
  due_at: Date;
  leased_until: Date | null;
  last_status: number | null;
  last_error: string | null;
  inbox_url: string;
}

let opened: TestContext;
let there: StrangeServer;
let senderId: string;
let shiftMs: number;
let couriers: Courier[];
const clock = (): Date => new Date(Date.now() + shiftMs);

beforeEach(async () => {
  shiftMs = 0;
  couriers = [];
  [opened, there] = await Promise.all([openTestContext({ origin: 'http://localhost:1', clock }), openStranger()]);
  senderId = await opened.ctx.database.write((tx) => createAccount(tx, opened.ctx, { username: 'alice' }));
});
afterEach(async () => {
  await Promise.all(couriers.map((courier) => courier.stop()));
  await Promise.all([opened.close(), there.close()]);
});

const start = async (): Promise<Courier> => {
  const courier = await startCourier(opened.ctx);
  couriers.push(courier);
  return courier;
};

/** Owes an activity to inboxes. */
async function owe(
  inboxes: string[],
  options: { orderingKey?: string; cause?: string; name?: string } = {},
): Promise<void> {
  const name = options.name ?? randomUUID();
  const rows = sql.join(
    inboxes.map((inbox) => sql`select ${inbox} as inbox_url`),
    sql` union all `,
  );
  const activity = { id: `http://localhost:1/ap/activities/${name}`, type: 'Create' };
  await writeOutgoing(
    opened.ctx.database.read,
    { cause: options.cause ?? name, activity, senderId, orderingKey: options.orderingKey ?? name, inboxes: rows },
    clock(),
  );
}

async function rows(): Promise<Row[]> {
  return (await opened.ctx.database.pool.query<Row>('select * from deliveries order by id')).rows;
}

const names = (): string[] => there.delivered.map(({ activity }) => String(activity['id']).split('/').at(-1) ?? '');
const settled = (count: number): Promise<void> =>
  until(
    async () => (await rows()).filter(({ state, attempts }) => state !== 'waiting' || attempts > 0).length === count,
  );

describe('owing', () => {
  it('one delivery for each inbox, once for each cause', async () => {
    const inbox = `${there.origin}/inbox`;
    await owe([inbox, inbox, `${there.origin}/users/eve/inbox`], { cause: 'event-1' });
    await owe([inbox], { cause: 'event-1' });
    expect((await rows()).map(({ inbox_url }) => inbox_url)).toEqual([inbox, `${there.origin}/users/eve/inbox`]);
  });

  it('nothing when nobody is to get it, nor for hosts that have been silent for a week', async () => {
    await opened.ctx.database.pool.query(
      `insert into remote_hosts (host, failures, failures_since) values ('dead.example', 20, now() - interval '8 days'), ('ill.example', 20, now() - interval '6 days')`,
    );
    await owe(['https://dead.example/inbox']);
    expect(await rows()).toEqual([]);
    await owe(['https://dead.example/inbox', 'https://ill.example/inbox']);
    expect((await rows()).map(({ inbox_url }) => inbox_url)).toEqual(['https://ill.example/inbox']);
  });
});

describe('delivering', () => {
  it('signs with the key of the sender, over the body that is sent', async () => {
    await owe([`${there.origin}/inbox`]);
    await start();
    await settled(1);
    const [delivery] = there.delivered;
    const { rows: keys } = await opened.ctx.database.pool.query<{ key_id: string; rsa_public: string }>(
      'select key_id, rsa_public from account_keys',
    );
    const key = importPublicKey(keys[0]?.rsa_public ?? '');
    if (delivery === undefined || key === null) throw new Error('nothing came');
    const rawBody = Buffer.from(JSON.stringify(delivery.activity));
    const verdict = verifySignature({
      method: 'POST',
      path: '/inbox',
      headers: delivery.headers,
      rawBody,
      now: clock(),
      expectedHosts: [there.host],
      protocol: 'http',
      keyId: keys[0]?.key_id ?? '',
      key,
    });
    expect(verdict).toMatchObject({ ok: true });
    expect(delivery.headers['content-type']).toBe('application/activity+json');
    expect(delivery.headers['user-agent']).toContain('Rookery');
    expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 1, last_status: 202 }]);
  });

  it('tries the other signature after a 401, and remembers which one the host takes', async () => {
    there.answer(({ headers }) => ({ status: headers['signature-input'] === undefined ? 401 : 202 }));
    await owe([`${there.origin}/inbox`], { name: 'one' });
    await start();
    await settled(1);
    expect(names()).toEqual(['one', 'one']);
    await owe([`${there.origin}/inbox`], { name: 'two' });
    await settled(2);
    expect(names()).toEqual(['one', 'one', 'two']);
    expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 1 }, { state: 'delivered' }]);
  });

  it('keeps the order for one object and host, also over a failure, and does not hold up the rest', async () => {
    let isIll = true;
    there.answer(({ activity }) => ({ status: isIll && String(activity['id']).endsWith('a1') ? 500 : 202 }));
    for (const name of ['a1', 'a2', 'a3']) await owe([`${there.origin}/inbox`], { name, orderingKey: 'a' });
    await owe([`${there.origin}/inbox`], { name: 'b1', orderingKey: 'b' });
    const courier = await start();
    await settled(2);
    expect(names().toSorted()).toEqual(['a1', 'b1']);
    isIll = false;
    shiftMs += 2 * 60_000;
    courier.wake();
    await until(() => names().length === 5);
    expect(names().filter((name) => name.startsWith('a'))).toEqual(['a1', 'a1', 'a2', 'a3']);
  });

  it('has at most two under way to one host', async () => {
    let open = 0;
    let most = 0;
    const { createServer } = await import('node:http');
    const slow = createServer((request, response) => {
      open += 1;
      most = Math.max(most, open);
      request.resume().on('end', () => setTimeout(() => ((open -= 1), response.writeHead(202).end()), 20));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as { port: number };
    for (let place = 0; place < 20; place += 1) await owe([`http://localhost:${port}/inbox`]);
    await start();
    await settled(20);
    expect(most).toBe(2);
    slow.closeAllConnections();
    slow.close();
  });

  it('waits as long as it is asked to, with everything for that host', async () => {
    there.answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    await owe([`${there.origin}/inbox`]);
    const courier = await start();
    await settled(1);
    await owe([`${there.origin}/inbox`], { name: 'later' });
    there.answer(() => ({ status: 202 }));
    const [first] = await rows();
    expect((first?.due_at.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    shiftMs += 3601_000;
    courier.wake();
    await until(async () => (await rows()).every(({ state }) => state === 'delivered'));
  });

  it('lives on after a kill: what was in hand comes again when its lease ends', async () => {
    await owe([`${there.origin}/inbox`], { name: 'held' });
    await opened.ctx.database.pool.query(`update deliveries set leased_until = now() + interval '15 seconds'`);
    await owe([`${there.origin}/inbox`], { name: 'free' });
    const courier = await start();
    await settled(1);
    expect(names()).toEqual(['free']);
    shiftMs += 16_000;
    courier.wake();
    await settled(2);
    expect(names()).toEqual(['free', 'held']);
  });

  it('is shared by several couriers without delivering twice', async () => {
    await Promise.all([start(), start(), start()]);
    for (let place = 0; place < 60; place += 1) await owe([`${there.origin}/inbox`]);
    await settled(60);
    expect(there.delivered).toHaveLength(60);
  });
});

describe('a host that is down', () => {
  const dead = 'http://localhost:9/inbox';
  const host = async (): Promise<{ failures: number; closed_until: Date | null }> =>
    (await opened.ctx.database.pool.query('select * from remote_hosts where host = $1', ['localhost:9'])).rows[0];
  /** What a host did is written before what became of its deliveries. */
  const allWritten = (): Promise<void> =>
    until(async () => (await rows()).every(({ leased_until: leased }) => leased === null));

  it('is left alone after five failures, asked again after a while, and taken back when it answers', async () => {
    for (let place = 0; place < 8; place += 1) await owe([dead]);
    const courier = await start();
    await until(async () => (await host())?.closed_until != null);
    await allWritten();
    expect((await host()).failures).toBe(5);
    expect((await rows()).filter(({ attempts }) => attempts === 0).length).toBeGreaterThanOrEqual(2);
    const tries = (await rows()).reduce((sum, { attempts }) => sum + attempts, 0);

    shiftMs += 31 * 60_000;
    // One is asked; it loses a try only when its own turn has come, not when it was parked.
    const isTry = (await rows()).some(({ due_at }) => due_at <= clock());
    courier.wake();
    await until(async () => (await host()).failures === 6);
    await allWritten();
    expect((await rows()).reduce((sum, { attempts }) => sum + attempts, 0)).toBe(tries + (isTry ? 1 : 0));

    // It comes back, and shows so by sending something itself.
    await opened.ctx.database.pool.query('update deliveries set inbox_url = $1', [`${there.origin}/inbox`]);
    await noteAlive(opened.ctx.database.read, 'localhost:9', clock());
    expect(await host()).toMatchObject({ failures: 0, closed_until: null });
    courier.wake();
    await until(() => there.delivered.length === 8);
  });

  it('does not take the place of others', async () => {
    for (let place = 0; place < 200; place += 1) await owe([`http://localhost:${20_000 + place}/inbox`]);
    there.answer(() => ({ status: 202 }));
    for (let place = 0; place < 20; place += 1) await owe([`${there.origin}/inbox`]);
    await start();
    await until(() => there.delivered.length === 20, 10_000);
  });

  it('is given up after four days', async () => {
    await owe([dead]);
    const courier = await start();
    for (let days = 0; days < 8; days += 1) {
      await until(async () => (await rows())[0]?.last_error !== null);
      shiftMs += 24 * 60 * 60_000;
      courier.wake();
      await until(
        async () =>
          (await opened.ctx.database.pool.query('select 1 from deliveries where leased_until is not null')).rows
            .length === 0,
      );
    }
    await until(async () => (await rows())[0]?.state === 'failed');
    expect(await rows()).toMatchObject([{ last_error: 'expired' }]);
  });
});

describe('looking after it', () => {
  it('counts, tries again and forgets', async () => {
    there.answer(() => ({ status: 410 }));
    await owe([`${there.origin}/inbox`]);
    await start();
    await settled(1);
    expect(await deliveryDepth(opened.ctx)).toEqual({ waiting: 0, failed: 1 });
    there.answer(() => ({ status: 202 }));
    expect(await retryDelivery(opened.ctx)).toBe(1);
    await until(async () => (await rows())[0]?.state === 'delivered');
    expect(await purgeDelivered(opened.ctx)).toBe(0);
    shiftMs += 8 * 24 * 60 * 60_000;
    expect(await purgeDelivered(opened.ctx)).toBe(1);
    expect(await rows()).toEqual([]);
  });
});
