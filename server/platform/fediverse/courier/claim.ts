// Choosing what to deliver next: what is due, in order for each object and host, two at a time for a host that is well. Hosts
// that never answered yet get half of the room: most of the dead are among them. Those that failed are asked one by one.
import { LRUCache } from 'lru-cache';
import type { Database } from '#server/platform/database.ts';
import { parkedAfterMs } from '../hosts.ts';
import { importPrivateKey } from '../keys.ts';
import type { Signer } from '../documents.ts';

/** A delivery in hand. */
export interface Claimed {
  id: string;
  activityId: string;
  inboxUrl: string;
  host: string;
  attempts: number;
  /** Its host failed lately or wanted a pause, and is asked whether it is well again. */
  isQuestion: boolean;
  /** Its host has answered before and did not fail since. */
  isProven: boolean;
  /** Its turn has come by its own schedule; a question may come sooner, and is no try of the delivery's then. */
  isDue: boolean;
  scheme: 'cavage' | 'rfc9421';
}

export interface ClaimLimits {
  now: Date;
  leasedUntil: Date;
  /** How many more may be under way. */
  free: number;
  /** How many more of hosts that are not proven. */
  freeUnproven: number;
  /** How many are looked at: more than are taken, since those of one host or of hosts that are not proven are not all taken. */
  lookedAt: number;
  /** How much is in hand for each host. */
  inFlight: ReadonlyMap<string, number>;
  /** What is in hand, and what is not written down yet. */
  held: readonly string[];
}

// What this courier holds is not taken twice, whatever its clock says of the lease. The deliveries are walked as they fall due, and looked
// at one by one (`offset 0` keeps the planner from reading all hosts, or all that waits, for each claim).
const claimText = `
with due as (
  select d.id, d.host, h.proven, h.scheme
  from deliveries d left join lateral (
    select h.last_seen_at is not null as proven, h.signature_scheme as scheme, h.failures > 0 or h.closed_until is not null as ill
    from remote_hosts h where h.host = d.host offset 0
  ) h on true
  where d.state = 'waiting' and d.due_at <= $1 and (d.leased_until is null or d.leased_until < $1)
    and d.host <> all($5::text[]) and d.id <> all($7::bigint[]) and h.ill is not true
    and not exists (select from deliveries e where e.state = 'waiting' and e.host = d.host and e.ordering_key = d.ordering_key and e.id < d.id offset 0)
  order by d.due_at, d.id limit $8
  for update of d skip locked
), ranked as (
  select id, host, coalesce(proven, false) as proven, coalesce(scheme, 'cavage') as scheme,
    row_number() over (partition by host order by id) as place
  from due
), fitting as (
  select *, row_number() over (order by proven desc, id) as seat, row_number() over (partition by proven order by id) as place_unproven
  from ranked where place <= 2 - coalesce(($4::jsonb ->> host)::int, 0)
)
update deliveries d set leased_until = $2 from fitting f
where d.id = f.id and f.seat <= $3 and (f.proven or f.place_unproven <= $6)
returning d.id::text as id, d.activity_id::text as "activityId", d.inbox_url as "inboxUrl", d.host, d.attempts,
  false as "isQuestion", true as "isDue", f.proven as "isProven", f.scheme`;

/** Takes deliveries in hand until `leasedUntil`. Workers that die give theirs back by letting that moment pass. */
export async function claim(database: Database, limits: ClaimLimits): Promise<Claimed[]> {
  const full = [...limits.inFlight].filter(([, count]) => count >= 2).map(([host]) => host);
  return database.planned<Claimed>(claimText, [
    limits.now,
    limits.leasedUntil,
    limits.free,
    JSON.stringify(Object.fromEntries(limits.inFlight)),
    full,
    limits.freeUnproven,
    limits.held,
    limits.lookedAt,
  ]);
}

