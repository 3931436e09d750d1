// (a) The home timeline: 16 connections, each reader with their own token, against one prepared statement by the bare driver.
import { buildApp } from '#server/app.ts';
import { openContext } from '#server/context.ts';
import { loadConfig } from '#config/load.ts';
import { openLog } from '#server/platform/log.ts';
import type { Request } from 'autocannon';
import { accountId, readerNumbers, readerToken } from '../seed/size.ts';
import { serverEnv, type Rig } from '../rig.ts';
import { median } from '../table.ts';
import type { HttpFigures } from '../load/http.ts';

const connections = 16;
const scenario = 'home timeline';

export async function runHome(rig: Rig): Promise<void> {
  await reportStatements(rig);
  const server = await rig.server();
  const limit = await rig.limit();
  const readers = readerNumbers(rig.size);
  const ourJob = {
    url: server.url,
    requests: deal(readers, (number) => ({
      method: 'GET',
      path: '/api/v1/timelines/home?limit=20',
      headers: { authorization: `Bearer ${readerToken(number)}` },
    })),
  };
  const limitJob = {
    url: limit.url,
    requests: deal(readers, (number) => ({
      method: 'GET',
      path: `/home?limit=20&viewer=${accountId(number)}`,
      headers: {},
    })),
  };
  await comparePages(server.url, limit.url, readers.slice(0, 20));

  for (const job of [ourJob, limitJob]) await rig.http({ ...job, seconds: Math.min(3, rig.seconds) });
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rig.rounds; round += 1) {
    ours.push(await measure(rig, server.child.pid, () => rig.http({ ...ourJob, seconds: rig.seconds })));
    theirs.push(await measure(rig, limit.child.pid, () => rig.http({ ...limitJob, seconds: rig.seconds })));
  }
  const middle = (rounds: Measured[], pick: (round: Measured) => number): number => median(rounds.map(pick));
  const row = (figure: string, unit: string, pick: (round: Measured) => number) => ({
    scenario,
    figure,
    unit,
    ours: middle(ours, pick),
    limit: middle(theirs, pick),
  });
  rig.report(
    {
      ...row('requests', '/s', (round) => round.rate),
      ratio: median(ours.map((round, index) => round.rate / (theirs[index]?.rate ?? NaN))),
      aim: { ratio: 2 },
    },
    row('p50', 'ms', (round) => round.p50Ms),
    row('p99', 'ms', (round) => round.p99Ms),
    row('CPU of Node a request', 'ms', (round) => round.nodeMs / round.answers),
    row('CPU of PostgreSQL a request', 'ms', (round) => round.postgresMs / round.answers),
    row('answer', 'KB', (round) => round.bytes / round.answers / 1000),
  );
}

type Measured = HttpFigures & { nodeMs: number; postgresMs: number };

async function measure(rig: Rig, pid: number, work: () => Promise<HttpFigures>): Promise<Measured> {
  const { result, nodeMs, postgresMs } = await rig.spent(pid, work);
  return { ...result, nodeMs, postgresMs };
}

/** The readers dealt to the connections, as cards are. */
function deal(readers: readonly number[], toRequest: (reader: number) => Request): Request[][] {
  return Array.from({ length: connections }, (_, hand) =>
    readers.filter((_reader, index) => index % connections === hand).map(toRequest),
  );
}

/** Both must show the same posts in answers of nearly the same length, else the comparison would mean nothing. */
async function comparePages(serverUrl: string, limitUrl: string, readers: readonly number[]): Promise<void> {
  for (const number of readers) {
    const ours = await readText(`${serverUrl}/api/v1/timelines/home?limit=20`, readerToken(number));
    const theirs = await readText(`${limitUrl}/home?limit=20&viewer=${accountId(number)}`);
    const isSame = JSON.stringify(idsIn(ours)) === JSON.stringify(idsIn(theirs));
    if (!isSame)
      throw new Error(
        `the limit shows other posts to reader ${number}:\n${idsIn(ours).join()}\n${idsIn(theirs).join()}`,
      );
    if (Math.abs(ours.length / theirs.length - 1) > 0.03)
      throw new Error(`the limit's page has ${theirs.length} bytes, ours ${ours.length}: mend limits/home-page.ts`);
  }
}

async function readText(url: string, token?: string): Promise<string> {
  const answer = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

function idsIn(page: string): string[] {
  const statuses: unknown = JSON.parse(page);
  return Array.isArray(statuses) ? statuses.map((status: { id: string }) => status.id) : [];
}

/** Statements for the very first page of a reader, for the same page again, and for the page of somebody else. */
async function reportStatements(rig: Rig): Promise<void> {
  const { config, secrets } = loadConfig({ env: serverEnv(1, rig.database.folder, rig.database.url), file: null });
  const ctx = await openContext({
    config,
    secrets,
    log: openLog({ ...config, logLevel: 'error' }),
    databaseUrl: rig.database.url,
  });
  try {
    const app = await buildApp(ctx);
    const read = async (number: number): Promise<number> => {
      const before = ctx.database.statements();
      const answer = await app.inject({
        url: '/api/v1/timelines/home?limit=20',
        headers: { authorization: `Bearer ${readerToken(number)}` },
      });
      if (answer.statusCode !== 200)
        throw new Error(`home answered ${answer.statusCode}: ${answer.body.slice(0, 300)}`);
      return ctx.database.statements() - before;
    };
    const [first = 0, second = 0] = readerNumbers(rig.size);
    const [cold, hot, other] = [await read(first), await read(first), await read(second)];
    rig.report(
      { scenario, figure: 'statements, all caches cold', unit: '', ours: cold, limit: 1 },
      { scenario, figure: 'statements, another reader', unit: '', ours: other, limit: 1 },
      { scenario, figure: 'statements, hot', unit: '', ours: hot, limit: 1 },
    );
    await app.close();
  } finally {
    await ctx.close();
  }
}
