// (l) A thousand activities a second that are worth nothing, half of them unsigned and half with a forged signature of an author
// whom we know, while people read their home timelines: those must not feel it. Beside it the same pages in peace.
import type { HttpFigures, HttpJob } from '../load/http.ts';
import { addPeers, makePeerKeys, peerCount, signCreates } from '../peer.ts';
import { startChild } from '../processes.ts';
import type { Rig, Running } from '../rig.ts';
import { readerNumbers, readerToken } from '../seed/size.ts';
import { median } from '../table.ts';

const scenario = 'junk';
const perSecond = 1000;
const readsPerSecond = 100;
const readers = 4;
const junkConnections = 16;

export async function runJunk(rig: Rig): Promise<void> {
  await addPeers(rig.sql, rig.peerKeys);
  const server = await rig.server();
  // In all a minute of junk; a try-out has less.
  const seconds = rig.size.name === 'full' ? Math.ceil(60 / rig.rounds) : rig.seconds;
  const home = { ...homeJob(rig, server), seconds };
  const junk = { ...(await junkJob(server)), seconds };
  const { child: sender } = await startChild<'ready'>({ file: 'server/bench/load/http.ts' });
  try {
    await rig.http({ ...home, seconds: Math.min(3, seconds) });
    const [peace, beside, thrown]: [HttpFigures[], HttpFigures[], HttpFigures[]] = [[], [], []];
    let refusedMs = 0;
    for (let round = 0; round < rig.rounds; round += 1) {
      const quiet = await rig.spent(server.child.pid, () => rig.http(home));
      const loud = await rig.spent(server.child.pid, () =>
        Promise.all([rig.http(home), sender.ask<HttpFigures>(junk)]),
      );
      peace.push(quiet.result);
      beside.push(loud.result[0]);
      thrown.push(loud.result[1]);
      refusedMs += loud.nodeMs - quiet.nodeMs;
    }
    const p99 = (rounds: HttpFigures[]): number => median(rounds.map(({ p99Ms }) => p99Ms));
    const answers = thrown.reduce((sum, round) => sum + round.answers, 0);
    const ratio = median(beside.map((round, index) => round.p99Ms / (peace[index]?.p99Ms ?? NaN)));
    rig.report(
      { scenario, figure: 'refused', unit: '/s', ours: median(thrown.map(({ rate }) => rate)), limit: perSecond },
      { scenario, figure: 'p99 of a refusal', unit: 'ms', ours: p99(thrown), limit: null },
      { scenario, figure: 'CPU of Node for a refusal', unit: 'ms', ours: refusedMs / answers, limit: null },
      { scenario, figure: 'home meanwhile: p99', unit: 'ms', ours: p99(beside), limit: p99(peace), ratio },
      { scenario, figure: 'p99 beside peace', unit: '×', ours: ratio, limit: null, aim: { atMost: 2 } },
    );
  } finally {
    await sender.stop();
  }
}

function homeJob({ size }: Rig, { url }: Running): HttpJob {
  const all = readerNumbers(size);
  return {
    url,
    perSecond: readsPerSecond,
    requests: Array.from({ length: readers }, (_, hand) =>
      all
        .filter((_reader, index) => index % readers === hand)
        .map((reader) => ({
          method: 'GET' as const,
          path: '/api/v1/timelines/home?limit=20',
          headers: { authorization: `Bearer ${readerToken(reader)}` },
        })),
    ),
  };
}

async function junkJob({ url }: Running): Promise<HttpJob> {
  // Signed with a key that is not the author's.
  const forged = await signCreates(makePeerKeys(), junkConnections * 16, peerCount, `junk-${Date.now()}`);
  const requests = forged.map((request, index) => {
    if (index % 2 === 0) return request;
    const { signature: _, ...headers } = request.headers ?? {};
    return { ...request, headers };
  });
  return {
    url,
    perSecond,
    refused: true,
    requests: Array.from({ length: junkConnections }, (_, hand) =>
      // Both kinds come on each connection.
      requests.filter((_request, index) => Math.floor(index / 2) % junkConnections === hand),
    ),
  };
}
