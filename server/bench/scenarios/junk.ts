// (l) A thousand activities a second that are worth nothing, half of them unsigned and half with a forged signature of an author
// whom we know, while people read their home timelines: those must not feel it. Beside it the same pages in peace, and while the
// same junk goes to a bare server next door: what that moves is not ours, it is what sending and refusing take from the machine.
//
// Both come one by one, with gaps as chance makes them, like strangers who do not know of each other. What is promised is about a
// thousand a second, not about a thousand at once: those are a queue as long as their number, which no fast refusal takes away.
import type { HttpFigures, HttpJob } from '../load/http.ts';
import { addPeers, makePeerKeys, peerCount, signCreates } from '../peer.ts';
import { startChild } from '../processes.ts';
import type { Rig, Running } from '../rig.ts';
import { readerNumbers, readerToken } from '../seed/size.ts';
import { median } from '../table.ts';

const scenario = 'junk';
const perSecond = 1000;
const readsPerSecond = 100;
const readConnections = 16;
const junkConnections = 64;

interface Round {
  peace: HttpFigures;
  beside: HttpFigures;
  nextDoor: HttpFigures;
  thrown: HttpFigures;
  /** CPU for one refusal, in ms: ours, and the bare server's. */
  refusalMs: number;
  bareRefusalMs: number;
}

export async function runJunk(rig: Rig): Promise<void> {
  await addPeers(rig.sql, rig.peerKeys);
  const server = await rig.server();
  const limit = await rig.limit();
  // In all a minute of junk; a try-out has less.
  const seconds = rig.size.name === 'full' ? Math.ceil(60 / rig.rounds) : rig.seconds;
  const home = { ...homeJob(rig, server), seconds };
  const junk = { ...(await makeJunk()), seconds };
  const { child: sender } = await startChild<'ready'>({ file: 'server/bench/load/http.ts' });
  const throwAt = ({ url }: Running, forSeconds = seconds): Promise<HttpFigures> =>
    sender.ask<HttpFigures>({ ...junk, url, seconds: forSeconds });
  try {
    const warm = Math.min(3, seconds);
    await Promise.all([rig.http({ ...home, seconds: warm }), throwAt(server, warm)]);
    await throwAt(limit, warm);
    const rounds: Round[] = [];
    for (let round = 0; round < rig.rounds; round += 1) {
      const quiet = await rig.spent(server.child.pid, () => rig.http(home));
      const loud = await rig.spent(server.child.pid, () => Promise.all([rig.http(home), throwAt(server)]));
      const bare = await rig.spent(limit.child.pid, () => Promise.all([rig.http(home), throwAt(limit)]));
      const [beside, thrown] = loud.result;
      const [nextDoor, atLimit] = bare.result;
      rounds.push({
        peace: quiet.result,
        beside,
        nextDoor,
        thrown,
        refusalMs: (loud.nodeMs - quiet.nodeMs) / thrown.answers,
        bareRefusalMs: bare.nodeMs / atLimit.answers,
      });
    }
    report(rig, rounds);
  } finally {
    await sender.stop();
  }
}

function report(rig: Rig, rounds: readonly Round[]): void {
  const middle = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const peace = middle((round) => round.peace.p99Ms);
  const ratio = middle((round) => round.beside.p99Ms / round.peace.p99Ms);
  const machine = middle((round) => round.nextDoor.p99Ms / round.peace.p99Ms);
  rig.report(
    { scenario, figure: 'refused', unit: '/s', ours: middle((round) => round.thrown.rate), limit: perSecond },
    { scenario, figure: 'p99 of a refusal', unit: 'ms', ours: middle((round) => round.thrown.p99Ms), limit: null },
    {
      scenario,
      figure: 'CPU of Node for a refusal',
      unit: 'ms',
      ours: middle((round) => round.refusalMs),
      limit: middle((round) => round.bareRefusalMs),
    },
    {
      scenario,
      figure: 'home meanwhile: p50',
      unit: 'ms',
      ours: middle((round) => round.beside.p50Ms),
      limit: middle((round) => round.peace.p50Ms),
    },
    {
      scenario,
      figure: 'home meanwhile: p99',
      unit: 'ms',
      ours: middle((round) => round.beside.p99Ms),
      limit: peace,
      ratio,
    },
    {
      scenario,
      figure: 'home, junk at the bare server: p99',
      unit: 'ms',
      ours: middle((round) => round.nextDoor.p99Ms),
      limit: peace,
      ratio: machine,
    },
    { scenario, figure: 'p99 beside peace', unit: '×', ours: ratio, limit: null, aim: { atMost: 2 } },
  );
}

function homeJob({ size }: Rig, { url }: Running): HttpJob {
  const all = readerNumbers(size);
  return {
    url,
    perSecond: readsPerSecond,
    requests: Array.from({ length: readConnections }, (_, hand) =>
      all
        .filter((_reader, index) => index % readConnections === hand)
        .map((reader) => ({
          method: 'GET' as const,
          path: '/api/v1/timelines/home?limit=20',
          headers: { authorization: `Bearer ${readerToken(reader)}` },
        })),
    ),
  };
}

async function makeJunk(): Promise<Omit<HttpJob, 'url'>> {
  // Signed with a key that is not the author's.
  const forged = await signCreates(makePeerKeys(), 256, peerCount, `junk-${Date.now()}`);
  const requests = forged.map((request, index) => {
    if (index % 2 === 0) return request;
    const { signature: _, ...headers } = request.headers;
    return { ...request, headers };
  });
  return {
    perSecond,
    refused: true,
    requests: Array.from({ length: junkConnections }, (_, hand) =>
      requests.filter((_request, index) => index % junkConnections === hand),
    ),
  };
}
