// From an empty database to this version, once, whoever comes first; and never over a newer one.
import { Client } from 'pg';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { entities } from '#server/schema.ts';
import { createDatabase } from '#server/testing/context.ts';
import { migrate, pendingMigrations, SchemaTooNew } from './migrate.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: Client;

beforeEach(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

it('two processes that come at once bring an empty database up together, each migration once', async () => {
  await client.query('create database rookery_empty_' + process.pid);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/rookery_empty_${process.pid}`;
  try {
    const waiting = await pendingMigrations(url.href);
    const steps: string[] = [];
    const both = await Promise.all([1, 2].map(() => migrate(url.href, entities, (name) => void steps.push(name))));
    expect(waiting.length).toBeGreaterThan(30);
    expect(steps).toEqual(waiting);
    expect(both.map((done) => done.length).toSorted((a, b) => a - b)).toEqual([0, waiting.length]);
    expect(await pendingMigrations(url.href)).toEqual([]);
  } finally {
    await client.query(`drop database rookery_empty_${process.pid} with (force)`);
  }
});

it('what a newer version has migrated is left alone, and the words say what to do', async () => {
  await client.query(`insert into migrations (name, executed_at) values ('29990101000000-of-the-future', now())`);
  await expect(migrate(database.url, entities)).rejects.toThrow(SchemaTooNew);
  await expect(pendingMigrations(database.url)).rejects.toThrow(/29990101000000-of-the-future.*restore the backup/u);
});
