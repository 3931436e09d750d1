// Reading a page again and again: ours and the limit's in turns, and the statements that ours costs.
import { buildApp } from '#server/app.ts';
import { openContext } from '#server/context.ts';
import { loadConfig } from '#config/load.ts';
import { openLog } from '#server/platform/log.ts';
import type { Request } from 'autocannon';
import type { HttpFigures } from '../load/http.ts';
import { serverEnv, type Rig } from '../rig.ts';
import { accountId, readerToken } from '../seed/size.ts';
import { median, type Row } from '../table.ts';

/** A page of one reader, as our server and as the limit answers it. */
export interface Visit {
  /** The reader's account, by its number in the seed. */
  reader: number;
  path: string;
  /** Name and query of the limit's page, beside the reader. */
  limitPath: string;
}

export interface Reading {
  scenario: string;
  /** At least two, of two readers, so that the page of somebody else can be counted. */
  visits: readonly Visit[];
  connections: number;
  /** Aims of the rate beside the limit's, and of the 99th percentile in ms. */
  aims: { ratio: number; p99Ms?: number };
}

export type Measured = HttpFigures & { nodeMs: number; postgresMs: number };

/** Measures one kind of page and reports it. */
export async function measureReading(rig: Rig, reading: Reading): Promise<void> {
  const { scenario, visits, connections, aims } = reading;
  await reportStatements(rig, reading);
  const server = await rig.server();
  const limit = await rig.limit();
  await comparePages(server.url, limit.url, visits.slice(0, 20));
  const ourJob = {
    url: server.url,
    requests: deal(visits, connections, ({ path, reader }) => ({
      method: 'GET',
      path,
      headers: authorization(reader),
    })),
  };
  const limitJob = {
    url: limit.url,
    requests: deal(visits, connections, (visit) => ({ method: 'GET', path: limitPathOf(visit), headers: {} })),
  };
  for (const job of [ourJob, limitJob]) await rig.http({ ...job, seconds: Math.min(3, rig.seconds) });
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rig.rounds; round += 1) {
    ours.push(await measure(rig, server.child.pid, () => rig.http({ ...ourJob, seconds: rig.seconds })));
    theirs.push(await measure(rig, limit.child.pid, () => rig.http({ ...limitJob, seconds: rig.seconds })));
  }
  const middle = (rounds: Measured[], pick: (round: Measured) => number): number => median(rounds.map(pick));
  const row = (figure: string, unit: string, pick: (round: Measured) => number): Row => ({
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
      aim: { ratio: aims.ratio },
    },
    row('p50', 'ms', (round) => round.p50Ms),
    {
      ...row('p99', 'ms', (round) => round.p99Ms),
      ...(aims.p99Ms === undefined ? {} : { aim: { atMost: aims.p99Ms } }),
    },
    row('CPU of Node a request', 'ms', (round) => round.nodeMs / round.answers),
    row('CPU of PostgreSQL a request', 'ms', (round) => round.postgresMs / round.answers),
    row('answer', 'KB', (round) => round.bytes / round.answers / 1000),
  );
}

const authorization = (reader: number): Record<string, string> => ({ authorization: `Bearer ${readerToken(reader)}` });
const limitPathOf = ({ limitPath, reader }: Visit): string =>
  `${limitPath}${limitPath.includes('?') ? '&' : '?'}viewer=${accountId(reader)}`;

async function measure(rig: Rig, pid: number, work: () => Promise<HttpFigures>): Promise<Measured> {
  const { result, nodeMs, postgresMs } = await rig.spent(pid, work);
  return { ...result, nodeMs, postgresMs };
}

/** The visits dealt to the connections, as cards are; with few of them several connections make the same ones. */
function deal(visits: readonly Visit[], connections: number, toRequest: (visit: Visit) => Request): Request[][] {
  return Array.from({ length: connections }, (_, hand) => {
    const own = visits.filter((_visit, index) => index % connections === hand);
    return (own.length === 0 ? [...visits] : own).map(toRequest);
  });
}

/** Both must show the same posts in answers of nearly the same length, else the comparison would mean nothing. */
async function comparePages(serverUrl: string, limitUrl: string, visits: readonly Visit[]): Promise<void> {
  for (const visit of visits) {
    const ours = await readText(`${serverUrl}${visit.path}`, authorization(visit.reader));
    const theirs = await readText(`${limitUrl}${limitPathOf(visit)}`);
    if (JSON.stringify(idsIn(ours)) !== JSON.stringify(idsIn(theirs)))
      throw new Error(
        `the limit shows other posts to reader ${visit.reader} at ${visit.path}:\n${idsIn(ours).join()}\n${idsIn(theirs).join()}`,
      );
    if (Math.abs(ours.length / theirs.length - 1) > 0.03)
      throw new Error(
        `the limit's page has ${theirs.length} bytes, ours ${ours.length} at ${visit.path}: mend limits/status-page.ts`,
      );
  }
}

async function readText(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

/** What stands on a page, in its order: posts, or groups of notifications. */
function idsIn(page: string): string[] {
  const answer: unknown = JSON.parse(page);
  if (Array.isArray(answer)) return answer.map(idOf);
  // Safe: a conversation, an answer to a search or groups of notifications.
  const { descendants, statuses, notification_groups } = answer as Record<string, object[] | undefined>;
  return (notification_groups ?? descendants ?? statuses ?? []).map(idOf);
}

function idOf(item: object): string {
  // Safe: posts have an id, groups a key.
  const { id, group_key } = item as { id?: string; group_key?: string };
  return id ?? group_key ?? '';
}

/** Statements for the very first page of a reader, for the same page again, and for the page of somebody else. */
async function reportStatements(rig: Rig, { scenario, visits }: Reading): Promise<void> {
  const { config, secrets } = loadConfig({ env: serverEnv(1, rig.database.folder, rig.database.url), file: null });
  const ctx = await openContext({
    config,
    secrets,
    log: openLog({ ...config, logLevel: 'error' }),
    databaseUrl: rig.database.url,
  });
  try {
    const app = await buildApp(ctx);
    // What a server reads when it starts is no part of a page.
    await app.ready();
    const read = async (visit: Visit | undefined): Promise<number> => {
      if (visit === undefined) return NaN;
      const before = ctx.database.statements();
      const answer = await app.inject({ url: visit.path, headers: authorization(visit.reader) });
      if (answer.statusCode !== 200)
        throw new Error(`${visit.path} answered ${answer.statusCode}: ${answer.body.slice(0, 300)}`);
      return ctx.database.statements() - before;
    };
    const [first] = visits;
    const second = visits.find(({ reader }) => reader !== first?.reader);
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
