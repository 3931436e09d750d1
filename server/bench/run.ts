// npm run bench: seeds a database, measures the server beside the limits of the machine, and prints one table.
import { generateKeyPairSync } from 'node:crypto';
import { cpus } from 'node:os';
import { openBenchDatabase } from './database.ts';
import { help, readOptions, type BenchOptions, type ScenarioName } from './options.ts';
import { openRig, type Rig } from './rig.ts';
import { runHome } from './scenarios/home.ts';
import { drawTable, type Row } from './table.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const scenarios: Partial<Record<ScenarioName, (rig: Rig) => Promise<void>>> = { home: runHome };

async function run(options: BenchOptions): Promise<void> {
  const rows: Row[] = [];
  const database = await openBenchDatabase({
    keep: options.keep,
    size: options.size,
    say,
    onStep: (title, ms) => say(`  ${title.padEnd(32)} ${(ms / 1000).toFixed(1).padStart(6)} s`),
  });
  try {
    if (database.seedMs !== null)
      rows.push({
        scenario: 'seed',
        figure: `made, size ${options.size.name}`,
        unit: 's',
        ours: database.seedMs / 1000,
        limit: null,
        aim: { atMost: 300 },
      });
    if (!options.seedOnly) await measure(options, database, rows);
  } finally {
    await database.close();
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `\n${drawTable(rows)}\n`);
}

async function measure(
  options: BenchOptions,
  database: Awaited<ReturnType<typeof openBenchDatabase>>,
  rows: Row[],
): Promise<void> {
  say(
    `Measuring on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, ${options.rounds} pairs of rounds of ${options.seconds} s`,
  );
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const rig = await openRig({
    database,
    size: options.size,
    rounds: options.rounds,
    seconds: options.seconds,
    publicKey,
    say,
    report: (...found) => void rows.push(...found),
  });
  try {
    for (const name of options.only) {
      say(`Scenario ${name} …`);
      await scenarios[name]?.(rig);
    }
  } finally {
    await rig.close();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(`${help}\n`);
  else await run(options);
} catch (error) {
  say(`The bench stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
