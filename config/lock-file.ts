// Completes package-lock.json after a change of dependencies: `npm run lock:mend`.
// Some packages list a part for each platform, and a registry mirror may not carry all of them. npm then leaves those parts
// out of the lock file, and a later `npm ci` refuses it ("Missing: … from lock file"). Taking the parts out of the
// parents' lists would lock macOS and arm64 contributors out of them, so the opposite is done: each missing part
// gets an entry with its exact version and platform. npm skips it on other platforms without asking the registry, and
// on its own platform installs it where the registry has it; parts are optional, so elsewhere npm goes on without.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softwareFolder } from './parsers.ts';

/** What this file needs to know of a lock file. */
export interface LockFile {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/** The lock file with an entry for every platform part, the names of those that were added, and of those that tell no platform. */
export function mendLockFile<Lock extends LockFile>(lock: Lock): { lock: Lock; added: string[]; unclear: string[] } {
  const packages = { ...lock.packages };
  const added: string[] = [];
  const unclear: string[] = [];
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name)) continue;
      const part = platformPart(name, version, parent);
      if (part !== null) packages[`node_modules/${name}`] = part;
      (part === null ? unclear : added).push(name);
    }
  }
  const sorted = Object.entries(packages).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { lock: { ...lock, packages: Object.fromEntries(sorted) }, added, unclear };
}

/** Whether npm would find the package from this path: in its own folder or in one above. */
function isLocked(packages: LockFile['packages'], path: string, name: string): boolean {
  for (let place = path; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
    if (`${place === '' ? '' : `${place}/`}node_modules/${name}` in packages) return true;
    if (place === '') return false;
  }
}

/** An entry read off the name, such as @oxlint/binding-linux-x64-musl; null when the name tells no platform. */
function platformPart(name: string, version: string, parent: LockedPackage): LockedPackage | null {
  const shape =
    /[-/](android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/;
  const [, os, cpu, kind] = shape.exec(name) ?? [];
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return null;
  const libc = kind?.startsWith('musl') ? ['musl'] : kind?.startsWith('gnu') ? ['glibc'] : null;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc ? { libc } : {}),
    optional: true,
    os: [os],
  };
}

if (import.meta.main) {
  const file = join(softwareFolder, 'package-lock.json');
  const { lock, added, unclear } = mendLockFile(JSON.parse(readFileSync(file, 'utf8')));
  if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  if (unclear.length > 0) console.log(`Add by hand, npm ci will miss them: ${unclear.join(', ')}`);
  console.log(added.length > 0 ? `Added ${added.join(', ')}` : 'The lock file is complete.');
}
