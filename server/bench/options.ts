// What one may ask of a run on the command line.
import { parseArgs } from 'node:util';
import { sizes, type SeedSize } from './seed/size.ts';

export const scenarioNames = [
  'home',
  'pages',
  'inbox',
  'junk',
  'deliveries',
  'boosted',
  'fanout',
  'live',
  'sockets',
  'pictures',
  'films',
  'uploads',
  'start',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface BenchOptions {
  only: readonly ScenarioName[];
  size: SeedSize;
  keep: string | null;
  seedOnly: boolean;
  profile: boolean;
  redisUrl: string | null;
  rounds: number;
  seconds: number;
  json: boolean;
}

export const help = `Usage: npm run bench -- [options]

  --only LIST     some of ${scenarioNames.join(', ')}, separated by commas
  --quick         a small seed and short rounds, to try the bench itself
  --keep FOLDER   keep the seeded database there and use it again next time
  --rounds N      pairs of rounds (server, limit) of each scenario; default 5
  --seconds N     how long one round lasts; default 4
  --profile       also show where the server's time went; best with one scenario
  --redis URL     queue, bus and cache of the server on this Redis, which is written to
  --json          print the rows as JSON instead of a table
  --seed-only     make the seed and nothing else (npm run bench:seed)
  --help`;

/** @throws with a text for the person who typed it */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      size: { type: 'string' },
      keep: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      profile: { type: 'boolean', default: false },
      redis: { type: 'string' },
      json: { type: 'boolean', default: false },
      'seed-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const sizeName = values.size ?? (values.quick ? 'quick' : 'full');
  if (sizeName !== 'full' && sizeName !== 'quick' && sizeName !== 'tiny')
    throw new Error(`--size is full, quick or tiny, not ${sizeName}`);
  return {
    only: readOnly(values.only),
    size: sizes[sizeName],
    keep: values.keep ?? null,
    seedOnly: values['seed-only'],
    profile: values.profile,
    redisUrl: values.redis ?? null,
    rounds: readNumber('--rounds', values.rounds, values.quick ? 2 : 5),
    seconds: readNumber('--seconds', values.seconds, values.quick ? 2 : 4),
    json: values.json,
  };
}

function readOnly(text: string | undefined): readonly ScenarioName[] {
  if (text === undefined) return scenarioNames;
  return text.split(',').map((name) => {
    const found = scenarioNames.find((scenario) => scenario === name.trim());
    if (found === undefined) throw new Error(`--only knows ${scenarioNames.join(', ')}, not ${name}`);
    return found;
  });
}

function readNumber(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new Error(`${name} is a whole number from 1 to 1000`);
  return value;
}
