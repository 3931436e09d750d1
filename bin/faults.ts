// npm run faults: does to the server what may happen to it, and prints what it promises beside what was measured.
// `--only R1,R13` runs some of them, `--scale 0.1` a tenth of the activities and kills, `--json` prints the rows.
import { parseArgs } from 'node:util';
import { closeOnSignals } from '../server/bench/processes.ts';
import { faults } from '../server/faults/list.ts';
import { openRig } from '../server/faults/rig.ts';
import { runFaults } from '../server/faults/run.ts';
import { drawTable } from '../server/faults/table.ts';
import { findPrograms } from './system-programs.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = values.only?.split(',').map((id) => id.trim().toUpperCase());
const unknown = wanted?.filter((id) => !faults.some((fault) => fault.id === id)) ?? [];
const scale = Number(values.scale);
if (unknown.length > 0 || !(scale > 0 && scale <= 1)) {
  console.error(`Known are ${faults.map(({ id }) => id).join(', ')}; --scale is from 0 to 1.`);
  process.exit(2);
}
Object.assign(process.env, (await findPrograms()).environment);
const began = Date.now();
let isEnding = false;
const rig = await openRig({ scale, say: (line) => void (isEnding || console.error(line)) });
closeOnSignals(() => {
  console.error('Ending what runs …');
  isEnding = true;
  return rig.close();
});
try {
  const rows = await runFaults(
    rig,
    faults.filter(({ id }) => wanted?.includes(id) ?? true),
  );
  console.log(values.json ? JSON.stringify(rows, null, 2) : `\n${drawTable(rows)}`);
  const missed = rows.filter(({ isMet }) => !isMet).length;
  console.error(
    `\n${rows.length - missed} promises met, ${missed} missed, in ${Math.round((Date.now() - began) / 60_000)} minutes`,
  );
  if (missed > 0) process.exitCode = 1;
} finally {
  await rig.close();
}
