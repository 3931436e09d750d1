// npm run bench: seeds a database, measures the server beside the limits of the machine, and prints one table.
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { openBenchDatabase, type BenchDatabase } from './database.ts';
import { help, readOptions, type BenchOptions, type ScenarioName } from './options.ts';
import { openRig, type Rig } from './rig.ts';
import { makePeerKeys } from './peer.ts';
import { closeOnSignals, endChildren, residentMb } from './processes.ts';
import { profileArguments, resetStatements, summarizeProfile, summarizeStatements } from './profile.ts';
import { runBoosted } from './scenarios/boosted.ts';
import { runDeliveries } from './scenarios/deliveries.ts';
import { runFanout } from './scenarios/fanout.ts';
import { runFilms } from './scenarios/films.ts';
import { runHome } from './scenarios/home.ts';
import { runInbox } from './scenarios/inbox.ts';
import { runJunk } from './scenarios/junk.ts';
import { runLive } from './scenarios/live.ts';
import { runPages } from './scenarios/pages.ts';
import { runPictures } from './scenarios/pictures.ts';
import { runSockets } from './scenarios/sockets.ts';
import { runStart } from './scenarios/start.ts';
import { runUploads } from './scenarios/uploads.ts';
import { drawTable, type Row } from './table.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** All that need the rig; `start` needs the database for itself and comes last. */
const scenarios: ReadonlyArray<[name: ScenarioName, run: (rig: Rig) => Promise<void>]> = [
  ['home', runHome],
  ['pages', runPages],
  ['fanout', runFanout],
  ['live', runLive],
  ['sockets', runSockets],
  ['inbox', runInbox],
  ['junk', runJunk],
  ['deliveries', runDeliveries],
  ['boosted', runBoosted],
  ['pictures', runPictures],
  ['films', runFilms],
  ['uploads', runUploads],
];

async function run(options: BenchOptions): Promise<void> {
  const rows: Row[] = [];
  const onStep = (title: string, ms: number): void =>
    say(`  ${title.padEnd(32)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
  const database = await openBenchDatabase({
    keep: options.keep,
    size: options.size,
    countStatements: options.profile,
    say,
    onStep,
  });
  closeOnSignals(async () => {
    say('Ending what runs …');
    await endChildren(database.folder);
    await database.close();
  });
  try {
    if (database.seedMs !== null) {
      rows.push({
        scenario: 'seed',
        figure: `made, size ${options.size.name}`,
        unit: 's',
        ours: database.seedMs / 1000,
        limit: null,
        aim: { atMost: 300 },
      });
    }
    if (!options.seedOnly) await measure(options, database, rows);
  } finally {
    await database.close();
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `\n${drawTable(rows)}\n`);
}

async function measure(options: BenchOptions, database: BenchDatabase, rows: Row[]): Promise<void> {
  const { size, rounds, seconds, only } = options;
  say(
    `Measuring on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, ${rounds} pairs of rounds of ${seconds} s`,
  );
  const report = (...found: Row[]): void => void rows.push(...found);
  const profiles = join(database.folder, 'profiles');
  if (options.profile) await rm(profiles, { recursive: true, force: true });
  const serverArguments = options.profile ? profileArguments(profiles) : [];
  const rig = await openRig({
    database,
    size,
    rounds,
    seconds,
    peerKeys: makePeerKeys(),
    settings: options.redisUrl === null ? {} : { REDIS_URL: options.redisUrl, REDIS_PREFIX: `bench-${process.pid}` },
    serverArguments,
    say,
    report,
  });
  try {
    if (options.profile) await resetStatements(rig.sql);
    const wanted = scenarios.filter(([name]) => only.includes(name));
    for (const [name, runScenario] of wanted) {
      say(`Scenario ${name} …`);
      await runScenario(rig);
    }
    if (wanted.length > 0) {
      const loaded = await residentMb((await rig.server()).child.pid);
      report({
        scenario: 'after load',
        figure: 'memory',
        unit: 'MB',
        ours: loaded,
        limit: await residentMb((await rig.limit()).child.pid),
      });
    }
    if (options.profile) (await summarizeStatements(rig.sql)).forEach(say);
  } finally {
    await rig.close();
  }
  if (options.profile) (await summarizeProfile(profiles)).forEach(say);
  if (!only.includes('start')) return;
  say('Scenario start …');
  report(...(await runStart(database, rounds)));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(`${help}\n`);
  else await run(options);
} catch (error) {
  say(`The bench stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
