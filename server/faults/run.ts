// Runs faults on one rig: one after the other, and the quiet ones beside each other at the end. One that breaks is a promise
// that is missed, and the others go on.
import type { Fault } from './fault.ts';
import type { Rig } from './rig.ts';
import type { Row } from './table.ts';

/** The rows of the table, in the order of the faults. */
export async function runFaults(rig: Rig, chosen: readonly Fault[]): Promise<Row[]> {
  const rows = new Map<Fault, Row[]>();
  const run = async (fault: Fault): Promise<void> => void rows.set(fault, await runOne(rig, fault));
  for (const fault of chosen.filter(({ isQuiet }) => isQuiet !== true)) await run(fault);
  await Promise.all(chosen.filter(({ isQuiet }) => isQuiet === true).map(run));
  return chosen.flatMap((fault) => rows.get(fault) ?? []);
}

async function runOne(rig: Rig, { id, title, needsRedis, run }: Fault): Promise<Row[]> {
  const began = Date.now();
  rig.say(`${id} ${title} …`);
  if (needsRedis === true && rig.redis === null)
    return [{ id, title, promise: 'runs', measured: 'no redis-server here', isMet: false }];
  const own = { ...rig, say: (line: string) => rig.say(line.replace(/^ */u, `$&${id}: `)) };
  const findings = await run(own).catch((error: unknown) => [
    { promise: 'runs to its end', measured: String(error).split('\n')[0]?.slice(0, 120) ?? '', isMet: false },
  ]);
  for (const { promise, measured, isMet } of findings)
    rig.say(`   ${id} ${isMet ? 'met   ' : 'MISSED'} ${promise} – ${measured}`);
  rig.say(`   ${id} took ${Math.round((Date.now() - began) / 1000)} s`);
  return findings.map((found) => ({ id, title, ...found }));
}
