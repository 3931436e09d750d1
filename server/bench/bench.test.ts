// The bench itself works: a tiny seed is whole and the same each time, and a short run ends in a table. No figure is judged.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { createDatabase } from '#server/testing/context.ts';
import { openBenchDatabase, type BenchDatabase } from './database.ts';
import { readOptions } from './options.ts';
import { makePeerKeys } from './peer.ts';
import { openRig } from './rig.ts';
import { runFanout } from './scenarios/fanout.ts';
import { runHome } from './scenarios/home.ts';
import { runPictures } from './scenarios/pictures.ts';
import { seedDatabase } from './seed.ts';
import { sizes } from './seed/size.ts';
import { drawTable, median, percentile, reachesAim, type Row } from './table.ts';

const size = sizes.tiny;
const limitMs = 240_000;

/** What the seed wrote, in a form that two databases can be compared by. */
async function digest(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`select
      (select md5(string_agg(p::text, '' order by id)) from posts p) as posts,
      (select md5(string_agg(f::text, '' order by id)) from follows f) as follows,
      (select md5(string_agg(e::text, '' order by owner_id, post_id)) from feed_entries e) as feeds,
      (select md5(string_agg(l::text, '' order by id)) from likes l) as likes,
      (select md5(string_agg(a::text, '' order by id)) from accounts a) as accounts`);
    return rows[0];
  } finally {
    await client.end();
  }
}

describe('a run on a tiny seed', () => {
  let database: BenchDatabase;
  const rows: Row[] = [];

  beforeAll(async () => {
    database = await openBenchDatabase({ keep: null, size, countStatements: false, say: () => {}, onStep: () => {} });
  }, limitMs);
  afterAll(() => database.close(), limitMs);

  it('seeds what the size says, and the same in another database', { timeout: limitMs }, async () => {
    const other = await createDatabase();
    try {
      await seedDatabase(other.url, size, () => {});
      expect(await digest(other.url)).toEqual(await digest(database.url));
    } finally {
      await other.drop();
    }
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows: counts } =
      await client.query(`select (select count(*)::int from users) as users, (select count(*)::int from posts) as posts,
      (select count(*)::int from follows) as follows, (select followers_count from accounts order by id limit 1) as herald,
      (select count(*)::int from pg_constraint where not convalidated) as doubtful`);
    await client.end();
    expect(counts).toEqual([
      { users: size.users, posts: size.posts, follows: size.follows, herald: size.users - 1, doubtful: 0 },
    ]);
  });

  it('measures the server beside the limit', { timeout: limitMs }, async () => {
    const rig = await openRig({
      database,
      size,
      rounds: 1,
      seconds: 1,
      peerKeys: makePeerKeys(),
      serverArguments: [],
      settings: {},
      say: () => {},
      report: (...found) => void rows.push(...found),
    });
    try {
      await runHome(rig);
      await runFanout(rig);
      await runPictures(rig);
    } finally {
      await rig.close();
    }
    const requests = rows.find(({ figure }) => figure === 'requests');
    expect(requests?.ours).toBeGreaterThan(0);
    expect(requests?.limit).toBeGreaterThan(0);
    expect(rows.find(({ scenario }) => scenario === 'pictures')?.ours).toBeGreaterThan(0);
    expect(drawTable(rows)).toContain('home timeline');
  });
});

describe('figures', () => {
  it('shows each beside its limit and says whether the aim is reached', () => {
    const fast: Row = { scenario: 'a', figure: 'rate', unit: '/s', ours: 3000, limit: 1000, aim: { ratio: 2 } };
    const slow: Row = { scenario: 'a', figure: 'p99', unit: 'ms', ours: 120, limit: 10, aim: { atMost: 100 } };
    expect([fast, slow].map(reachesAim)).toEqual([true, false]);
    expect(drawTable([fast, slow]).split('\n').at(2)).toMatch(/^a +rate +3,000 \/s +1,000 \/s +3\.00× +≥ 2× +met$/);
    expect(drawTable([fast, slow])).toContain('MISSED');
  });

  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  });

  it('understands its options and refuses others', () => {
    expect(readOptions(['--only', 'home, inbox', '--quick'])).toMatchObject({
      only: ['home', 'inbox'],
      size: sizes.quick,
      rounds: 2,
    });
    expect(() => readOptions(['--only', 'homes'])).toThrow(/knows home/);
    expect(() => readOptions(['--rounds', '0'])).toThrow(/from 1 to 1000/);
    expect(readOptions(['--help'])).toBe('help');
  });
});
