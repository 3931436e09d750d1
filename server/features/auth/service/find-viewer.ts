// Who stands behind a bearer token: asked on every request, so it is remembered for three seconds.
import { LRUCache } from 'lru-cache';
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Forbidden } from '#server/platform/errors.ts';
import type { Viewer } from '#server/platform/http/access.ts';
import { hashToken } from '#server/platform/tokens.ts';
import { effectiveScopes, refusalOf } from '../policy.ts';
import { findToken, type TokenRow } from '../queries.ts';

const rememberedMs = 3000;
const touchEveryMs = 10 * 60_000;

type Remembered = LRUCache<string, TokenRow>;

const remembered = new WeakMap<AppContext['bus'], Promise<Remembered>>();

/** One memory for each bus: what is announced as signed out is forgotten at once, everything else after three seconds. */
function memoryOf(ctx: AppContext): Promise<Remembered> {
  const present = remembered.get(ctx.bus);
  if (present) return present;
  const opening = openMemory(ctx);
  remembered.set(ctx.bus, opening);
  return opening;
}

async function openMemory(ctx: AppContext): Promise<Remembered> {
  const rows: Remembered = new LRUCache({ max: 10_000, ttl: rememberedMs });
  await ctx.bus.subscribe('signed-out', (message) => {
    // Safe: service/end-access.ts is the only sender on this channel.
    const { accountId, tokenIds } = message as { accountId?: string; tokenIds?: string[] };
    for (const [hash, row] of rows.entries()) {
      if (row.accountId === accountId || tokenIds?.includes(row.tokenId)) rows.delete(hash);
    }
  });
  return rows;
}

/**
 * Whom a bearer token stands for; null when it is unknown, revoked or its session is over.
 * @throws {Forbidden} with the reason when the login may not be used now: unconfirmed, waiting, disabled or suspended
 */
export async function findViewer(ctx: AppContext, bearerToken: string): Promise<Viewer | null> {
  const row = await recall(ctx, bearerToken);
  if (!row) return null;
  const refusal = row.accountId === null ? null : refusalOf(row, ctx.mail.delivers);
  if (refusal !== null) throw new Forbidden(refusal);
  return toViewer(row);
}

/** As `findViewer`, also for a login that still waits for its confirmation or approval. */
export async function findWaitingViewer(ctx: AppContext, bearerToken: string): Promise<Viewer | null> {
  const row = await recall(ctx, bearerToken);
  return row && toViewer(row);
}

function toViewer(row: TokenRow): Viewer {
  const { accountId, role, tokenId, appId, sessionId } = row;
  return { accountId, role, tokenId, appId, sessionId, scopes: effectiveScopes(row.scopes.split(' '), role) };
}

async function recall(ctx: AppContext, bearerToken: string): Promise<TokenRow | null> {
  if (bearerToken.length > 200) return null;
  const memory = await memoryOf(ctx);
  const hash = hashToken(bearerToken);
  const known = memory.get(hash);
  if (known) return known;
  const row = await findToken(ctx, hash);
  if (!row) return null;
  await touch(ctx, row);
  memory.set(hash, row);
  return row;
}

/** Notes that the token is in use, at most once in ten minutes. */
async function touch(ctx: AppContext, row: TokenRow): Promise<void> {
  const now = ctx.clock();
  if (row.lastUsedAt !== null && row.lastUsedAt.getTime() > now.getTime() - touchEveryMs) return;
  await sql`with used as (update access_tokens set last_used_at = ${now} where id = ${row.tokenId} returning session_id)
    update sessions set last_used_at = ${now} from used where sessions.id = used.session_id`.execute(ctx.database.read);
}
