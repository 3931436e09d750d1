// (m) A post of ours is boosted by somebody with readers everywhere: three thousand servers ask for it within a minute.
import type { Rig } from '../rig.ts';
import { readerNumbers, readerToken } from '../seed/size.ts';
import { residentMb } from '../processes.ts';

const scenario = 'boosted post';
const perSecond = 50;
const connections = 50;

export async function runBoosted(rig: Rig): Promise<void> {
  const server = await rig.server();
  const author = readerNumbers(rig.size).at(-1) ?? 1;
  const id = await rig.post(server.url, readerToken(author), `A letter that everybody shows on. ${Math.random()}`);
  await rig.settle();
  const seconds = rig.size.name === 'full' ? 60 : Math.max(4, rig.seconds);
  const idle = await perSecondOf(rig, () => pause(2000));
  const memory = await residentMb(server.child.pid);
  let read = { answers: NaN, p95Ms: NaN, nodeMs: NaN, postgresMs: NaN };
  const statements = await perSecondOf(rig, async () => {
    const spent = await rig.spent(server.child.pid, () =>
      rig.http({
        url: server.url,
        seconds,
        perSecond,
        requests: Array.from({ length: connections }, () => [
          { method: 'GET' as const, path: `/ap/posts/${id}`, headers: { accept: 'application/activity+json' } },
        ]),
      }),
    );
    read = { ...spent.result, nodeMs: spent.nodeMs, postgresMs: spent.postgresMs };
  });
  const grown = ((await residentMb(server.child.pid)) ?? NaN) - (memory ?? NaN);
  const row = (figure: string, unit: string, ours: number) => ({ scenario, figure, unit, ours, limit: null });
  rig.report(
    row(`read, in ${seconds} s`, '', read.answers),
    { ...row('p95', 'ms', read.p95Ms), aim: { atMost: 50 } },
    { ...row('statements; limit: at rest', '/s', statements), limit: idle, aim: { atMost: 20 } },
    row('CPU of Node a request', 'ms', read.nodeMs / read.answers),
    row('CPU of PostgreSQL a request', 'ms', read.postgresMs / read.answers),
    row('memory grown', 'MB', grown),
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How many transactions ended a second meanwhile: each statement that stands for itself is one. */
async function perSecondOf(rig: Rig, work: () => Promise<unknown>): Promise<number> {
  const before = await transactions(rig);
  const start = performance.now();
  await work();
  return (((await transactions(rig)) - before) / (performance.now() - start)) * 1000;
}

/** PostgreSQL tells after a second. */
async function transactions(rig: Rig): Promise<number> {
  await pause(1500);
  await rig.sql.query('select pg_stat_clear_snapshot()');
  const { rows } = await rig.sql.query<{ count: number }>(
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
  );
  return rows[0]?.count ?? 0;
}
