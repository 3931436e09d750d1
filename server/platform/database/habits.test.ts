// Statements that come often, on a real connection.
import { Pool } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase } from '#server/testing/context.ts';
import { createHabits, followHabits } from './habits.ts';

let pool: Pool;
let drop: () => Promise<unknown>;
let counted: number;
beforeEach(async () => {
  const database = await createDatabase();
  drop = database.drop;
  counted = 0;
  pool = new Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => {});
  const habits = createHabits();
  pool.on('connect', (client) =>
    followHabits(client as unknown as Parameters<typeof followHabits>[0], habits, () => (counted += 1)),
  );
});
afterEach(async () => {
  await pool.end();
  await drop();
});

const prepared = async (): Promise<string[]> =>
  (await pool.query<{ statement: string }>('select statement from pg_prepared_statements')).rows.map(
    ({ statement }) => statement,
  );
async function ask(text: string): Promise<unknown> {
  const client = await pool.connect();
  try {
    return (await client.query(text, ['7'])).rows;
  } finally {
    client.release();
  }
}

test('what comes often is prepared, what comes seldom is not', async () => {
  for (let time = 0; time < 60; time += 1) await ask('select $1::int as often');
  await ask('select $1::int as seldom');
  expect(await ask('select $1::int as often')).toEqual([{ often: 7 }]);
  expect(await prepared()).toEqual(['select $1::int as often']);
});

test('only so many texts are prepared', async () => {
  for (let text = 0; text < 130; text += 1) {
    for (let time = 0; time < 42; time += 1) await ask(`select $1::int as number_${text}`);
  }
  expect((await prepared()).length).toBe(120);
}, 60_000);

test('a table that changes does not break what is prepared on it', async () => {
  await pool.query('create table birds (id int); insert into birds values (7)');
  for (let time = 0; time < 60; time += 1) await ask('select * from birds where id = $1');
  await pool.query(`alter table birds add column name text default 'rook'`);
  expect(await ask('select * from birds where id = $1')).toEqual([{ id: 7, name: 'rook' }]);
  expect(await ask('select * from birds where id = $1')).toEqual([{ id: 7, name: 'rook' }]);
});

test('every statement is counted once', async () => {
  for (let time = 0; time < 50; time += 1) await ask('select $1::int as number');
  expect(counted).toBe(50);
});
