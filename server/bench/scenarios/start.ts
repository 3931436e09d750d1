// (f) From the start of the process to ready, database and all, on a folder that was used before; and what it then holds in memory.
import { builtProgram } from '#server/testing/child-server.ts';
import type { BenchDatabase } from '../database.ts';
import { postgresMb, postmasterOf, residentMb, serverFlags, serverMemory, startChild } from '../processes.ts';
import { freePort, serverEnv } from '../rig.ts';
import { median, type Row } from '../table.ts';

const scenario = 'start';
/** Long enough for the first collection of garbage, short enough for a person. */
const restMs = 3000;

interface Start {
  readyMs: number;
  serverMb: number;
  databaseMb: number;
}

/** Needs the database for itself: nobody may hold it while the server starts it. */
export async function runStart(database: BenchDatabase, rounds: number): Promise<Row[]> {
  const limits: Start[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) limits.push(await startLimit(database.url));
  await database.release();
  const starts: Start[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) starts.push(await startServer(database.folder));
  await database.open();
  const row = (figure: string, unit: string, pick: (start: Start) => number) => ({
    scenario,
    figure,
    unit,
    ours: median(starts.map(pick)),
    limit: median(limits.map(pick)),
  });
  return [
    { ...row('to ready, second start', 's', (start) => start.readyMs / 1000), aim: { atMost: 5 } },
    { ...row('memory after start', 'MB', (start) => start.serverMb), aim: { atMost: 200 } },
    { ...row('memory of PostgreSQL beside it', 'MB', (start) => start.databaseMb), limit: null },
  ];
}

async function startServer(folder: string): Promise<Start> {
  const file = await builtProgram('main.js');
  const start = performance.now();
  const { child } = await startChild<'ready'>({
    file,
    env: { ...serverEnv(await freePort(), folder, null), ...serverMemory },
    execArgv: serverFlags,
  });
  const readyMs = performance.now() - start;
  try {
    await new Promise((resolve) => setTimeout(resolve, restMs));
    return {
      readyMs,
      serverMb: (await residentMb(child.pid)) ?? NaN,
      databaseMb: (await postgresMb(await postmasterOf(folder))) ?? NaN,
    };
  } finally {
    await child.stop();
  }
}

/** A bare Fastify with a bare driver; its database runs already. */
async function startLimit(databaseUrl: string): Promise<Start> {
  const start = performance.now();
  const { child } = await startChild({ file: 'server/bench/limits/server.ts', env: { DATABASE_URL: databaseUrl } });
  const readyMs = performance.now() - start;
  try {
    await new Promise((resolve) => setTimeout(resolve, restMs));
    return { readyMs, serverMb: (await residentMb(child.pid)) ?? NaN, databaseMb: NaN };
  } finally {
    await child.stop();
  }
}
