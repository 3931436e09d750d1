// Lists of blocks that others keep: looked at before, followed from then on, and files that are read once.
import { CsvError } from 'csv-parse/sync';
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { isId } from '#server/platform/ids.ts';
import { mostCharacters, mostRows, readBlockList, type ReadList } from '../policy/csv.ts';
import { planList, type ListSource, type Plan } from '../policy/plan.ts';
import { dueLists, findList, followsWith, presentTerms, type ListView } from '../queries/lists.ts';
import { changeDomains, type ChangeCause, type MadeChange, type WantedStep } from './change.ts';
import { ownHosts } from './decide.ts';

const hour = 3_600_000;
const day = 24 * hour;
const timeoutMs = 20_000;
const mostLists = 50;

/** What a list would change, with the follows that each block would end. */
export interface Preview {
  plan: Plan;
  refused: ReadList['refused'];
  follows: ReadonlyMap<string, number>;
}

/** Reads a file. @throws {Invalid} when it is too long, or holds no name of a server at all */
export function readList(ctx: AppContext, text: string): ReadList {
  if (text.length > mostCharacters) throw new Invalid('This list is too long');
  const read = readText(ctx, text);
  // An empty answer of a broken server must not lift everything.
  if (read.rows.length === 0) throw new Invalid('This list holds no name of a server');
  if (read.refused.some(({ reason }) => reason === 'too_many'))
    throw new Invalid(`This list holds more than ${mostRows.toLocaleString('en')} names`);
  return read;
}

function readText(ctx: AppContext, text: string): ReadList {
  try {
    return readBlockList(text, ownHosts(ctx));
  } catch (cause) {
    if (cause instanceof CsvError) throw new Invalid('This list cannot be read as CSV', { cause });
    throw cause;
  }
}

/** Fetches a list. @throws {Invalid} with the reason, in words, when it cannot be had or read */
export async function fetchList(ctx: AppContext, url: string): Promise<ReadList> {
  const address = readAddress(ctx, url);
  try {
    const { status, body } = await ctx.fetch.fetch(address, {
      accept: 'text/csv, text/plain;q=0.9, */*;q=0.1',
      maxBytes: mostCharacters,
      timeoutMs,
    });
    if (status !== 200) throw new Invalid(`The server of this list answers ${status}`);
    return readList(ctx, body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    throw new Invalid(`This list cannot be fetched: ${error.message}`, { cause: error });
  }
}

/** @throws {Invalid} for what is no https address */
function readAddress(ctx: AppContext, url: string): string {
  const parsed = URL.parse(url.trim());
  const isGood = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && ctx.config.allowPrivateAddresses);
  if (parsed === null || !isGood || parsed.username !== '' || parsed.href.length > 2000)
    throw new Invalid('Validation failed: The address of a list begins with https://');
  parsed.hash = '';
  return parsed.href;
}

/** What a list would change now. Writes nothing. */
export async function previewList(ctx: AppContext, read: ReadList, source: ListSource): Promise<Preview> {
  const plan = planList(await presentTerms(ctx), read.rows, source);
  const shut = [...plan.added, ...plan.changed].filter(
    ({ before, after }) => after?.severity === 'suspend' && before?.severity !== 'suspend',
  );
  const follows = await followsWith(
    ctx,
    shut.map(({ domain }) => domain),
  );
  return { plan, refused: read.refused, follows };
}

/** What following the list at an address would change. @throws {Invalid} */
export async function previewAddress(ctx: AppContext, url: string): Promise<Preview> {
  const known = await findList(ctx, { url: readAddress(ctx, url) });
  return previewList(ctx, await fetchList(ctx, url), { listId: known?.id ?? '0' });
}

/** Does what a list says, once `before` has passed. Null when all is so already. */
async function applyList(
  ctx: AppContext,
  cause: ChangeCause,
  read: ReadList,
  source: ListSource,
  before: (tx: Transaction) => Promise<void> = async () => {},
): Promise<MadeChange | null> {
  return changeDomains(ctx, cause, async (tx) => {
    await before(tx);
    const { added, changed, removed } = planList(await presentTerms(ctx, tx), read.rows, source);
    return [...added, ...changed, ...removed].map(({ domain, after }): WantedStep => ({
      what: 'block',
      domain,
      after,
    }));
  });
}

/** Takes over what a file says; blocks that it does not name stay. @throws {Invalid} */
export async function importBlocks(
  ctx: AppContext,
  actorId: string | null,
  text: string,
  { overwrite }: { overwrite: boolean },
): Promise<MadeChange | null> {
  return applyList(ctx, { source: 'import', actorId }, readList(ctx, text), { overwrite });
}

