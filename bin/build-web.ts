// Builds the web app into web/dist, unless it was built from the very same sources before.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'web', 'dist');
// Vite empties the folder first, so a build that was cut short leaves no stamp.
const stamp = join(built, '.built-from');

/** A digest over everything that the build reads: sources, settings of the build, versions of packages. */
function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(built) && !/\.test\.tsx?$/.test(path));
  for (const path of [...files.toSorted(), join(root, 'package-lock.json'), join(root, 'tsconfig.json')]) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

const digest = digestOfSources();
const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
if (!isCurrent) {
  console.log('Building the web app ...');
  const began = Date.now();
  const result = spawnSync('npm', ['run', '--silent', 'build:web', '--', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) {
    console.error('The web app could not be built; the lines above say why.');
    process.exit(1);
  }
  writeFileSync(stamp, digest);
  console.log(`Web app built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}
