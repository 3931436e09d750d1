// Which relays there are, and who is one.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import type { RelayKind, RelayState } from './entities.ts';

export interface RelayView {
  id: string;
  address: string;
  kind: RelayKind;
  inboxUrl: string;
  actorUri: string | null;
  followUri: string;
  state: RelayState;
  createdAt: Date;
  answeredAt: Date | null;
}

const columns = sql`id::text as id, address, kind, inbox_url as "inboxUrl", actor_uri as "actorUri", follow_uri as "followUri", state,
  created_at as "createdAt", answered_at as "answeredAt"`;

/** All relays, the oldest first. */
export async function listRelays(ctx: AppContext): Promise<RelayView[]> {
  const { rows } = await sql<RelayView>`select ${columns} from relays order by id`.execute(ctx.database.read);
  return rows;
}

export async function findRelay(ctx: AppContext, id: string): Promise<RelayView | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<RelayView>`select ${columns} from relays where id = ${id}::bigint`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** Relays that were asked and have not been left. */
export async function livingRelays(ctx: AppContext): Promise<RelayView[]> {
  const { rows } = await sql<RelayView>`select ${columns} from relays where state in ('pending', 'accepted')`.execute(
    ctx.database.read,
  );
  return rows;
}

const keepMs = 5000;
const kept = new WeakMap<AppContext['config'], { until: number; uris: Promise<ReadonlySet<string>> }>();

/** Whether that actor is a relay which accepted us; what the staff changes elsewhere is seen within five seconds. */
export async function isRelay(ctx: AppContext, actorUri: string): Promise<boolean> {
  const known = kept.get(ctx.config);
  if (known !== undefined && known.until > Date.now()) return (await known.uris).has(actorUri);
  const uris = readUris(ctx);
  kept.set(ctx.config, { until: Date.now() + keepMs, uris });
  uris.catch(() => kept.delete(ctx.config));
  return (await uris).has(actorUri);
}

/** The next question is asked of the database. */
export function forgetRelays(ctx: AppContext): void {
  kept.delete(ctx.config);
}

async function readUris(ctx: AppContext): Promise<ReadonlySet<string>> {
  const rows = await ctx.database.prepared<{ uri: string }>(
    'relay_uris',
    `select actor_uri as uri from relays where state = 'accepted' and actor_uri is not null`,
    [],
  );
  return new Set(rows.map(({ uri }) => uri));
}
