// The rule of who may deal with whom, held against its SQL twin on random graphs.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '#server/features/accounts/service/create.ts';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { mayFollow, mayInteract, noBlockBetween, isMuted } from './policy.ts';
import { readBetween } from './service/pair.ts';

let opened: TestContext;
const ids: string[] = [];
const people = 5;
const now = new Date('2026-05-01T12:00:00Z');
const keys = { rsaPublic: '', rsaPrivate: '', edPublic: '', edPrivate: '' };

beforeAll(async () => {
  opened = await openTestContext();
  await opened.ctx.database.write(async (tx) => {
    for (let n = 0; n < people; n += 1) ids.push(await createAccount(tx, opened.ctx, { username: `person${n}`, keys }));
    for (const n of [3, 4])
      await tx.sql
        .updateTable('accounts')
        .set({ domain: `far${n}.example` })
        .where('id', '=', ids[n]!)
        .execute();
  });
});
afterAll(() => opened.close());

const person = fc.integer({ min: 0, max: people - 1 });
const pairs = fc.uniqueArray(
  fc.tuple(person, person).filter(([one, other]) => one !== other),
  { selector: String, maxLength: 12 },
);
const mutes = fc.uniqueArray(fc.record({ pair: fc.tuple(person, person), ends: fc.constantFrom(null, -1, 0, 1) }), {
  selector: ({ pair }) => String(pair),
  maxLength: 12,
});

const domainBlocks = fc.uniqueArray(fc.tuple(person, fc.constantFrom(3, 4)), { selector: String, maxLength: 3 });

const standing = { opened: true, suspendedAt: null, deletedAt: null };

async function write(
  blocks: Array<[number, number]>,
  muted: Array<{ pair: [number, number]; ends: number | null }>,
  servers: Array<[number, number]>,
): Promise<void> {
  const { ctx } = opened;
  await ctx.database.write(async (tx) => {
    await sql`delete from blocks`.execute(tx.sql);
    await sql`delete from mutes`.execute(tx.sql);
    await sql`delete from domain_blocks`.execute(tx.sql);
    for (const [one, far] of servers) {
      await tx.sql
        .insertInto('domain_blocks')
        .values({ id: ctx.newId(), account_id: ids[one]!, domain: `far${far}.example`, created_at: now })
        .execute();
    }
    for (const [one, other] of blocks) {
      await tx.sql
        .insertInto('blocks')
        .values({ id: ctx.newId(), blocker_id: ids[one]!, blocked_id: ids[other]!, created_at: now })
        .execute();
    }
    for (const { pair, ends } of muted) {
      const expires_at = ends === null ? null : new Date(now.getTime() + ends * 1000);
      await tx.sql
        .insertInto('mutes')
        .values({ id: ctx.newId(), muter_id: ids[pair[0]]!, muted_id: ids[pair[1]]!, expires_at, created_at: now })
        .execute();
    }
  });
}

test('code and SQL agree about every pair', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, mutes, domainBlocks, async (blocks, muted, servers) => {
      await write(blocks, muted, servers);
      const rows = await sql<{ viewer: string; other: string; open: boolean; muted: boolean }>`
        select v.id as viewer, o.id as other,
          ${sql.join(
            ids.map((id) => sql`(v.id = ${id} and ${noBlockBetween(id, sql`o.id`)})`),
            sql` or `,
          )} as open,
          ${sql.join(
            ids.map((id) => sql`(v.id = ${id} and ${isMuted(id, sql`o.id`, now)})`),
            sql` or `,
          )} as muted
        from accounts v cross join accounts o where v.id = any(${ids}::bigint[]) and o.id = any(${ids}::bigint[])`.execute(
        opened.ctx.database.read,
      );
      expect(rows.rows).toHaveLength(people * people);
      for (const row of rows.rows) {
        const has = (list: Array<[number, number]>, one: string, other: string): boolean =>
          list.some(([from, to]) => ids[from] === one && ids[to] === other);
        const all = [...blocks, ...servers];
        const between = { blocking: has(all, row.viewer, row.other), blockedBy: has(all, row.other, row.viewer) };
        expect(await opened.ctx.database.write((tx) => readBetween(tx, row.viewer, row.other))).toEqual(between);
        const [viewer, other] = [
          { ...standing, id: row.viewer },
          { ...standing, id: row.other },
        ];
        expect(row.open).toBe(mayInteract(viewer, other, between));
        expect(mayFollow(viewer, other, between)).toBe(row.open && row.viewer !== row.other);
        const live = muted.filter(({ ends }) => ends === null || ends > 0).map(({ pair }) => pair);
        expect(row.muted).toBe(has(live, row.viewer, row.other));
      }
    }),
    { numRuns: 40 },
  );
});

test('nobody may deal with an account that is not open, suspended or deleted', () => {
  const free = { blocking: false, blockedBy: false };
  const alice = { ...standing, id: '1' };
  for (const change of [{ opened: false }, { suspendedAt: now }, { deletedAt: now }]) {
    const other = { ...standing, id: '2', ...change };
    expect([mayInteract(alice, other, free), mayInteract(other, alice, free), mayFollow(alice, other, free)]).toEqual([
      false,
      false,
      false,
    ]);
  }
});
