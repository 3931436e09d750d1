// (b) The inbox: signed Creates of one author whose key is known, against verify + JSON.parse + one INSERT. The requests are
// signed before the clock starts, and each is sent once to both.
import { addPeers, peerCount, signCreates } from '../peer.ts';
import type { Rig } from '../rig.ts';
import { firstLaterId } from '../seed/size.ts';
import { median } from '../table.ts';
import type { Request } from 'autocannon';

const scenario = 'inbox';
const connections = 16;
const warmRounds = 3;
const waitMs = 120_000;

interface Round {
  accepted: number;
  p99Ms: number;
  limitAccepted: number;
  limitP99Ms: number;
  limitNodeMs: number;
  limitPostgresMs: number;
  processed: number;
  settled: number;
  nodeMs: number;
  postgresMs: number;
}

export async function runInbox(rig: Rig): Promise<void> {
  await addPeers(rig.sql, rig.peerKeys);
  const server = await rig.server();
  const limit = await rig.limit();
  const count = rig.size.name === 'full' ? 1000 : 500;
  const once = (name: string, authors: number): Promise<Round> => round(rig, server, limit, { name, authors, count });
  // Both sides have seen as much before the clock starts, so that neither is measured while its code is still being compiled.
  for (let index = 0; index < warmRounds; index += 1) await once(`warm-${index}`, peerCount);
  const one: Round[] = [];
  const many: Round[] = [];
  for (let index = 0; index < Math.min(rig.rounds, 3); index += 1) {
    one.push(await once(`one-${index}`, 1));
    many.push(await once(`many-${index}`, peerCount));
  }
  const middle = (rounds: Round[], pick: (round: Round) => number): number => median(rounds.map(pick));
  const row = (figure: string, unit: string, ours: number, theirs: number | null) => ({
    scenario,
    figure,
    unit,
    ours,
    limit: theirs,
  });
  const accepted = (authors: string, rounds: Round[]) => ({
    ...row(
      `accepted (202), ${authors}`,
      '/s',
      middle(rounds, (it) => it.accepted),
      middle(rounds, (it) => it.limitAccepted),
    ),
    ratio: middle(rounds, (it) => it.accepted / it.limitAccepted),
    aim: { ratio: 0.5 },
  });
  rig.report(
    accepted('one author', one),
    accepted(`${peerCount} authors`, many),
    row(
      'p99 of the answer',
      'ms',
      middle(many, (it) => it.p99Ms),
      middle(many, (it) => it.limitP99Ms),
    ),
    row(
      'processed to visible, one author',
      '/s',
      middle(one, (it) => it.processed),
      null,
    ),
    row(
      `processed to visible, ${peerCount} authors`,
      '/s',
      middle(many, (it) => it.processed),
      null,
    ),
    row(
      'all that follows done',
      '/s',
      middle(many, (it) => it.settled),
      null,
    ),
    row(
      'processed a second of CPU',
      '/s',
      middle(many, (it) => 1000 / (it.nodeMs + it.postgresMs)),
      middle(many, (it) => 1000 / (it.limitNodeMs + it.limitPostgresMs)),
    ),
    row(
      'CPU of Node each',
      'ms',
      middle(many, (it) => it.nodeMs),
      middle(many, (it) => it.limitNodeMs),
    ),
    row(
      'CPU of PostgreSQL each',
      'ms',
      middle(many, (it) => it.postgresMs),
      middle(many, (it) => it.limitPostgresMs),
    ),
  );
}

type Running = Awaited<ReturnType<Rig['server']>>;

async function round(
  rig: Rig,
  server: Running,
  limit: Running,
  kind: { name: string; authors: number; count: number },
): Promise<Round> {
  const { name, authors, count } = kind;
  const requests = await signCreates(rig.peerKeys, count, authors, `${name}-${Date.now()}`);
  const hands = deal(requests);
  const before = await countPosts(rig);
  const handled = await rig.spent(server.child.pid, async () => {
    const start = performance.now();
    // The load generator sums up once a second: it is not waited for before the rest is looked at.
    const look = async (): Promise<{ visibleMs: number; settledMs: number }> => {
      await waitFor(async () => (await countPosts(rig)) >= before + count);
      const visibleMs = performance.now() - start;
      await waitFor(async () => isSettled(rig));
      return { visibleMs, settledMs: performance.now() - start };
    };
    const [accepted, seen] = await Promise.all([rig.http({ url: server.url, requests: hands }), look()]);
    return { accepted, ...seen };
  });
  const limited = await rig.spent(limit.child.pid, () => rig.http({ url: limit.url, requests: hands }));
  const { accepted, visibleMs, settledMs } = handled.result;
  return {
    accepted: accepted.rate,
    p99Ms: accepted.p99Ms,
    limitAccepted: limited.result.rate,
    limitP99Ms: limited.result.p99Ms,
    limitNodeMs: limited.nodeMs / count,
    limitPostgresMs: limited.postgresMs / count,
    processed: (count / visibleMs) * 1000,
    settled: (count / settledMs) * 1000,
    nodeMs: handled.nodeMs / count,
    postgresMs: handled.postgresMs / count,
  };
}

function deal(requests: readonly Request[]): Request[][] {
  return Array.from({ length: connections }, (_, hand) =>
    requests.filter((_request, index) => index % connections === hand),
  );
}

async function countPosts(rig: Rig): Promise<number> {
  const { rows } = await rig.sql.query<{ count: number }>('select count(*)::int as count from posts where id > $1', [
    firstLaterId,
  ]);
  return rows[0]?.count ?? 0;
}

async function isSettled(rig: Rig): Promise<boolean> {
  const { rows } = await rig.sql.query<{ done: boolean }>('select not exists (select from outbox_events) as done');
  return rows[0]?.done === true;
}

/** Looks ten times a second, so that looking costs nothing. */
async function waitFor(what: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`the inbox was not handled within ${waitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
