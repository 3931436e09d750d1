// The house rules of docs/build/architecture.md, held against the source tree; and a check that each rule can fail.
import { describe, expect, it } from 'vitest';
import { importRules } from '#server/testing/architecture/imports.ts';
import { readSource, readSources, type Rule } from '#server/testing/architecture/source.ts';
import { statementRules } from '#server/testing/architecture/statements.ts';

const sources = readSources();

/** Where a rule is broken, in a form that an editor can open. */
function broken(rule: Rule, files = sources): string[] {
  return files.flatMap((source) => rule.find(source)).map(({ path, line, what }) => `${path}:${line} ${what}`);
}

function brokenBy(rule: Rule, path: string, ...lines: string[]): string[] {
  return broken(rule, [readSource(path, lines.join('\n'))]);
}

describe.each(Object.values({ ...importRules, ...statementRules }))('$name', (rule) => {
  it('everywhere', () => {
    expect(broken(rule), `${rule.advice}\n`).toEqual([]);
  });
});

describe('each rule can fail', () => {
  it('the tree is read', () => {
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['server/context.ts', 'config/settings.ts']),
    );
    expect(sources.length).toBeGreaterThan(100);
  });

  it('floors', () => {
    const line = "import { x } from '#server/features/posts/policy.ts';";
    expect(brokenBy(importRules.floors, 'server/features/graph/service/follow.ts', '', line)).toEqual([
      'server/features/graph/service/follow.ts:2 graph imports posts',
    ]);
    expect(brokenBy(importRules.floors, 'server/features/graph/follow.test.ts', line)).toEqual([]);
    expect(brokenBy(importRules.floors, 'server/features/timelines/queries.ts', line)).toEqual([]);
    expect(brokenBy(importRules.floors, 'server/features/shop/entities.ts', '')).toHaveLength(1);
    expect(
      brokenBy(
        importRules.floors,
        'server/features/graph/a.ts',
        "const x = await import('#server/features/admin/routes.ts')",
      ),
    ).toHaveLength(1);
    expect(
      brokenBy(
        importRules.floors,
        'server/features/graph/a.ts',
        "export { x } from '#server/features/admin/routes.ts'",
      ),
    ).toHaveLength(1);
  });

  it('kinds', () => {
    const up = "import type { x } from './service/create.ts';";
    expect(brokenBy(importRules.kinds, 'server/features/posts/policy.ts', up)).toEqual([
      'server/features/posts/policy.ts:1 policy imports service of posts',
    ]);
    expect(
      brokenBy(importRules.kinds, 'server/features/posts/routes/read.ts', "import { x } from '../service/create.ts';"),
    ).toEqual([]);
    expect(
      brokenBy(importRules.kinds, 'server/features/posts/service.ts', "import '#server/features/graph/routes.ts'"),
    ).toHaveLength(1);
    expect(brokenBy(importRules.kinds, 'server/features/posts/helpers.ts', '')).toHaveLength(1);
  });

  it('platform, adapters, public APIs', () => {
    expect(
      brokenBy(importRules.platform, 'server/platform/ids.ts', "import '#server/features/posts/policy.ts'"),
    ).toHaveLength(1);
    const adapter = "import { openRedisBus } from '#server/platform/bus/redis.ts';";
    expect(brokenBy(importRules.adapters, 'server/features/posts/service/create.ts', adapter)).toHaveLength(1);
    expect(brokenBy(importRules.adapters, 'server/context.ts', adapter)).toEqual([]);
    expect(brokenBy(importRules.adapters, 'server/platform/bus/memory.ts', "import './redis.ts'")).toEqual([]);
    expect(
      brokenBy(importRules.adapters, 'server/app.ts', "import type { Bus } from '#server/platform/bus/bus.ts'"),
    ).toEqual([]);
    expect(brokenBy(importRules.publicApis, 'web/app.tsx', "import '#server/events.ts'")).toHaveLength(1);
  });

  it('spelling, barrels', () => {
    const verb = 'server/features/posts/service/create.ts';
    expect(brokenBy(importRules.spelling, verb, "import { x } from '../../graph/policy.ts'")).toHaveLength(1);
    expect(brokenBy(importRules.spelling, verb, "import { x } from '../policy.ts'")).toEqual([]);
    expect(
      brokenBy(importRules.barrels, 'server/platform/all.ts', "// all\nexport { x } from './ids.ts';"),
    ).toHaveLength(1);
    expect(
      brokenBy(importRules.barrels, 'server/platform/all.ts', "export * from './ids.ts'; const y = 1;"),
    ).toHaveLength(1);
    expect(brokenBy(importRules.barrels, 'server/platform/index.ts', 'export const x = 1;')).toHaveLength(1);
    expect(brokenBy(importRules.barrels, 'server/platform/text.ts', "export { x } from './text/clean.ts';")).toEqual(
      [],
    );
    expect(
      brokenBy(importRules.barrels, 'server/platform/a.ts', "export { x } from './ids.ts'; export const y = 1;"),
    ).toEqual([]);
  });

  it('SQL in routes', () => {
    const path = 'server/features/posts/routes.ts';
    for (const line of [
      'await sql`select 1`',
      "run('select id from posts')",
      'run(`delete from posts`)',
      'db.selectFrom("posts")',
    ]) {
      expect(brokenBy(statementRules.sql, path, line), line).not.toEqual([]);
      expect(brokenBy(statementRules.sql, 'server/features/posts/queries.ts', line), line).toEqual([]);
    }
    expect(brokenBy(statementRules.sql, path, "reply.send('Select a file, update it, delete it.')")).toEqual([]);
  });

  it('ways out of the server', () => {
    const path = 'server/features/posts/service/preview.ts';
    for (const line of [
      "import { request } from 'undici';",
      "import { request } from 'node:https';",
      "import http from 'node:http';",
      'const answer = await fetch(url);',
      'const answer = await globalThis.fetch(url);',
    ]) {
      expect(brokenBy(statementRules.network, path, line), line).toHaveLength(1);
      expect(brokenBy(statementRules.network, 'server/platform/fetch.ts', line), line).toEqual([]);
    }
    expect(
      brokenBy(
        statementRules.network,
        path,
        "import type { IncomingMessage } from 'node:http';",
        'await ctx.fetch(url);',
      ),
    ).toEqual([]);
  });

  it('environment, console', () => {
    expect(brokenBy(statementRules.environment, 'server/app.ts', 'const port = process.env.PORT;')).toHaveLength(1);
    expect(brokenBy(statementRules.environment, 'server/main.ts', 'loadConfig({ env: process.env });')).toEqual([]);
    expect(brokenBy(statementRules.environment, 'config/load.ts', 'process.env.PORT;')).toEqual([]);
    expect(brokenBy(statementRules.console, 'server/app.ts', 'console.log(1);')).toHaveLength(1);
    expect(brokenBy(statementRules.console, 'server/cli/main.ts', 'console.log(1);')).toEqual([]);
    expect(brokenBy(statementRules.console, 'web/app.tsx', 'console.error(fault);')).toEqual([]);
    expect(brokenBy(statementRules.console, 'web/app.tsx', 'console.log(1);')).toHaveLength(1);
  });

  it('types, unfinished work', () => {
    const path = 'server/app.ts';
    for (const line of ['let x: any;', 'x!.y;', '// @ts-ignore', '// oxlint-disable-next-line no-console']) {
      expect(brokenBy(statementRules.types, path, line), line).toHaveLength(1);
    }
    expect(brokenBy(statementRules.types, 'server/app.test.ts', 'x!.y; // any!')).toEqual([]);
    for (const line of ['// TODO later', '/* FIXME */', "it.skip('x', () => {});", "describe.only('x', () => {});"]) {
      expect(brokenBy(statementRules.finished, path, line), line).toHaveLength(1);
    }
    expect(brokenBy(statementRules.finished, path, "const todo = 'TODO'; list.skip(1);")).toEqual([]);
  });

  it('opening, size', () => {
    expect(brokenBy(statementRules.opening, 'server/app.ts', 'export const x = 1;')).toHaveLength(1);
    expect(brokenBy(statementRules.opening, 'server/app.ts', '#!/usr/bin/env node', '// A program.')).toEqual([]);
    expect(brokenBy(statementRules.size, 'server/app.ts', ...Array.from({ length: 401 }, () => ''))).toHaveLength(1);
    expect(brokenBy(statementRules.size, 'server/app.ts', ...Array.from({ length: 400 }, () => ''))).toEqual([]);
  });
});
