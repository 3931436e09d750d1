// Which of the followers of an account live on a host, as one number that two servers can compare (FEP-8fcf): all exclusive-ored
// SHA-256 sums of their addresses. All hosts of an account are read in one statement and kept until somebody follows or unfollows.
import { LRUCache } from 'lru-cache';
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { statementText } from '#server/platform/statement.ts';

/** Under this name stands that what we keep of an account's followers is still true; it is dropped with every change. */
export const followersFragment = (accountId: string): string => `followers:${accountId}`;

interface Kept {
  digests: ReadonlyMap<string, string>;
  /** Milliseconds; a crowd is not counted anew with everybody who joins it. */
  restUntil: number;
}

const nobody = '0'.repeat(64);
/** Counting takes at most this part of the time. */
const restFactor = 20;

const hostOfFollower = sql.raw(`lower(substring(a.uri from '^https?://([^/?#]+)'))`);
const digestsText = statementText(sql`
  select ${hostOfFollower} as host, bit_xor(('x' || encode(sha256(convert_to(a.uri, 'UTF8')), 'hex'))::bit(256))::text as bits
  from follows f join accounts a on a.id = f.follower_id
  where f.followee_id = $1 and f.state = 'accepted' and ${hostOfFollower} is not null group by 1`);

interface Counting {
  kept: LRUCache<string, Kept>;
  underWay: Map<string, Promise<Kept>>;
}
const countings = new WeakMap<object, Counting>();

/** The digest for the followers of an account on a host, in hexadecimal; null when it would cost too much to find out now. */
export async function followersDigest(ctx: AppContext, accountId: string, host: string): Promise<string | null> {
  const counting = countings.get(ctx.database) ?? { kept: new LRUCache({ max: 2000 }), underWay: new Map() };
  countings.set(ctx.database, counting);
  const present = counting.kept.get(accountId);
  if (present !== undefined && ctx.fragments.get(followersFragment(accountId)) !== undefined)
    return present.digests.get(host) ?? nobody;
  if (present !== undefined && performance.now() < present.restUntil) return null;
  const underWay = counting.underWay.get(accountId) ?? count(ctx, counting, accountId);
  return (await underWay).digests.get(host) ?? nobody;
}

function count(ctx: AppContext, { kept, underWay }: Counting, accountId: string): Promise<Kept> {
  const counted = readDigests(ctx, accountId)
    .then((fresh) => {
      kept.set(accountId, fresh);
      return fresh;
    })
    .finally(() => underWay.delete(accountId));
  underWay.set(accountId, counted);
  return counted;
}

async function readDigests(ctx: AppContext, accountId: string): Promise<Kept> {
  const since = ctx.fragments.mark();
  const began = performance.now();
  const rows = await ctx.database.prepared<{ host: string; bits: string }>('follower_digests', digestsText, [
    accountId,
  ]);
  const ended = performance.now();
  ctx.fragments.set(followersFragment(accountId), '1', since);
  const digests = new Map(rows.map(({ host, bits }) => [host, toHexadecimal(bits)]));
  // What takes no time needs no rest.
  const rest = ended - began < 100 ? 0 : (ended - began) * restFactor;
  return { digests, restUntil: ended + rest };
}

function toHexadecimal(bits: string): string {
  return BigInt(`0b${bits}`).toString(16).padStart(64, '0');
}

/** A stretch of the followers of an account on a host, by the ids of their follows. */
export async function followersOn(
  ctx: AppContext,
  accountId: string,
  host: string,
  stretch: { after: string; limit: number },
): Promise<Array<{ id: string; uri: string }>> {
  const { rows } = await sql<{ id: string; uri: string }>`
    select f.id::text as id, a.uri from follows f join accounts a on a.id = f.follower_id
    where f.followee_id = ${accountId} and f.state = 'accepted' and f.id > ${stretch.after}::bigint and ${hostOfFollower} = ${host}
    order by f.id limit ${stretch.limit}`.execute(ctx.database.read);
  return rows;
}

/** Who of our own people follows an account or has asked to. */
export async function ownFollowersOf(
  ctx: AppContext,
  accountId: string,
): Promise<Array<{ id: string; uri: string; accepted: boolean }>> {
  const { rows } = await sql<{ id: string; uri: string; accepted: boolean }>`
    select a.id::text as id, a.uri, f.state = 'accepted' as accepted from follows f join accounts a on a.id = f.follower_id
    where f.followee_id = ${accountId} and a.domain is null`.execute(ctx.database.read);
  return rows;
}
