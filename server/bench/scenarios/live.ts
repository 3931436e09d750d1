// (e) A post reaches the open pages of a hundred followers: against a bare Fastify that stores a row and writes to as many sockets.
import { startChild } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { accountId, readerNumbers, readerToken } from '../seed/size.ts';
import { percentile } from '../table.ts';
import type { LiveFigures, LiveJob } from '../load/live.ts';

const scenario = 'live update';
const mostSockets = 100;
/** The most followed after the herald: a quarter of all people read them. */
const popularAuthor = 2;

export async function runLive(rig: Rig): Promise<void> {
  const server = await rig.server();
  const limit = await rig.limit();
  const { child } = await startChild<'ready'>({ file: 'server/bench/load/live.ts' });
  try {
    const posts = rig.size.name === 'full' ? 15 : 5;
    const socketOf = (url: string): string => `${url.replace('http', 'ws')}/api/v1/streaming?stream=user`;
    const measure = async (author: number): Promise<[ours: LiveFigures, theirs: LiveFigures, sockets: number]> => {
      const tokens = await followersWithTokens(rig, author);
      const job = { tokens, authorToken: readerToken(author), posts };
      const ours: LiveJob = { ...job, socketUrl: socketOf(server.url), postUrl: `${server.url}/api/v1/statuses` };
      const theirs: LiveJob = { ...job, socketUrl: socketOf(limit.url), postUrl: `${limit.url}/post` };
      const ourRounds: LiveFigures[] = [];
      const theirRounds: LiveFigures[] = [];
      await child.ask<LiveFigures>({ ...ours, posts: 3 });
      for (let round = 0; round < Math.min(rig.rounds, 3); round += 1) {
        ourRounds.push(await child.ask<LiveFigures>(ours));
        await rig.settle();
        theirRounds.push(await child.ask<LiveFigures>(theirs));
      }
      return [merge(ourRounds), merge(theirRounds), tokens.length];
    };
    const [popular, popularLimit, sockets] = await measure(popularAuthor);
    const [herald, heraldLimit] = await measure(1);
    const row = (figure: string, ours: number, theirs: number) => ({
      scenario,
      figure,
      unit: 'ms',
      ours,
      limit: theirs,
    });
    rig.report(
      row(`p50, ${sockets} sockets`, percentile(popular.latencies, 0.5), percentile(popularLimit.latencies, 0.5)),
      {
        ...row(
          `p99, ${sockets} sockets`,
          percentile(popular.latencies, 0.99),
          percentile(popularLimit.latencies, 0.99),
        ),
        aim: { atMost: 100 },
      },
      row(
        'p99, an author with 10,000 followers',
        percentile(herald.latencies, 0.99),
        percentile(heraldLimit.latencies, 0.99),
      ),
      row('p50 of the answer to the author', percentile(popular.answers, 0.5), percentile(popularLimit.answers, 0.5)),
    );
  } finally {
    await child.stop();
  }
}

async function followersWithTokens(rig: Rig, author: number): Promise<string[]> {
  const byId = new Map(readerNumbers(rig.size).map((number) => [accountId(number), number]));
  const { rows } = await rig.sql.query<{ id: string }>(
    `select follower_id as id from follows where followee_id = $1 and state = 'accepted' and follower_id = any($2::bigint[]) order by follower_id limit $3`,
    [accountId(author), [...byId.keys()], mostSockets],
  );
  return rows.map(({ id }) => readerToken(byId.get(id) ?? 0));
}

function merge(rounds: readonly LiveFigures[]): LiveFigures {
  return { latencies: rounds.flatMap(({ latencies }) => latencies), answers: rounds.flatMap(({ answers }) => answers) };
}
