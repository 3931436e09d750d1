// (c) Deliveries: posts of somebody with followers on a thousand servers, against signing alone with as many under way, and
// against signing and sending to the same servers and nothing else.
import { addFollowers } from '../peer.ts';
import { residentMb, startChild } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { accountId, readerNumbers, readerToken } from '../seed/size.ts';
import { median } from '../table.ts';
import type { SinkFigures, SinkQuestion } from '../load/sink.ts';
import type { SigningQuestion } from '../limits/signing.ts';

const scenario = 'deliveries';
const posts = 3;
/** As many as the courier has under way. */
const inFlight = 64;

export async function runDeliveries(rig: Rig): Promise<void> {
  const hosts = rig.size.name === 'full' ? 1000 : 100;
  const { child: sink, ready } = await startChild<{ inboxes: string[] }>({
    file: 'server/bench/load/sink.ts',
    env: { HOSTS: String(hosts) },
  });
  const { child: signer } = await startChild<'ready'>({ file: 'server/bench/limits/signing.ts' });
  try {
    // A quiet author: what is measured is the way out, not home timelines here.
    const author = readerNumbers(rig.size).at(-1) ?? 1;
    await addFollowers(rig.sql, accountId(author), ready.inboxes);
    const server = await rig.server();
    const count = hosts * posts;
    const deliver = async () => {
      const { result, nodeMs, postgresMs } = await rig.spent(server.child.pid, async () => {
        const arrived = sink.ask<SinkFigures>({ expect: count } satisfies SinkQuestion);
        const start = performance.timeOrigin + performance.now();
        for (let index = 0; index < posts; index += 1)
          await rig.post(server.url, readerToken(author), `A letter to everybody, ${index} ${Math.random()}`);
        return { ...(await arrived), start };
      });
      return {
        rate: (count / (result.lastAt - result.start)) * 1000,
        firstMs: result.firstAt - result.start,
        nodeMs: nodeMs / count,
        postgresMs: postgresMs / count,
      };
    };
    const bare = async (inboxes: readonly string[]) => {
      const question: SigningQuestion = { privateKey: rig.peerKeys.privateKey, count, inFlight, inboxes };
      const { result, nodeMs } = await rig.spent(signer.pid, () => signer.ask<{ ms: number }>(question));
      return { rate: (count / result.ms) * 1000, nodeMs: nodeMs / count };
    };
    await deliver();
    await bare([]);
    await bare(ready.inboxes);
    const memory = async (): Promise<number> => (await residentMb(server.child.pid)) ?? NaN;
    const atFirst = await memory();
    let atHalf = atFirst;
    const ours: Array<Awaited<ReturnType<typeof deliver>>> = [];
    const signed: Array<Awaited<ReturnType<typeof bare>>> = [];
    const sent: typeof signed = [];
    for (let index = 0; index < rig.rounds; index += 1) {
      if (index === Math.floor(rig.rounds / 2)) atHalf = await memory();
      const round = await deliver();
      ours.push(round);
      rig.say(
        `  ${count * (index + 2)} delivered: ${round.rate.toFixed(0)}/s, CPU of Node ${round.nodeMs.toFixed(2)} ms, of PostgreSQL ${round.postgresMs.toFixed(2)} ms each`,
      );
      signed.push(await bare([]));
      sent.push(await bare(ready.inboxes));
    }
    const atLast = await memory();
    const beside = (figure: string, limits: typeof signed) => ({
      scenario,
      figure,
      unit: '/s',
      ours: median(ours.map(({ rate }) => rate)),
      limit: median(limits.map(({ rate }) => rate)),
      ratio: median(ours.map(({ rate }, index) => rate / (limits[index]?.rate ?? NaN))),
    });
    rig.report(
      { ...beside(`delivered, ${hosts} hosts`, signed), aim: { ratio: 0.8 } },
      beside('the same, beside bare signing and sending', sent),
      {
        scenario,
        figure: 'post to its first delivery',
        unit: 'ms',
        ours: median(ours.map(({ firstMs }) => firstMs)),
        limit: null,
      },
      {
        scenario,
        figure: 'CPU of Node each',
        unit: 'ms',
        ours: median(ours.map(({ nodeMs }) => nodeMs)),
        limit: median(sent.map(({ nodeMs }) => nodeMs)),
      },
      {
        scenario,
        figure: 'CPU of PostgreSQL each',
        unit: 'ms',
        ours: median(ours.map(({ postgresMs }) => postgresMs)),
        limit: null,
      },
      {
        scenario,
        figure: `memory grown by ${count * rig.rounds} deliveries`,
        unit: 'MB',
        ours: atLast - atFirst,
        limit: null,
      },
      // A busy server takes more memory than a calm one; what must not be is that it takes more with each delivery.
      {
        scenario,
        figure: 'memory grown by the second half of them',
        unit: 'MB',
        ours: atLast - atHalf,
        limit: null,
        aim: { atMost: 50 },
      },
    );
  } finally {
    await sink.stop();
    await signer.stop();
  }
}
