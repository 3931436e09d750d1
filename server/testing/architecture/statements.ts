// What may stand in which file: SQL, the network, the environment, the console, ways around the type checker, size.
import { Visitor, type VisitorObject } from 'vite';
import { at, isTest, type Finding, type Rule, type Source } from './source.ts';

type Report = (position: number, what: string) => void;

/** The findings of a walk over the syntax of one file. */
function walk(source: Source, visitors: (report: Report) => VisitorObject): Finding[] {
  const found: Finding[] = [];
  new Visitor(visitors((position, what) => found.push(at(source, position, what)))).visit(source.program);
  return found;
}

const sqlText =
  /^\s*(?:(?:select|SELECT)\s[\s\S]*\b(?:from|FROM)\s|(?:select|SELECT)\s+[\d$]|(?:insert|INSERT)\s+(?:into|INTO)\s|(?:update|UPDATE)\s+\S+\s+(?:set|SET)\s|(?:delete|DELETE)\s+(?:from|FROM)\s|(?:with|WITH)\s+\S+\s+(?:as|AS)\s*\()/;
const builders = ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom'];

const sqlRule: Rule = {
  name: 'routes hold no SQL',
  advice: 'Put the statement into queries or service and call that.',
  find: (source) => {
    if (!/^server\/features\/[^/]+\/routes(\.ts|\/)/.test(source.path) || isTest(source.path)) return [];
    return walk(source, (report) => ({
      TaggedTemplateExpression: (node) => {
        if (node.tag.type === 'Identifier' && node.tag.name === 'sql') report(node.start, 'sql`…`');
      },
      Literal: (node) => {
        if (typeof node.value === 'string' && sqlText.test(node.value)) report(node.start, 'a statement as text');
      },
      TemplateElement: (node) => {
        if (sqlText.test(node.value.raw)) report(node.start, 'a statement as text');
      },
      MemberExpression: (node) => {
        if (node.property.type === 'Identifier' && builders.includes(node.property.name))
          report(node.start, `.${node.property.name}(…)`);
      },
    }));
  },
};

const networkModules = [
  'undici',
  'axios',
  'got',
  'node-fetch',
  'http',
  'https',
  'http2',
  'node:http',
  'node:https',
  'node:http2',
];
/** What may be taken of those without leaving the server: types, and what listens or describes. */
const harmless = [
  'createServer',
  'STATUS_CODES',
  'METHODS',
  'IncomingMessage',
  'ServerResponse',
  'Server',
  'OutgoingHttpHeaders',
  'IncomingHttpHeaders',
  'RequestListener',
];

const networkRule: Rule = {
  name: 'only platform/fetch leaves the server by HTTP',
  advice: 'Call ctx.fetch: it checks where the connection goes, how long it takes and how much comes back.',
  find: (source) => {
    const isTheDoor = source.path === 'server/platform/fetch.ts' || source.path.startsWith('server/platform/fetch/');
    if (!source.path.startsWith('server/') || isTheDoor || isTest(source.path) || isMeasurement(source.path)) return [];
    const imported = source.imports
      .filter(
        ({ specifier, names }) => networkModules.includes(specifier) && !names.every((name) => harmless.includes(name)),
      )
      .map(({ specifier, names, line }) => ({
        path: source.path,
        line,
        what: `imports ${names.join(', ')} from ${specifier}`,
      }));
    // A name of the file's own hides the global one.
    const hasOwn = /\b(?:const|let|function|import)\b[^;=(]*\bfetch\b|[({,]\s*fetch\s*[,:})]/.test(source.text);
    const called = hasOwn
      ? []
      : walk(source, (report) => ({
          CallExpression: (node) => {
            if (node.callee.type === 'Identifier' && node.callee.name === 'fetch') report(node.start, 'fetch(…)');
          },
        }));
    const named = walk(source, (report) => ({
      MemberExpression: (node) => {
        const isGlobal = node.object.type === 'Identifier' && ['globalThis', 'global'].includes(node.object.name);
        if (isGlobal && node.property.type === 'Identifier' && node.property.name === 'fetch')
          report(node.start, 'globalThis.fetch');
      },
    }));
    return [...imported, ...called, ...named];
  },
};

const environmentRule: Rule = {
  name: 'the environment is read only in config and bin',
  advice: 'Add a row to config/settings.ts and read ctx.config.',
  find: (source) => {
    if (/^(config|bin)\//.test(source.path) || isTest(source.path) || isMeasurement(source.path)) return [];
    const found = walk(source, (report) => ({
      MemberExpression: (node) => {
        const isProcess = node.object.type === 'Identifier' && node.object.name === 'process';
        if (isProcess && node.property.type === 'Identifier' && node.property.name === 'env')
          report(node.start, 'process.env');
      },
    }));
    // The entry hands the environment over as a whole; it looks at no name in it.
    return found.filter(
      ({ line }) => !/loadConfig\(\{ env: process\.env\b/.test(source.text.split('\n')[line - 1] ?? ''),
    );
  },
};

const consoleRule: Rule = {
  name: 'only programs for a terminal write to it',
  advice: 'Write ctx.log, with fields instead of sentences.',
  find: (source) => {
    const isProgram =
      /^(bin|server\/cli|server\/bench)\//.test(source.path) ||
      ['server/main.ts', 'config/lock-file.ts'].includes(source.path);
    if (isProgram || isTest(source.path)) return [];
    return walk(source, (report) => ({
      MemberExpression: (node) => {
        if (node.object.type !== 'Identifier' || node.object.name !== 'console') return;
        // A page has no other log for its faults than the browser's.
        const isFault = node.property.type === 'Identifier' && node.property.name === 'error';
        if (!(source.path.startsWith('web/') && isFault)) report(node.start, 'console.…');
      },
    }));
  },
};

const typesRule: Rule = {
  name: 'nobody goes around the type checker',
  advice: 'Narrow the value, or parse it by a schema at the door.',
  find: (source) => {
    // Tests say what they expect of a value, field by field.
    const isFree = isTest(source.path);
    const ways = isFree
      ? /@ts-(ignore|nocheck)/
      : /@ts-(ignore|expect-error|nocheck)|(ox|es)lint-disable(?!-next-line \S+ -- \S)/;
    const comments = source.comments
      .filter(({ value }) => ways.test(value))
      .map(({ value, line }) => ({ path: source.path, line, what: value.trim() }));
    const syntax = walk(source, (report) => ({
      TSAnyKeyword: (node) => report(node.start, 'any'),
      TSNonNullExpression: (node) => report(node.start, 'a ! that nobody checks'),
    }));
    return isFree ? comments : [...comments, ...syntax];
  },
};

const finishedRule: Rule = {
  name: 'nothing is left for later',
  advice: 'Finish it, or open an issue and delete the note.',
  find: (source) => {
    const notes = source.comments
      .filter(({ value }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(value))
      .map(({ value, line }) => ({ path: source.path, line, what: value.trim().slice(0, 60) }));
    const tests = walk(source, (report) => ({
      MemberExpression: (node) => {
        const isTestWord =
          node.object.type === 'Identifier' && ['it', 'test', 'describe', 'suite'].includes(node.object.name);
        const isOff =
          node.property.type === 'Identifier' && ['skip', 'only', 'todo', 'fails'].includes(node.property.name);
        if (isTestWord && isOff && node.property.type === 'Identifier')
          report(node.start, `a test with .${node.property.name}`);
      },
    }));
    return [...notes, ...tests];
  },
};

const openingRule: Rule = {
  name: 'every file begins by saying what it is for',
  advice: 'Begin with one to three lines of comment, as you would tell a colleague.',
  find: (source) => {
    const begins = /^(#![^\n]*\n)?\s*(\/\/ ?\S|\/\*)/.test(source.text);
    return begins ? [] : [{ path: source.path, line: 1, what: 'no comment at the beginning' }];
  },
};

const longest = 400;

const sizeRule: Rule = {
  name: `no file is longer than ${longest} lines`,
  advice: 'Split it by verb.',
  find: (source) => {
    const lines = source.text.split('\n').length;
    const isGrown = source.path.startsWith('migrations/') || /\/locales\//.test(source.path);
    return lines <= longest || isGrown ? [] : [{ path: source.path, line: longest, what: `${lines} lines` }];
  },
};

/** Benchmarks and conformance runs play the part of a stranger outside. */
function isMeasurement(path: string): boolean {
  return /^server\/(bench|conformance)\//.test(path);
}

/** Rules about what stands in a file, each for one file at a time. */
export const statementRules = {
  sql: sqlRule,
  network: networkRule,
  environment: environmentRule,
  console: consoleRule,
  types: typesRule,
  finished: finishedRule,
  opening: openingRule,
  size: sizeRule,
};
