// The source tree as the architecture rules see it: paths, texts, imports, syntax.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, type ESTree } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['server', 'web', 'config', 'bin', 'migrations'];

export interface Import {
  /** As written: '#server/context.ts', 'undici'. */
  specifier: string;
  /** The path in the repository, or null for a package. */
  target: string | null;
  /** The names that are taken, as their own file calls them. */
  names: string[];
  line: number;
}

export interface Source {
  /** In the repository: 'server/features/posts/policy.ts'. */
  path: string;
  text: string;
  imports: Import[];
  program: ESTree.Program;
  comments: Array<{ value: string; line: number }>;
  /** The line, from 1, of a place in the text. */
  lineOf: (position: number) => number;
}

/** What breaks a rule: where, and what is there. */
export interface Finding {
  path: string;
  line: number;
  what: string;
}

/** One rule. `find` looks at one file; `advice` completes a failure with what to do. */
export interface Rule {
  name: string;
  advice: string;
  find: (source: Source) => Finding[];
}

/** Every TypeScript file of ours, without what other software wrote. */
export function readSources(): Source[] {
  return folders.flatMap((folder) => {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((path) => !/(^|\/)(fixtures|dist|node_modules)\//.test(path))
      .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
  });
}

/** One file, also one that exists only in a test. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (position: number): number => starts.findLastIndex((start) => start <= position) + 1;
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const exported = staticExports.flatMap(({ entries }) =>
    entries.filter(({ moduleRequest }) => moduleRequest !== null),
  );
  const imports = [
    ...staticImports.map(({ moduleRequest, entries, start }) => ({
      specifier: moduleRequest.value,
      names: entries.map(({ importName }) => importName.name ?? importName.kind),
      start,
    })),
    ...exported.map(({ moduleRequest, importName, start }) => ({
      specifier: moduleRequest?.value ?? '',
      names: [importName.name ?? importName.kind],
      start,
    })),
    ...dynamicImports.map(({ moduleRequest, start }) => ({
      specifier: text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/['"`]/g, ''),
      names: ['*'],
      start,
    })),
  ];
  return {
    path,
    text,
    program: parsed.program,
    comments: parsed.comments.map(({ value, start }) => ({ value, line: lineOf(start) })),
    lineOf,
    imports: imports.map(({ specifier, names, start }) => ({
      specifier,
      names,
      target: targetOf(path, specifier),
      line: lineOf(start),
    })),
  };
}

function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier));
  return null;
}

/** Tests and what they stand on. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /^server\/(testing|faults)\//.test(path) || /(^|\/)test-[^/]+\.ts$/.test(path);
}

/** The finding for a place in a file. */
export function at(source: Source, position: number, what: string): Finding {
  return { path: source.path, line: source.lineOf(position), what };
}
