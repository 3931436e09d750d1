// (g) What open pages cost: ten thousand WebSockets at rest in one process, and a post that reaches a thousand of them.
import { hashToken } from '#server/platform/tokens.ts';
import { idAt } from '#server/platform/ids.ts';
import type { Heard, Opened, Page, SocketsJob } from '../load/sockets.ts';
import { cpuMs, residentMb, startChild, type Child } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { accountId, accountsStart, readerToken, type SeedSize } from '../seed/size.ts';
import { percentile } from '../table.ts';

const scenario = 'sockets';
type PostJob = Extract<SocketsJob, { kind: 'post' }>;

/** The herald, whom everybody follows. */
const author = 1;
const counts: Record<SeedSize['name'], { open: number; hear: number }> = {
  full: { open: 10_000, hear: 1000 },
  quick: { open: 10_000, hear: 1000 },
  tiny: { open: 200, hear: 20 },
};
/** Long enough for the garbage of connecting to be collected, and for the tokens to be asked about several times. */
const restMs = 15_000;

interface Rest {
  megabytes: number;
  /** Share of one core that goes to doing nothing, in per cent. */
  idle: number;
  opened: Opened;
}

/** Starts with a fresh server, because its memory is what is measured. */
export async function runSockets(rig: Rig): Promise<void> {
  const pages = await preparePages(rig);
  await rig.stopServer();
  const server = await rig.server();
  const before = (await residentMb(server.child.pid)) ?? NaN;
  const limit = await rig.limit();
  const { child } = await startChild<'ready'>({ file: 'server/bench/load/sockets.ts' });
  try {
    const theirs = await rest(child, limit.child.pid, socketUrl(limit), pages);
    await ask(child, { kind: 'close' });
    // It tells all who are there, so only those who shall hear are.
    const hearers = pages.filter(({ hears }) => hears);
    await ask(child, { kind: 'open', url: socketUrl(limit), pages: hearers });
    const posts = Math.max(5, rig.rounds * 2);
    const post: PostJob = { kind: 'post', url: `${limit.url}/post`, token: '', posts };
    await ask(child, { ...post, posts: 2 });
    const theirsHeard = await ask<Heard>(child, post);
    await ask(child, { kind: 'close' });
    const ours = await rest(child, server.child.pid, socketUrl(server), pages);
    const ourPost: PostJob = { ...post, url: `${server.url}/api/v1/statuses`, token: readerToken(author) };
    await ask(child, { ...ourPost, posts: 2 });
    const oursHeard = await ask<Heard>(child, ourPost);
    if (oursHeard.lost > 0) throw new Error(`${oursHeard.lost} sockets were closed`);
    report(rig, { before, ours, theirs, oursHeard, theirsHeard });
  } finally {
    await child.stop();
  }
}

interface Found {
  before: number;
  ours: Rest;
  theirs: Rest;
  oursHeard: Heard;
  theirsHeard: Heard;
}

function report(rig: Rig, { before, ours, theirs, oursHeard, theirsHeard }: Found): void {
  const count = ours.opened.open;
  const named = count.toLocaleString('en');
  const listening = counts[rig.size.name].hear.toLocaleString('en');
  const row = (figure: string, unit: string, value: number, limit: number | null) => ({
    scenario,
    figure,
    unit,
    ours: value,
    limit,
  });
  const late = (share: number) =>
    row(
      `p${share * 100} to ${listening} of them`,
      'ms',
      percentile(oursHeard.latencies, share),
      percentile(theirsHeard.latencies, share),
    );
  rig.report(
    { ...row(`memory with ${named} open`, 'MB', ours.megabytes, theirs.megabytes), aim: { atMost: 400 } },
    row('memory of one', 'KB', ((ours.megabytes - before) * 1024) / count, null),
    row('opened', '/s', count / ours.opened.seconds, count / theirs.opened.seconds),
    row('CPU at rest', '%', ours.idle, theirs.idle),
    late(0.5),
    { ...late(0.99), aim: { atMost: 100 } },
  );
}

const socketUrl = ({ url }: { url: string }): string => `${url.replace('http', 'ws')}/api/v1/streaming`;
const ask = <Answer>(child: Child, job: SocketsJob): Promise<Answer> => child.ask<Answer>(job, 300_000);

async function rest(child: Child, pid: number, url: string, pages: Page[]): Promise<Rest> {
  const opened = await ask<Opened>(child, { kind: 'open', url, pages });
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await sleep(restMs / 3);
  const cpu = (await cpuMs(pid)) ?? NaN;
  await sleep((restMs / 3) * 2);
  const idle = ((((await cpuMs(pid)) ?? NaN) - cpu) / ((restMs / 3) * 2)) * 100;
  return { opened, idle, megabytes: (await residentMb(pid)) ?? NaN };
}

/** Everybody gets a token for this; the first followers of the author listen to their home, all others to what stays quiet. */
async function preparePages(rig: Rig): Promise<Page[]> {
  const { open, hear } = counts[rig.size.name];
  const { rows } = await rig.sql.query<{ id: string }>(
    `select follower_id as id from follows where followee_id = $1 and state = 'accepted' order by follower_id limit $2`,
    [accountId(author), open],
  );
  const tokenOf = (index: number): string => `bench-socket-${index}`;
  await rig.sql.query(
    `insert into access_tokens (id, token_hash, app_id, account_id, scopes, created_at)
     select id, hash, (select id from oauth_apps where client_id = 'bench'), account, 'read', $4
     from unnest($1::bigint[], $2::text[], $3::bigint[]) as t (id, hash, account) on conflict do nothing`,
    [
      rows.map((_row, index) => idAt(new Date(accountsStart + index * 1000), 7)),
      rows.map((_row, index) => hashToken(tokenOf(index))),
      rows.map(({ id }) => id),
      new Date(accountsStart),
    ],
  );
  return Array.from({ length: open }, (_, index) => ({
    token: tokenOf(index % rows.length),
    stream: index < hear ? 'user' : 'user:notification',
    hears: index < hear,
  }));
}