// One delivery for each host that failed and may be asked again: what is due first, else what is parked, else what is next.
// The host is not asked by others in the meantime.
const questionsText = `
with asked as (
  select h.host, d.id, d.due_at <= $1 as due, h.signature_scheme as scheme from remote_hosts h cross join lateral (
    select d.id, d.due_at from deliveries d
    where d.state = 'waiting' and d.host = h.host and (d.leased_until is null or d.leased_until < $1)
      and d.id <> all($6::bigint[]) and (h.closed_until is not null or d.due_at <= $1 or d.due_at > $5)
      and not exists (select from deliveries e where e.state = 'waiting' and e.host = d.host and e.ordering_key = d.ordering_key and e.id < d.id offset 0)
    order by d.due_at, d.id limit 1 for update of d skip locked
  ) d
  where (h.failures > 0 or h.closed_until is not null) and (h.closed_until is null or h.closed_until <= $1) and h.host <> all($4::text[])
  order by coalesce(h.closed_until, h.failures_since) limit $3
  for update of h skip locked
), held as (
  update remote_hosts h set closed_until = $2 from asked a where h.host = a.host and h.closed_until is not null
)
update deliveries d set leased_until = $2 from asked a where d.id = a.id
returning d.id::text as id, d.activity_id::text as "activityId", d.inbox_url as "inboxUrl", d.host, d.attempts,
  true as "isQuestion", a.due as "isDue", false as "isProven", a.scheme`;

export type QuestionLimits = Pick<ClaimLimits, 'now' | 'leasedUntil' | 'inFlight' | 'held'>;

/** Takes in hand one delivery for each of at most `most` hosts that failed, that are not in hand, and that may be asked again. */
export async function claimQuestions(
  database: Database,
  limits: QuestionLimits & { most: number },
): Promise<Claimed[]> {
  const { now, leasedUntil, most, inFlight, held } = limits;
  const parkedAfter = new Date(now.getTime() + parkedAfterMs);
  return database.planned<Claimed>(questionsText, [now, leasedUntil, most, [...inFlight.keys()], parkedAfter, held]);
}

/** Keeps what is in hand in hand. */
export async function renew(database: Database, ids: readonly string[], leasedUntil: Date): Promise<void> {
  await database.planned(`update deliveries set leased_until = $2 where id = any($1::bigint[]) and state = 'waiting'`, [
    ids,
    leasedUntil,
  ]);
}

/** An activity as it is sent. */
export interface Letter {
  body: string;
  senderId: string;
  /** The sender's followers collection, when the activity goes to it. */
  followersUrl: string | null;
  createdAt: Date;
}

/** Reads activities and keys once for many deliveries. */
export interface Archive {
  letters(ids: readonly string[]): Promise<Map<string, Letter>>;
  signer(senderId: string): Promise<Signer | null>;
}

const keptLetters = 500;
const keptSigners = 1000;
const signerMs = 60_000;

export function openArchive(database: Database): Archive {
  const letters = new LRUCache<string, Letter>({ max: keptLetters });
  const signers = new LRUCache<string, Signer>({ max: keptSigners, ttl: signerMs });
  return {
    async letters(ids) {
      const missing = [...new Set(ids)].filter((id) => !letters.has(id));
      if (missing.length > 0) {
        const rows = await database.prepared<Letter & { id: string }>(
          'courier_letters',
          `select id::text as id, body, sender_id::text as "senderId", followers_url as "followersUrl", created_at as "createdAt" from outgoing_activities where id = any($1::bigint[])`,
          [missing],
        );
        for (const { id, ...letter } of rows) letters.set(id, letter);
      }
      return new Map(ids.flatMap((id) => (letters.has(id) ? [[id, letters.get(id) as Letter] as const] : [])));
    },
    async signer(senderId) {
      const kept = signers.get(senderId);
      if (kept !== undefined) return kept;
      const [row] = await database.prepared<{ keyId: string; rsaPrivate: string | null }>(
        'courier_signer',
        'select key_id as "keyId", rsa_private as "rsaPrivate" from account_keys where account_id = $1',
        [senderId],
      );
      if (row === undefined || row.rsaPrivate === null) return null;
      const signer = { keyId: row.keyId, privateKey: importPrivateKey(row.rsaPrivate) };
      signers.set(senderId, signer);
      return signer;
    },
  };
}
