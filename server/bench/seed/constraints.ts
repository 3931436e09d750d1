// Loading a million rows under indexes and foreign keys takes four times as long as building them afterwards. So they are
// taken down first and put up again from the catalogue's own words, and the catalogue is compared at the end.
import type { Client } from 'pg';

const tables = ['posts', 'follows', 'likes', 'bookmarks', 'mentions', 'post_tags', 'feed_entries', 'notifications'];

interface Definition {
  table: string;
  name: string;
  definition: string;
}

/** What was taken down, in the order to put it up again. */
export interface Scaffold {
  constraints: Definition[];
  indexes: Definition[];
  foreignKeys: Definition[];
}

/** Drops foreign keys, then primary and unique keys, then indexes of the big tables. */
export async function takeDown(client: Client): Promise<Scaffold> {
  const scaffold = await readScaffold(client);
  for (const { table, name } of [...scaffold.foreignKeys, ...scaffold.constraints]) {
    await client.query(`alter table ${table} drop constraint ${client.escapeIdentifier(name)}`);
  }
  for (const { name } of scaffold.indexes) await client.query(`drop index ${client.escapeIdentifier(name)}`);
  return scaffold;
}

/** Puts everything up again. @throws when the catalogue then differs from what it was */
export async function putUp(client: Client, scaffold: Scaffold, onStep: (title: string) => void): Promise<void> {
  for (const table of tables) {
    const keys = scaffold.constraints.filter((constraint) => constraint.table === table);
    const indexes = scaffold.indexes.filter((index) => index.table === table);
    for (const { name, definition } of keys) {
      await client.query(`alter table ${table} add constraint ${client.escapeIdentifier(name)} ${definition}`);
    }
    for (const { definition } of indexes) await client.query(definition);
    onStep(`indexes of ${table}`);
  }
  for (const { table, name, definition } of scaffold.foreignKeys) {
    await client.query(`alter table ${table} add constraint ${client.escapeIdentifier(name)} ${definition}`);
  }
  onStep('foreign keys');
  const now = await readScaffold(client);
  if (JSON.stringify(now) !== JSON.stringify(scaffold))
    throw new Error('the seed did not restore every index and constraint');
}

async function readScaffold(client: Client): Promise<Scaffold> {
  const constraints = await client.query<Definition & { kind: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition, contype as kind
     from pg_constraint
     where (conrelid::regclass::text = any($1) or confrelid::regclass::text = any($1)) and contype in ('p', 'u', 'f')
       and (contype = 'f' or conrelid::regclass::text = any($1))
     order by 1, 2`,
    [tables],
  );
  const indexes = await client.query<Definition>(
    `select tablename as table, indexname as name, indexdef as definition from pg_indexes
     where schemaname = 'public' and tablename = any($1)
       and not exists (select from pg_constraint where conname = indexname and contype in ('p', 'u')) order by 1, 2`,
    [tables],
  );
  const definitions = constraints.rows.map(({ table, name, definition, kind }) => ({ table, name, definition, kind }));
  const withoutKind = ({ table, name, definition }: Definition): Definition => ({ table, name, definition });
  return {
    constraints: definitions.filter(({ kind }) => kind !== 'f').map(withoutKind),
    foreignKeys: definitions.filter(({ kind }) => kind === 'f').map(withoutKind),
    indexes: indexes.rows.map(withoutKind),
  };
}
