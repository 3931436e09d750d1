// Runs faults one after the other on one rig. One that breaks is a promise that is missed, and the others go on.
import type { Fault } from './fault.ts';
import type { Rig } from './rig.ts';
import type { Row } from './table.ts';

/** The rows of the table. */
export async function runFaults(rig: Rig, chosen: readonly Fault[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { id, title, needsRedis, run } of chosen) {
    const began = Date.now();
    rig.say(`${id} ${title} …`);
    if (needsRedis === true && rig.redis === null) {
      rows.push({ id, title, promise: 'runs', measured: 'no redis-server here', isMet: false });
      continue;
    }
    const findings = await run(rig).catch((error: unknown) => [
      { promise: 'runs to its end', measured: String(error).split('\n')[0]?.slice(0, 120) ?? '', isMet: false },
    ]);
    rows.push(...findings.map((found) => ({ id, title, ...found })));
    for (const { promise, measured, isMet } of findings)
      rig.say(`   ${isMet ? 'met   ' : 'MISSED'} ${promise} – ${measured}`);
    rig.say(`   ${Math.round((Date.now() - began) / 1000)} s`);
  }
  return rows;
}
