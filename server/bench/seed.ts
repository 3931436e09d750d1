// Fills an empty, migrated database with people, posts and follows: the same rows in every run, by set-based SQL.
import { readdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { hashPassword } from '#server/features/auth/service/passwords.ts';
import { makeAccountKeys } from '#server/features/accounts/service/create.ts';
import { hashToken } from '#server/platform/tokens.ts';
import { putUp, takeDown } from './seed/constraints.ts';
import { feedSteps } from './seed/feeds.ts';
import { functionSteps, type Step } from './seed/functions.ts';
import { peopleSteps } from './seed/people.ts';
import { draftSteps, postSteps } from './seed/posts.ts';
import { accountId, accountsStart, readerNumbers, readerToken, type SeedSize } from './seed/size.ts';
import { makePassages, makeTags, nameWords } from './seed/words.ts';
import { idAt } from '#server/platform/ids.ts';

/** Counts up when the seed makes other rows, so that a kept database is made anew. */
const seedVersion = 1;
const appId = idAt(new Date(accountsStart), 1);

/** Tells how long a step took; `ms` since the one before. */
export type OnStep = (title: string, ms: number) => void;

/** True when the database holds this seed on this schema. */
export async function isSeeded(url: string, size: SeedSize): Promise<boolean> {
  return withClient(url, async (client) => {
    const found = await client.query<{ present: boolean }>(`select to_regclass('bench.made') is not null as present`);
    if (found.rows[0]?.present !== true) return false;
    const made = await client.query<{ mark: string }>('select mark from bench.made');
    return made.rows[0]?.mark === (await seedMark(size));
  });
}

/** Fills the database at `url`, which must be migrated and empty. Returns how long it took, in ms. */
export async function seedDatabase(url: string, size: SeedSize, onStep: OnStep): Promise<number> {
  const start = performance.now();
  let last = start;
  const step = (title: string): void => {
    const now = performance.now();
    onStep(title, now - last);
    last = now;
  };
  await withClient(url, async (client) => {
    await prepareSession(client);
    const run = async (steps: Step[]): Promise<void> => {
      for (const { title, text } of steps) {
        await client.query(text);
        if (title !== '') step(title);
      }
    };
    const scaffold = await takeDown(client);
    await run(functionSteps(size));
    await insertTexts(client, size);
    step('texts, tags and keys');
    await run([...peopleSteps(size), ...draftSteps(size), ...feedSteps(size), ...postSteps(size)]);
    await insertTokens(client, size);
    await putUp(client, scaffold, step);
    await cleanUp(client);
    await client.query('vacuum (analyze)');
    step('vacuum and analyze');
    await client.query('create table bench.made (mark text not null)');
    await client.query('insert into bench.made values ($1)', [await seedMark(size)]);
  });
  return performance.now() - start;
}

/** What the seed depends on: its own version, its size and the schema. */
async function seedMark(size: SeedSize): Promise<string> {
  const folder = new URL('../../migrations/', import.meta.url);
  const hash = createHash('sha256').update(JSON.stringify([seedVersion, size]));
  for (const file of (await readdir(folder)).toSorted()) hash.update(await readFile(new URL(file, folder)));
  return hash.digest('base64url');
}

/** Plenty of memory for this session only; nothing is waited for on disk, since a broken seed is simply made again. */
async function prepareSession(client: Client): Promise<void> {
  const settings = {
    work_mem: '512MB',
    maintenance_work_mem: '512MB',
    synchronous_commit: 'off',
    max_parallel_maintenance_workers: '2',
    temp_buffers: '64MB',
    client_min_messages: 'warning',
  };
  for (const [name, value] of Object.entries(settings))
    await client.query('select set_config($1, $2, false)', [name, value]);
  const keys = await makeAccountKeys();
  const shared = {
    'bench.rsa_public': keys.rsaPublic,
    'bench.rsa_private': keys.rsaPrivate,
    'bench.ed_public': keys.edPublic,
    'bench.ed_private': keys.edPrivate,
    'bench.password_hash': await hashPassword('bench password'),
    'bench.app_id': appId,
  };
  for (const [name, value] of Object.entries(shared))
    await client.query('select set_config($1, $2, false)', [name, value]);
}

async function insertTexts(client: Client, size: SeedSize): Promise<void> {
  const passages = makePassages(Math.min(20_000, size.posts));
  await client.query(
    'create unlogged table bench.passages (k int primary key, text text not null, html text not null)',
  );
  await client.query(
    'insert into bench.passages select k, text, html from unnest($1::text[], $2::text[]) with ordinality as p (text, html, k)',
    [passages.map(({ text }) => text), passages.map(({ html }) => html)],
  );
  await client.query('create unlogged table bench.names (k int primary key, word text not null)');
  await client.query('insert into bench.names select k, word from unnest($1::text[]) with ordinality as n (word, k)', [
    nameWords(),
  ]);
  await client.query(
    `insert into tags (id, name, display, created_at) select k, name, name, $2 from unnest($1::text[]) with ordinality as t (name, k)`,
    [makeTags(size.tags), new Date(accountsStart)],
  );
  await client.query(`select setval(pg_get_serial_sequence('tags', 'id'), $1)`, [size.tags]);
  await client.query('analyze bench.passages, bench.names, tags');
}

async function insertTokens(client: Client, size: SeedSize): Promise<void> {
  const made = new Date(accountsStart);
  const numbers = readerNumbers(size);
  await client.query(
    `insert into oauth_apps (id, name, website, redirect_uris, scopes, client_id, client_secret_hash, created_at)
     values ($1, 'Bench', 'https://example.org/bench', '["urn:ietf:wg:oauth:2.0:oob"]', 'read write follow push', 'bench', 'bench', $2)`,
    [appId, made],
  );
  await client.query(
    `insert into access_tokens (id, token_hash, app_id, account_id, scopes, created_at)
     select id, hash, $4, account, 'read write follow push', $5 from unnest($1::bigint[], $2::text[], $3::bigint[]) as t (id, hash, account)`,
    [
      numbers.map((number) => idAt(made, number + 10)),
      numbers.map((number) => hashToken(readerToken(number))),
      numbers.map(accountId),
      appId,
      made,
    ],
  );
}

/** Only what the scenarios read stays. */
async function cleanUp(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select format('function %s', oid::regprocedure) as name from pg_proc where pronamespace = 'bench'::regnamespace
     union all select format('table bench.%I', relname) from pg_class where relnamespace = 'bench'::regnamespace and relkind = 'r'`,
  );
  // Functions that use others are plain text to PostgreSQL, so the order does not matter.
  for (const { name } of rows) await client.query(`drop ${name}`);
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'rookery bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
