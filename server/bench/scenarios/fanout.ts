// (d) A post of the herald, whom everybody here follows, reaches all their home timelines: against one INSERT … SELECT.
import type { Rig } from '../rig.ts';
import { accountId, benchHost, firstLaterId, readerToken } from '../seed/size.ts';
import { median } from '../table.ts';

const scenario = 'fan-out';
const waitMs = 20_000;
const insertText = `insert into feed_entries (owner_id, post_id, author_id)
  select follower_id, $1, followee_id from follows where followee_id = $2 and state = 'accepted'`;

export async function runFanout(rig: Rig): Promise<void> {
  const server = await rig.server();
  const followers = rig.size.users - 1;
  await postOnce(rig, server.url);
  await insertOnce(rig, 0);
  const ours: Array<{ endMs: number; jobMs: number }> = [];
  const theirs: number[] = [];
  for (let index = 1; index <= Math.max(10, rig.rounds * 2); index += 1) {
    ours.push(await postOnce(rig, server.url));
    theirs.push(await insertOnce(rig, index));
  }
  const limit = median(theirs);
  rig.report(
    {
      scenario,
      figure: `to ${followers.toLocaleString('en')} followers, the job`,
      unit: 'ms',
      ours: median(ours.map(({ jobMs }) => jobMs)),
      limit,
    },
    {
      scenario,
      figure: 'from POST to the last entry',
      unit: 'ms',
      ours: median(ours.map(({ endMs }) => endMs)),
      limit,
    },
  );
}

/** The entries appear together, since one statement writes them: seeing one follower's is seeing all. Their number is checked. */
async function postOnce(rig: Rig, url: string): Promise<{ endMs: number; jobMs: number }> {
  const jobsBefore = await jobSeconds(url);
  const start = performance.now();
  const id = await rig.post(url, readerToken(1), `News for everybody ${Math.random()}`);
  const deadline = start + waitMs;
  const probe = {
    name: 'bench_entry',
    text: 'select 1 from feed_entries where owner_id = $1 and post_id = $2',
    values: [accountId(2), id],
  };
  while ((await rig.sql.query(probe)).rows.length === 0) {
    if (performance.now() > deadline) throw new Error(`no entry of the post ${id} within ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const endMs = performance.now() - start;
  const { rows } = await rig.sql.query<{ count: number }>(
    'select count(*)::int as count from feed_entries where post_id = $1',
    [id],
  );
  if (rows[0]?.count !== rig.size.users) throw new Error(`${rows[0]?.count} entries instead of ${rig.size.users}`);
  await rig.settle();
  return { endMs, jobMs: (await jobSeconds(url)) * 1000 - jobsBefore * 1000 };
}

async function insertOnce(rig: Rig, index: number): Promise<number> {
  const id = String(BigInt(firstLaterId) + BigInt(index) + 1n);
  const start = performance.now();
  await rig.sql.query({ name: 'bench_fanout', text: insertText, values: [id, accountId(1)] });
  return performance.now() - start;
}

/** What the server itself has measured of its fan-out jobs so far. */
async function jobSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { host: benchHost } })).text();
  const found = /^rookery_job_seconds_sum\{subscriber="post\.created\/timelines",outcome="done"\} (\S+)/m.exec(text);
  return Number(found?.[1] ?? 0);
}
