// Builds the web app into web/dist, unless it was built from the very same sources before.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, filesBelow, root } from './sources.ts';

const built = join(root, 'web', 'dist');
// Vite empties the folder first, so a build that was cut short leaves no stamp.
const stamp = join(built, '.built-from');

const sources = filesBelow('web', (path) => !path.startsWith(built) && !/\.test\.tsx?$/u.test(path));
const digest = digestOf([...sources, join(root, 'package-lock.json'), join(root, 'tsconfig.json')]);
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
