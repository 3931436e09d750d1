// Where a server's time went: sums up what V8's sampling profiler wrote when the process ended.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
}

interface Profile {
  nodes: Array<{ id: number; callFrame: CallFrame }>;
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

const shownAreas = 14;
const shownFunctions = 20;

/** Makes the server write a profile into `folder` when it ends. */
export function profileArguments(folder: string): string[] {
  return ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', '500'];
}

/** What the longest profile in `folder` says, as lines: shares of the busy time by area and by function. */
export async function summarizeProfile(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const longest = texts.toSorted((one, other) => other.length - one.length)[0];
  if (longest === undefined) return ['The server left no profile.'];
  // Safe: the format of V8's own file.
  const profile = JSON.parse(longest) as Profile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const areas = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  let idle = 0;
  profile.samples.forEach((sample, index) => {
    const frame = frames.get(sample);
    const us = profile.timeDeltas[index] ?? 0;
    if (frame === undefined) return;
    if (frame.functionName === '(idle)') {
      idle += us;
      return;
    }
    busy += us;
    const area = areaOf(frame);
    const name = `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`;
    areas.set(area, (areas.get(area) ?? 0) + us);
    functions.set(name, (functions.get(name) ?? 0) + us);
  });
  const list = (sums: Map<string, number>, count: number): string[] =>
    [...sums]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, count)
      .map(([name, us]) => `  ${((us / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [
    `Busy ${(busy / 1e6).toFixed(1)} s, idle ${(idle / 1e6).toFixed(1)} s. By area:`,
    ...list(areas, shownAreas),
    'By function, itself without what it calls:',
    ...list(functions, shownFunctions),
  ];
}

/** A package, a folder of ours, a part of Node, or what V8 puts in brackets. */
function areaOf({ functionName, url }: CallFrame): string {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (found !== undefined) return found;
  const ours = /\/(server\/(?:features|platform)\/[^/]+|server|config)\//.exec(url)?.[1];
  if (ours !== undefined) return ours;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  return functionName.startsWith('(') ? functionName : 'native';
}

function placeOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return '';
  const short = url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules|server|config)\//, '$1/');
  return `${short}:${lineNumber + 1}`;
}

/** The statements that cost PostgreSQL most since `resetStatements`, as lines. */
export async function summarizeStatements(sql: Client): Promise<string[]> {
  const { rows } = await sql.query<{ ms: number; calls: string; each: number; text: string }>(
    `select total_exec_time + total_plan_time as ms, calls, (total_exec_time + total_plan_time) / calls as each, regexp_replace(query, '\\s+', ' ', 'g') as text
     from counting.pg_stat_statements where query not ilike '%bench%' and query not ilike '%counting.%' order by 1 desc limit 20`,
  );
  const line = (row: (typeof rows)[number]): string =>
    `  ${row.ms.toFixed(0).padStart(8)} ms  ${row.calls.padStart(7)} ×  ${row.each.toFixed(3).padStart(8)} ms  ${row.text.slice(0, 150)}`;
  return ['Statements by their time in PostgreSQL:', ...rows.map(line)];
}

/** Starts counting anew. */
export async function resetStatements(sql: Client): Promise<void> {
  await sql.query('select counting.pg_stat_statements_reset()');
}