/** Follows a list from now on, and does at once what it says. @throws {Invalid} when it cannot be had now, or is followed already */
export async function followList(
  ctx: AppContext,
  actorId: string | null,
  text: string,
): Promise<{ list: ListView; change: MadeChange | null }> {
  const url = readAddress(ctx, text);
  const read = await fetchList(ctx, url);
  const id = ctx.newId();
  const { rows } = await ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('block lists', 0))`.execute(tx.sql);
    return sql`
      insert into block_lists (id, url, created_at, due_at, fetched_at, names)
      select ${id}::bigint, ${url}, ${ctx.clock()}, ${new Date(ctx.clock().getTime() + day)}, ${ctx.clock()}, ${read.rows.length}::int
      where (select count(*) from block_lists) < ${mostLists}
      on conflict (url) do nothing returning id`.execute(tx.sql);
  });
  if (rows.length === 0) {
    const isKnown = (await findList(ctx, { url })) !== null;
    throw new Invalid(isKnown ? 'This list is followed already' : `At most ${mostLists} lists can be followed`);
  }
  const change = await applyFollowed(ctx, actorId, id, read, 'wake');
  return { list: await requireList(ctx, id), change };
}

/** Fetches a list now and does what it says; one that rests is followed again. @throws {Invalid} {NotFound} */
export async function refreshList(
  ctx: AppContext,
  actorId: string | null,
  id: string,
  rest: 'wake' | 'keep' = 'wake',
): Promise<{ list: ListView; change: MadeChange | null }> {
  const { url } = await requireList(ctx, id);
  const change = await applyFollowed(ctx, actorId, id, await fetchList(ctx, url), rest);
  return { list: await requireList(ctx, id), change };
}

/** Does what a fetched list says. @throws {NotFound} when it was left while it was fetched, or, with `keep`, has come to rest since */
async function applyFollowed(
  ctx: AppContext,
  actorId: string | null,
  id: string,
  read: ReadList,
  rest: 'wake' | 'keep',
): Promise<MadeChange | null> {
  const cause: ChangeCause = { source: 'list', actorId, listId: id };
  return applyList(ctx, cause, read, { listId: id }, async (tx) => {
    const now = ctx.clock();
    const { rows } = await sql`
      update block_lists set fetched_at = ${now}, due_at = ${new Date(now.getTime() + day)}, names = ${read.rows.length}, failure = null
      where id = ${id} and (${rest === 'wake'}::boolean or due_at is not null) returning id`.execute(tx.sql);
    if (rows.length === 0) throw new NotFound('This list is not followed any more');
  });
}

/** No longer follows a list. Its blocks are lifted, or stay as if they had been made by hand. @throws {NotFound} */
export async function leaveList(
  ctx: AppContext,
  actorId: string | null,
  id: string,
  { lift }: { lift: boolean },
): Promise<MadeChange | null> {
  await requireList(ctx, id);
  const change = await changeDomains(ctx, { source: 'list', actorId, listId: id }, async (tx) => {
    await sql`delete from block_lists where id = ${id}`.execute(tx.sql);
    const own = [...(await presentTerms(ctx, tx))].filter(([, { listId }]) => listId === id);
    return own.map(([domain, terms]) => ({ what: 'block', domain, after: lift ? null : { ...terms, listId: null } }));
  });
  return change;
}

/** @throws {NotFound} when there is none with that id */
export async function requireList(ctx: AppContext, id: string): Promise<ListView> {
  const list = isId(id) ? await findList(ctx, { id }) : null;
  if (list === null) throw new NotFound('Record not found');
  return list;
}

/** Fetches each list once a day. One that cannot be had changes nothing; it says why, and is tried again in three hours. */
export async function refreshLists(ctx: AppContext): Promise<void> {
  for (const { id, url } of await dueLists(ctx)) {
    try {
      await refreshList(ctx, null, id, 'keep');
    } catch (error) {
      if (!(error instanceof Invalid || error instanceof NotFound)) throw error;
      ctx.log.warn({ err: error, list: url }, 'a list of blocks could not be fetched');
      const again = new Date(ctx.clock().getTime() + 3 * hour);
      await sql`update block_lists set failure = ${error.message}, due_at = ${again} where id = ${id} and due_at is not null`.execute(
        ctx.database.read,
      );
    }
  }
}
