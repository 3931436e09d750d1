// Writes the migration from the last one's tables (migrations/schema.snapshot.json) to the entities of now:
// npm run migration -- add-polls
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MikroORM } from '@mikro-orm/postgresql';
import pino from 'pino';
import { ormOptions } from '#server/platform/database.ts';
import { openEmbeddedPostgres } from '#server/platform/embedded-postgres.ts';
import { migrate } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';

const subject = process.argv[2] ?? '';
if (!/^[a-z]+(-[a-z]+)*$/.test(subject)) {
  console.error('Say in a few words what changes, as in: npm run migration -- add-polls');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'rookery-migration-'));
const postgres = await openEmbeddedPostgres({
  dataDir: folder,
  log: pino({ level: 'silent' }),
  onProgress: () => {},
});
try {
  const { url } = postgres;
  await migrate(url, entities);
  const orm = await MikroORM.init(ormOptions(url, entities, { isDrafting: true }));
  const { fileName } = await orm.migrator.create(undefined, false, false, subject);
  await orm.close(true);
  if (fileName === '') console.log('The tables are as the entities say: nothing to migrate.');
  else console.log(`Wrote ${finish(fileName)}. Read it, and give its first line its reason.`);
} finally {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Gives the file the name and the form of the others; returns its path. */
function finish(fileName: string): string {
  const moment = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const name = `${moment}-${subject}`;
  const folderOfMigrations = ormOptions('', []).migrations.path;
  const from = join(folderOfMigrations, fileName);
  const to = join(dirname(from), `${name}.ts`);
  const className = subject.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  const text = readFileSync(from, 'utf8')
    .replace(/class \w+/, `class ${className}`)
    .replace(/(class \w+ extends Migration \{\n)(\s*override name = .*\n)?/, `$1  override name = '${name}';\n\n`);
  writeFileSync(from, `// ${subject.replaceAll('-', ' ')}\n${text}`);
  renameSync(from, to);
  spawnSync('npx', ['oxfmt', 'migrations'], { stdio: 'inherit' });
  return `migrations/${name}.ts`;
}
