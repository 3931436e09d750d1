// Whether node_modules holds exactly what package-lock.json asks for (exit code 0). Runs under any Node >= 20.
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
const wanted = read('package-lock.json');
const present = read('node_modules/.package-lock.json');

// Optional parts are there or not, as the platform has it; the rest must be there; nothing may be of another version.
const isComplete = Object.entries(wanted).every(
  ([path, entry]) =>
    path === '' ||
    (path in present ? present[path].version === entry.version : entry.optional || entry.devOptional || entry.peer),
);
process.exitCode = isComplete ? 0 : 1;
