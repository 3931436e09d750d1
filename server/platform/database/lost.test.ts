// Connections that are lost while they are in use.
import { afterEach, expect, test } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { openTestContext, type TestContext } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';

let opened: TestContext;
afterEach(() => opened.close());

test('a connection that is lost in the middle of a transaction ends the transaction, not the process, and is given back', async () => {
  opened = await openTestContext();
  const { pool, write } = opened.ctx.database;
  const backends = async (pid: number): Promise<number> =>
    (await pool.query('select from pg_stat_activity where pid = $1', [pid])).rows.length;
  const lost = write(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.sql);
    const pid = rows[0]?.pid ?? 0;
    await pool.query('select pg_terminate_backend($1)', [pid]);
    await until(async () => (await backends(pid)) === 0);
    await sql`select 1`.execute(tx.sql);
  });
  await expect(lost).rejects.toThrow();
  await until(() => pool.idleCount === pool.totalCount);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
